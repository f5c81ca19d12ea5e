import { ceilDiv } from '../../modules/common.ts';
import { inChunks } from '../../modules/chunks.ts';
import { keysBefore } from '../../modules/window.ts';
import type { Run } from '../../ir/expression.ts';
import { passRuns } from '../../schedule/pass-runs.ts';
import type { Pass, StageAnalysis } from '../../schedule/types.ts';

export { passRuns } from '../../schedule/pass-runs.ts';

/** Cycles of passes in a run of the stage, each as often as it runs. */
export const runCycles = (
  stage: StageAnalysis,
  passes: readonly { readonly pass: Pass; readonly cycles: number }[],
): number => passes.reduce((sum, { pass, cycles }) => sum + passRuns(stage, pass) * cycles, 0);

/** Launches that prefill takes for a prompt: all of its tokens but the last, with which decode starts, in chunks. */
export function launchCount({ context }: StageAnalysis, promptTokens: number): number {
  const tokens = Math.max(0, promptTokens - 1);
  return inChunks(context) ? ceilDiv(tokens, context.maxChunk) : Math.min(1, tokens);
}

/** A launch of prefill for a prompt, by its number from 0. A prompt in one launch may be longer than the design takes. */
export function launchRun(stage: StageAnalysis, promptTokens: number, index: number): Run {
  const { tp, maxChunk } = stage.context;
  const chunked = inChunks(stage.context);
  const position = chunked ? index * maxChunk : 0;
  const tokens = Math.max(0, promptTokens - 1) - position;
  const blocks = ceilDiv(chunked ? Math.min(maxChunk, tokens) : tokens, tp);
  const length = Math.min(position, keysBefore(stage.context)) + blocks * tp;
  return { layer: 0, blocks, length, position };
}

/** The launch of prefill that stands for a prompt: the only one, or that in the middle, with the mean number of keys. */
export const prefillRun = (stage: StageAnalysis, promptTokens: number): Run =>
  launchRun(stage, promptTokens, Math.max(0, Math.ceil(launchCount(stage, promptTokens) / 2) - 1));

/** The run of decode at a position (0-based). */
export function decodeRun({ context }: StageAnalysis, position: number): Run {
  return { layer: 0, blocks: 1, length: Math.min(position, keysBefore(context)) + 1, position };
}

/** What tells runs apart, as a key of maps. */
export const keyOf = ({ layer, blocks, length, position }: Run): string => `${layer} ${blocks} ${length} ${position}`;

export const sameRun = (one: Run, other: Run): boolean =>
  one.layer === other.layer &&
  one.blocks === other.blocks &&
  one.length === other.length &&
  one.position === other.position;
