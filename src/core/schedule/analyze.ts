import { type Design, type Problem, STAGE_NAMES, type StageName } from '../design/types.ts';
import { checkComplete } from './complete.ts';
import { checkNumbers, designContext } from './context.ts';
import { assignDepths } from './depths.ts';
import { checkSharing, inferTypes, topologicalOrder } from './infer.ts';
import { assignPasses, assignSections } from './passes.ts';
import { resolveGraph } from './resolve.ts';
import { keepStructures } from './structures.ts';
import { type DesignAnalysis, instanceContext, type ResolvedInstance, type StageAnalysis } from './types.ts';
import { Refusal, type Structure } from '../modules/types.ts';

function analyzeStage(design: Design, stage: StageName, problems: Problem[]): StageAnalysis {
  const found: Problem[] = [];
  const context = designContext(design, stage);
  const graph = resolveGraph(design, stage, context, found);
  const order = topologicalOrder(graph, stage, found);
  inferTypes(order, context, found);
  checkSharing(graph.instances, stage, found);
  checkComplete([...graph.operations.values()], context, found);
  assignSections(order);
  const schedule = assignPasses(order, graph.instances);
  assignDepths(order, graph.streams, context);
  const result: StageAnalysis = {
    stage,
    context,
    instances: schedule.instances,
    operations: order,
    streams: graph.streams,
    passes: schedule.passes,
    legal: !found.some((problem) => problem.severity === 'error'),
  };
  problems.push(...found);
  if (!result.legal) return result;
  const structures = new Map<ResolvedInstance, Structure>();
  for (const resolved of result.instances) {
    try {
      structures.set(resolved, resolved.entry.structure(instanceContext(result, resolved)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ severity: 'error', stage, instance: resolved.instance.id, message: `'${resolved.instance.id}': ${error.message}` });
      return { ...result, legal: false };
    }
  }
  keepStructures(result, structures);
  return result;
}

/** Derives problems, stream types, schedule and depths of a design. Pure; never throws on any document that fits the schema. */
export function analyze(design: Design): DesignAnalysis {
  const problems: Problem[] = checkNumbers(design);
  const numbers = !problems.some((problem) => problem.severity === 'error');
  const [prefill, decode] = STAGE_NAMES.map((stage) => analyzeStage(design, stage, problems)) as [StageAnalysis, StageAnalysis];
  return { design, problems, stages: { prefill, decode }, legal: numbers && prefill.legal && decode.legal };
}
