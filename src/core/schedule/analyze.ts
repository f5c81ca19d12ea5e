import { type Design, type Problem, STAGE_NAMES, type StageGraph, type StageName } from '../design/types.ts';
import { checkComplete } from './complete.ts';
import { checkNumbers, designContext } from './context.ts';
import { assignDepths } from './depths.ts';
import { checkSharing, inferTypes, topologicalOrder } from './infer.ts';
import { assignPasses, assignSections } from './passes.ts';
import { resolveGraph } from './resolve.ts';
import { keepStructures } from './structures.ts';
import { structureOf } from './reuse.ts';
import type { DesignAnalysis, ResolvedInstance, StageAnalysis } from './types.ts';
import { type DesignContext, Refusal, type Structure } from '../modules/types.ts';

interface StageResult {
  readonly analysis: StageAnalysis;
  readonly problems: readonly Problem[];
}

/** The analysis of a graph of a document in the context in which it was last analysed: edits elsewhere leave both as they are. */
const known = new WeakMap<StageGraph, { readonly context: DesignContext; readonly result: StageResult }>();

function stageResult(design: Design, stage: StageName): StageResult {
  const context = designContext(design, stage);
  const graph = design.stages[stage];
  const before = known.get(graph);
  if (before?.context === context) return before.result;
  const problems: Problem[] = [];
  const result = { analysis: analyzeStage(design, stage, context, problems), problems };
  known.set(graph, { context, result });
  return result;
}

function analyzeStage(design: Design, stage: StageName, context: DesignContext, problems: Problem[]): StageAnalysis {
  const found: Problem[] = [];
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
      structures.set(resolved, structureOf(context, resolved));
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
  const [prefill, decode] = STAGE_NAMES.map((stage) => {
    const result = stageResult(design, stage);
    problems.push(...result.problems);
    return result.analysis;
  }) as [StageAnalysis, StageAnalysis];
  return { design, problems, stages: { prefill, decode }, legal: numbers && prefill.legal && decode.legal };
}
