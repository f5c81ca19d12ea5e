import { emptyCache, LatestCache } from '../design/cache.ts';
import { type Design, STAGE_NAMES, type StageName } from '../design/types.ts';
import { recipeProblems } from '../models/recipe-problems.ts';
import { launchTokens, longestLaunch, segmentLaunches } from '../models/segments.ts';
import { recentRows } from '../modules/window.ts';
import { ceilDiv } from '../modules/common.ts';
import type { RecipeCode } from '../models/recipe-diagnostics.ts';
import type { Finding } from '../diagnostics/diagnostic.ts';
import type { DesignContext } from '../modules/types.ts';
import { isRefuted } from '../targets/assumptions.ts';
import { platformOf, targetById } from '../targets/targets.ts';
import { found, type ScheduleCode } from './diagnostics.ts';
import type { DesignProblem } from './types.ts';

/** The last contexts, the latest first: the same object while nothing in it changes, so that results can be kept with it. */
const contexts = new LatestCache<DesignContext>(8);

/** What all modules of a stage share. */
export function designContext(design: Design, stage: StageName): DesignContext {
  const { model, recipe, tokenParallelism: tp, cachePorts } = design;
  const fifoCarries = isRefuted(design, 'carried_fifo')
    ? 'none'
    : isRefuted(design, 'backward_fifo')
      ? 'forward'
      : 'all';
  const ultra = !isRefuted(design, 'ultra_ram');
  const maxPrompt = ceilDiv(design.limits.prompt, tp) * tp;
  const maxChunk = Math.min(maxPrompt, ceilDiv(design.limits.chunk ?? maxPrompt, tp) * tp);
  const positions = Math.max(design.limits.context, maxPrompt);
  const { window } = design;
  const hmt = stage === 'prefill' ? design.hmt : undefined;
  // A launch writes the keys of its chunk before they are attended to: the ring holds them beside the recent ones.
  const kept = window && window.sinks + recentRows(window, tp);
  const capacity = kept === undefined ? positions : kept + maxChunk;
  const most = stage === 'prefill' ? maxPrompt : positions;
  const maxKeys =
    window && kept !== undefined
      ? Math.min(most, stage === 'prefill' ? kept + maxChunk : window.sinks + window.recent)
      : most;
  return contexts.take(
    (known) =>
      known.stage === stage &&
      known.model === model &&
      known.recipe === recipe &&
      known.tp === tp &&
      known.cachePorts === cachePorts &&
      known.fifoCarries === fifoCarries &&
      known.ultra === ultra &&
      known.maxPrompt === maxPrompt &&
      known.maxChunk === maxChunk &&
      known.window === window &&
      known.hmt === hmt &&
      known.maxKeys === maxKeys &&
      known.positions === positions &&
      known.capacity === capacity,
    () => ({
      stage,
      model,
      recipe,
      tp,
      cachePorts,
      fifoCarries,
      ultra,
      maxPrompt,
      maxChunk,
      window,
      hmt,
      maxKeys,
      positions,
      capacity,
      cache: emptyCache(),
    }),
  );
}

/** Positions that a prompt of so many tokens takes, with the one that decode starts with: of segments, those of the last. */
function promptPositions({ hmt, model }: Design, tokens: number): number {
  if (!hmt) return tokens;
  let last = 0;
  for (const launch of segmentLaunches(hmt, tokens, model.bos !== null)) last = launchTokens(launch);
  return last + 1;
}

/** What is wrong with the segments of a design. */
function* segmentProblems({
  hmt,
  window,
  limits,
  model,
}: Design): Generator<readonly [path: string, finding: Finding<ScheduleCode>]> {
  if (!hmt) return;
  if (window) yield ['window', found('segments-with-window', {})];
  if (limits.chunk !== undefined) yield ['limits.chunk', found('segments-with-chunk', {})];
  const { segment, summary, recall } = hmt;
  if (summary > segment) yield ['hmt', found('summary-too-long', { summary, segment })];
  if (recall > segment) yield ['hmt', found('recall-too-long', { recall, segment })];
  const tokens = longestLaunch(hmt, model.bos !== null);
  if (tokens > limits.prompt)
    yield ['hmt', found('segment-too-long', { segment, recall, tokens, limit: limits.prompt })];
}

