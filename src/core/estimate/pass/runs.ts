import { ceilDiv } from '../../modules/common.ts';
import { inChunks } from '../../modules/chunks.ts';
import { keysBefore } from '../../modules/window.ts';
import type { Run } from '../../ir/expression.ts';
import { type Launch, type LaunchKind, launchTokens, segmentLaunches } from '../../models/segments.ts';
import type { DesignContext } from '../../modules/types.ts';
import { passRuns } from '../../schedule/pass-runs.ts';
import type { Pass, StageAnalysis } from '../../schedule/types.ts';

export { passRuns } from '../../schedule/pass-runs.ts';

/** Cycles of passes in a run of the stage, each as often as it runs. */
export const runCycles = (
  stage: StageAnalysis,
  passes: readonly { readonly pass: Pass; readonly cycles: number }[],
): number => passes.reduce((sum, { pass, cycles }) => sum + passRuns(stage, pass) * cycles, 0);

/** The launches of a prompt that is read in segments; undefined where prompts are read in one piece. */
function inSegments({ hmt, model }: DesignContext, promptTokens: number): Launch[] | undefined {
  if (!hmt) return undefined;
  return [...segmentLaunches(hmt, promptTokens, model.bos !== null)].filter((launch) => launchTokens(launch) > 0);
}

/** Launches that prefill takes for a prompt: all of its tokens but the last, with which decode starts, in chunks or segments. */
export function launchCount({ context }: StageAnalysis, promptTokens: number): number {
  const tokens = Math.max(0, promptTokens - 1);
  if (context.hmt) return inSegments(context, promptTokens)?.length ?? 0;
  return inChunks(context) ? ceilDiv(tokens, context.maxChunk) : Math.min(1, tokens);
}

function segmentRun({ tp }: DesignContext, launch: Launch | undefined): Run {
  const blocks = launch ? ceilDiv(launchTokens(launch), tp) : 0;
  return { layer: 0, blocks, length: blocks * tp, position: 0 };
}

/** A launch of prefill for a prompt, by its number from 0. A prompt in one launch may be longer than the design takes. */
export function launchRun(stage: StageAnalysis, promptTokens: number, index: number): Run {
  const { tp, maxChunk } = stage.context;
  const segments = inSegments(stage.context, promptTokens);
  if (segments) return segmentRun(stage.context, segments[index]);
  const chunked = inChunks(stage.context);
  const position = chunked ? index * maxChunk : 0;
  const tokens = Math.max(0, promptTokens - 1) - position;
  const blocks = ceilDiv(chunked ? Math.min(maxChunk, tokens) : tokens, tp);
  const length = Math.min(position, keysBefore(stage.context)) + blocks * tp;
  return { layer: 0, blocks, length, position };
}

/** Launches that are alike, and how many they are. */
export interface Launches {
  readonly kind: LaunchKind;
  readonly run: Run;
  readonly count: number;
}

/** The launches of a prompt in segments: few kinds, whatever its length. Empty where prompts are read in one piece. */
export function segmentRuns({ context }: StageAnalysis, promptTokens: number): Launches[] {
  const runs = new Map<string, { kind: LaunchKind; run: Run; count: number }>();
  for (const launch of inSegments(context, promptTokens) ?? []) {
    const run = segmentRun(context, launch);
    const key = `${launch.kind} ${run.blocks}`;
    const known = runs.get(key);
    if (known) known.count += 1;
    else runs.set(key, { kind: launch.kind, run, count: 1 });
  }
  return [...runs.values()];
}

/**
 * The launch of prefill that stands for a prompt: the only one, or that in the middle, with the mean number of keys; in segments
 * the longest.
 */
export function prefillRun(stage: StageAnalysis, promptTokens: number): Run {
  if (stage.context.hmt) {
    const [first, ...others] = segmentRuns(stage, promptTokens).map(({ run }) => run);
    return others.reduce(
      (one, other) => (other.blocks > one.blocks ? other : one),
      first ?? segmentRun(stage.context, undefined),
    );
  }
  return launchRun(stage, promptTokens, Math.max(0, Math.ceil(launchCount(stage, promptTokens) / 2) - 1));
}

/** The position at which decode starts behind a prompt: that of its last token, in segments within the last launch. */
export function decodeStart({ context }: StageAnalysis, promptTokens: number): number {
  const last = inSegments(context, promptTokens)?.at(-1);
  return last ? launchTokens(last) : Math.max(0, promptTokens - 1);
}

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
