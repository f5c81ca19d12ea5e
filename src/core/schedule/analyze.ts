import { emptyCache, cacheSlot } from '../design/cache.ts';
import { type Design, STAGE_NAMES, type StageGraph, type StageName } from '../design/types.ts';
import { type DesignContext, Refusal } from '../modules/types.ts';
import { answerProblems } from './answers.ts';
import { checkHidden } from './complete.ts';
import { checkNumbers, designContext } from './context.ts';
import { assignDepths, checkDepths } from './depths.ts';
import { checkSharing, inferTypes } from './infer.ts';
import { keepPlan, planOf } from './plan.ts';
import { resolveInstances } from './resolve.ts';
import { structureOf } from './reuse.ts';
import type { DesignAnalysis, DesignProblem, StageAnalysis } from './types.ts';

interface StageResult {
  readonly analysis: StageAnalysis;
  readonly problems: readonly DesignProblem[];
}

/** The last analysis in a context: an edit elsewhere leaves both context and graph as they are. */
const last = cacheSlot<DesignContext, { readonly graph: StageGraph; readonly result: StageResult }>();

function stageResult(design: Design, stage: StageName): StageResult {
  const context = designContext(design, stage);
  const graph = design.stages[stage];
  const known = last(context);
  if (known.value?.graph === graph) return known.value.result;
  const problems: DesignProblem[] = [];
  const result = { analysis: analyzeStage(design, stage, context, problems), problems };
  known.value = { graph, result };
  return result;
}

function analyzeStage(
  design: Design,
  stage: StageName,
  context: DesignContext,
  problems: DesignProblem[],
): StageAnalysis {
  const found: DesignProblem[] = [];
  const graph = design.stages[stage];
  const resolved = resolveInstances(graph, context, found);
  const { instances, operations, streams, passes, missing } = planOf(graph, resolved, context, found);
  inferTypes(operations, context, found);
  checkSharing(resolved, stage, found);
  found.push(...missing);
  checkHidden(operations, context, found);
  assignDepths(operations, streams, instances, context);
  checkDepths(streams, stage, found);
  const result: StageAnalysis = {
    stage,
    context,
    instances,
    operations,
    streams,
    passes,
    legal: !found.some((problem) => problem.severity === 'error'),
    cache: emptyCache(),
  };
  problems.push(...found);
  if (!result.legal) return result;
  for (const resolved of result.instances) {
    try {
      structureOf(context, resolved);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({
        ...error.finding,
        message: `'${resolved.instance.id}': ${error.message}`,
        stage,
        instance: resolved.instance.id,
      });
      return { ...result, legal: false };
    }
  }
  keepPlan(graph, result);
  return result;
}

/** Derives problems, stream types, schedule and depths of a design. Pure; never throws on any document that fits the schema. */
export function analyze(design: Design): DesignAnalysis {
  const problems: DesignProblem[] = checkNumbers(design);
  const numbers = !problems.some((problem) => problem.severity === 'error');
  const [prefill, decode] = STAGE_NAMES.map((stage) => {
    const result = stageResult(design, stage);
    problems.push(...result.problems);
    return result.analysis;
  }) as [StageAnalysis, StageAnalysis];
  problems.push(...answerProblems(design, [prefill, decode]));
  return {
    design,
    problems,
    stages: { prefill, decode },
    legal: numbers && prefill.legal && decode.legal,
    cache: emptyCache(),
  };
}