/** Rules between the numbers of the document that no schema can state. */
export function checkNumbers(design: Design): DesignProblem[] {
  const problems: DesignProblem[] = [];
  const report = (
    path: string,
    finding: Finding<ScheduleCode | RecipeCode>,
    where: Partial<DesignProblem> = {},
  ): void => {
    problems.push({ ...finding, path, ...where });
  };
  const { model, limits, workload } = design;
  const target = targetById(design.target);
  if (
    target &&
    design.platform !== undefined &&
    !target.platforms.some((platform) => platform.id === design.platform)
  ) {
    const shells = target.platforms.map((platform) => platform.id);
    report('platform', found('shell-unknown', { shell: design.platform, target: target.title, shells }));
  }
  const slrs = target ? platformOf(target, design.platform).slrs.length : 0;
  for (const stage of STAGE_NAMES) {
    for (const { id, slr } of design.stages[stage].instances) {
      if (target && slr !== undefined && slr >= slrs)
        report(`stages.${stage}`, found('slr-unknown', { instance: id, slr, target: target.title, slrs }), {
          stage,
          instance: id,
        });
    }
  }
  for (const finding of recipeProblems(design.recipe, model)) report('recipe', finding);
  if (model.heads % model.kvHeads !== 0) {
    report('model.kvHeads', found('kv-heads-indivisible', { heads: model.heads, kvHeads: model.kvHeads }));
  }
  if (model.headDim % 2 !== 0) report('model.headDim', found('head-size-odd', { headDim: model.headDim }));
  const { window } = design;
  if (limits.context > model.maxPositions) {
    report(
      'limits.context',
      found(window ? 'context-beyond-training' : 'context-too-long', {
        context: limits.context,
        positions: model.maxPositions,
        model: model.name,
      }),
    );
  }
  if (limits.prompt > limits.context) {
    report('limits.prompt', found('prompt-too-long', { prompt: limits.prompt, context: limits.context }));
  }
  const { tokenParallelism: tp } = design;
  if (limits.chunk !== undefined && limits.chunk % tp !== 0) {
    report('limits.chunk', found('chunk-indivisible', { chunk: limits.chunk, tp }));
  } else if (limits.chunk !== undefined && limits.chunk > ceilDiv(limits.prompt, tp) * tp) {
    report('limits.chunk', found('chunk-too-long', { chunk: limits.chunk, prompt: limits.prompt }));
  }
  // Keys go through the engines of attention in pairs at least.
  const step = tp % 2 === 0 ? tp : 2 * tp;
  if (window && window.sinks % step !== 0) report('window', found('sinks-indivisible', { sinks: window.sinks, step }));
  if (window && window.sinks + window.recent > model.maxPositions) {
    report('window', found('window-too-long', { ...window, positions: model.maxPositions, model: model.name }));
  }
  for (const [path, finding] of segmentProblems(design)) report(path, finding);
  if (!design.hmt && workload.prompt > limits.prompt) {
    report('workload.prompt', found('workload-prompt-too-long', { prompt: workload.prompt, limit: limits.prompt }));
  }
  const prompt = promptPositions(design, workload.prompt);
  if (prompt + workload.generate > limits.context) {
    report(
      'workload.generate',
      found('workload-too-long', { prompt, generate: workload.generate, limit: limits.context }),
    );
  }
  if (model.kvHeads % design.cachePorts !== 0) {
    report('cachePorts', found('cache-memories-indivisible', { kvHeads: model.kvHeads, memories: design.cachePorts }));
  }
  return problems;
}
