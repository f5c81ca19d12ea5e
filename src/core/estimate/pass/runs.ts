import { ceilDiv } from '../../modules/common.ts';
import type { Run } from '../../ir/expression.ts';
import { passRuns } from '../../schedule/pass-runs.ts';
import type { Pass, StageAnalysis } from '../../schedule/types.ts';

export { passRuns } from '../../schedule/pass-runs.ts';

/** Cycles of passes in a run of the stage, each as often as it runs. */
export const runCycles = (
  stage: StageAnalysis,
  passes: readonly { readonly pass: Pass; readonly cycles: number }[],
): number => passes.reduce((sum, { pass, cycles }) => sum + passRuns(stage, pass) * cycles, 0);

/** The run of prefill for a prompt: all of its tokens but the last, with which decode starts. */
export function prefillRun(stage: StageAnalysis, promptTokens: number): Run {
  const blocks = ceilDiv(Math.max(0, promptTokens - 1), stage.context.tp);
  return { layer: 0, blocks, length: blocks * stage.context.tp, position: 0 };
}

/** The run of decode at a position (0-based). */
export function decodeRun(position: number): Run {
  return { layer: 0, blocks: 1, length: position + 1, position };
}

/** What tells runs apart, as a key of maps. */
export const keyOf = ({ layer, blocks, length, position }: Run): string => `${layer} ${blocks} ${length} ${position}`;

export const sameRun = (one: Run, other: Run): boolean =>
  one.layer === other.layer &&
  one.blocks === other.blocks &&
  one.length === other.length &&
  one.position === other.position;
