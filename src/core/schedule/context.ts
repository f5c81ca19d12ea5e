import { emptyCache, LatestCache } from '../design/cache.ts';
import { type Design, type Problem, STAGE_NAMES, type StageName } from '../design/types.ts';
import { recipeProblems } from '../models/quantize.ts';
import { ceilDiv } from '../modules/common.ts';
import type { DesignContext } from '../modules/types.ts';
import { platformOf, targetById } from '../targets/targets.ts';

/** The last contexts, the latest first: the same object while nothing in it changes, so that results can be kept with it. */
const contexts = new LatestCache<DesignContext>(8);

/** What all modules of a stage share. */
export function designContext(design: Design, stage: StageName): DesignContext {
  const { model, recipe, tokenParallelism: tp, cachePorts } = design;
  const maxPrompt = ceilDiv(design.limits.prompt, tp) * tp;
  const capacity = Math.max(design.limits.context, maxPrompt);
  return contexts.take(
    (known) =>
      known.stage === stage &&
      known.model === model &&
      known.recipe === recipe &&
      known.tp === tp &&
      known.cachePorts === cachePorts &&
      known.maxPrompt === maxPrompt &&
      known.capacity === capacity,
    () => ({ stage, model, recipe, tp, cachePorts, maxPrompt, capacity, cache: emptyCache() }),
  );
}

/** Rules between the numbers of the document that no schema can state. */
export function checkNumbers(design: Design): Problem[] {
  const problems: Problem[] = [];
  const error = (path: string, message: string): void => {
    problems.push({ severity: 'error', path, message });
  };
  const { model, limits, workload } = design;
  const target = targetById(design.target);
  if (
    target &&
    design.platform !== undefined &&
    !target.platforms.some((platform) => platform.id === design.platform)
  ) {
    error(
      'platform',
      `'${design.platform}' is not a shell of ${target.title}; choose ${target.platforms.map((platform) => platform.id).join(', ')}.`,
    );
  }
  const slrs = target ? platformOf(target, design.platform).slrs.length : 0;
  for (const stage of STAGE_NAMES) {
    for (const { id, slr } of design.stages[stage].instances) {
      if (target && slr !== undefined && slr >= slrs)
        error(
          `stages.${stage}`,
          `'${id}' is placed in SLR${slr}, but ${target.title} has SLR0 to SLR${slrs - 1}; choose one of them.`,
        );
    }
  }
  for (const message of recipeProblems(design.recipe, model.ffn)) error('recipe', message);
  if (model.heads % model.kvHeads !== 0) {
    error(
      'model.kvHeads',
      `${model.heads} query heads do not divide over ${model.kvHeads} KV heads; grouped-query attention needs a whole number of query heads per KV head.`,
    );
  }
  if (model.headDim % 2 !== 0)
    error('model.headDim', `Heads of size ${model.headDim} cannot be rotated in pairs; RoPE needs an even head size.`);
  if (limits.context > model.maxPositions) {
    error(
      'limits.context',
      `The context limit of ${limits.context} tokens exceeds the ${model.maxPositions} positions of ${model.name}; lower it.`,
    );
  }
  if (limits.prompt > limits.context) {
    error(
      'limits.prompt',
      `The prompt limit of ${limits.prompt} tokens exceeds the context limit of ${limits.context}; lower it or raise the context.`,
    );
  }
  if (workload.prompt > limits.prompt) {
    error(
      'workload.prompt',
      `The workload has prompts of ${workload.prompt} tokens, but the design is limited to ${limits.prompt}; raise the limit or shorten the workload.`,
    );
  }
  if (workload.prompt + workload.generate > limits.context) {
    error(
      'workload.generate',
      `Prompt and generated tokens of the workload (${workload.prompt} + ${workload.generate}) exceed the context limit of ${limits.context}; raise the limit or shorten the workload.`,
    );
  }
  if (model.kvHeads % design.cachePorts !== 0) {
    error(
      'cachePorts',
      `${model.kvHeads} KV heads do not divide over ${design.cachePorts} cache memories; use a divisor of ${model.kvHeads}.`,
    );
  }
  return problems;
}
