import type { Design } from '../../design/types.ts';
import { cacheBits } from '../../models/recipe.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { keysBefore } from '../../modules/window.ts';
import { designContext } from '../../schedule/context.ts';
import { targetById } from '../../targets/targets.ts';
import { bitstreamsOf } from '../stage/banks.ts';
import { passCycles } from '../pass/pass-time.ts';
import { decodeStart, prefillRun } from '../pass/runs.ts';
import { machineOf } from '../stage/machine.ts';
import { convexAt, decodeStepCycles, loadCycles, prefillSeconds, workloadTime, type WorkloadTime } from './timing.ts';

/**
 * Bytes per second between host and card. PCIe Gen3 x16 (U280) and Gen5 x8 (V80) transfer 15.75 and 31.5 GB/s on the
 * wire; three quarters of the smaller are assumed to be reached by large copies.
 */
export const HOST_BANDWIDTH = 12e9;

/** From prompt to answer, in seconds. */
export interface EndToEnd {
  readonly prefill: number;
  /** Loading the other bitstream, 0 with one. */
  readonly reconfiguration: number;
  /** Keys and values to the host and back while the card is reconfigured, 0 with one bitstream. */
  readonly handOver: number;
  readonly handOverBytes: number;
  readonly decode: number;
  /** The whole batch: all prompts, one switch, all answers; the kernels work on one sequence at a time. */
  readonly total: number;
  readonly batch: number;
  /** From the start of a request to its first token, with the switch. */
  readonly timeToFirstToken: number;
  /** Generated tokens of the batch per second of the whole. */
  readonly tokensPerSecond: number;
}

/** Bytes of the keys and values of some tokens, of a window at most. */
export function cacheBytes(design: Design, tokens: number): number {
  const rows = Math.min(tokens, designContext(design, 'decode').capacity);
  const { layers, kvHeads, headDim } = design.model;
  return 2 * layers * kvHeads * headDim * rows * (cacheBits(design.recipe) / 8);
}

export function endToEnd(
  analysis: DesignAnalysis,
  time: WorkloadTime,
  batch = analysis.design.workload.batch,
): EndToEnd {
  const { design } = analysis;
  const target = targetById(design.target);
  const two = target !== undefined && bitstreamsOf(design, target) === 2;
  const reconfiguration = two ? (design.reconfiguration ?? target.reconfiguration) : 0;
  const handOverBytes = two ? cacheBytes(design, time.decode.at.position) : 0;
  const handOver = (2 * handOverBytes) / HOST_BANDWIDTH;
  const total = batch * (time.prefill.seconds + handOver + time.decode.seconds) + reconfiguration;
  return {
    prefill: time.prefill.seconds,
    reconfiguration,
    handOver,
    handOverBytes,
    decode: time.decode.seconds,
    total,
    batch,
    timeToFirstToken: time.timeToFirstToken + reconfiguration + handOver,
    tokensPerSecond: (batch * time.decode.tokens) / total,
  };
}

/** The longest prompt that times are asked for: that of the limit; in segments, which have none, 64 times that, and what the memory holds. */
export const longestPrompt = ({ limits, workload, hmt }: Pick<Design, 'limits' | 'workload' | 'hmt'>): number =>
  hmt ? Math.max(64 * limits.prompt, workload.prompt, hmt.memories * hmt.segment) : limits.prompt;

/** What the memory of segments takes of a design that reads texts in segments. */
export interface SegmentOverhead {
  /** Modelled cycles and seconds of searching the memory and remembering, per segment, without the launches themselves. */
  readonly cycles: number;
  readonly seconds: number;
  /** Of the prefill of one whole segment, with its summary. */
  readonly share: number;
}

/** The overhead of a segment; undefined where texts are read in one piece, or the design has errors. */
export function segmentOverhead(analysis: DesignAnalysis): SegmentOverhead | undefined {
  const { hmt, clocks } = analysis.design;
  if (!hmt || !analysis.legal) return undefined;
  const machine = machineOf(analysis, 'prefill');
  const stage = analysis.stages.prefill;
  const run = prefillRun(stage, 3 * hmt.segment);
  const cycles = stage.passes
    .filter(({ section }) => section === 'summary' || section === 'memory')
    .reduce((sum, pass) => sum + passCycles(stage, pass, run, machine), 0);
  const seconds = cycles / (clocks.prefill * 1e6);
  const segment = prefillSeconds(analysis, 4 * hmt.segment) - prefillSeconds(analysis, 3 * hmt.segment);
  return { cycles: Math.round(cycles), seconds, share: seconds / segment };
}

export interface CurvePoint {
  readonly tokens: number;
  readonly seconds: number;
}

/** Prompt lengths or contexts at which curves are drawn: about `count` from 1 to the limit. */
export function curveLengths(limit: number, count = 24): number[] {
  const lengths = new Set([1, limit]);
  for (let index = 1; index < count; index += 1) lengths.add(Math.max(1, Math.round((limit * index) / count)));
  return [...lengths].sort((a, b) => a - b);
}

/** Time to the first token over the length of the prompt (ascending): its prefill and the first step of decode. */
export function prefillCurve(analysis: DesignAnalysis, lengths: readonly number[]): CurvePoint[] {
  const clock = analysis.design.clocks.decode * 1e6;
  const machine = machineOf(analysis, 'decode');
  // Behind segments decode starts where the last of them ends.
  const steps = analysis.design.hmt
    ? lengths.map((tokens) => ({
        tokens,
        seconds:
          decodeStepCycles(analysis.stages.decode, decodeStart(analysis.stages.prefill, tokens), machine) / clock,
      }))
    : decodeCurve(analysis, lengths);
  const load = loadCycles(analysis, 'decode') / clock;
  return steps.map(({ tokens, seconds }) => ({ tokens, seconds: prefillSeconds(analysis, tokens) + load + seconds }));
}

/** Seconds per token over the context (ascending). */
export function decodeCurve(analysis: DesignAnalysis, contexts: readonly number[]): CurvePoint[] {
  const clock = analysis.design.clocks.decode * 1e6;
  const machine = machineOf(analysis, 'decode');
  // Up to the position from which on a window is full.
  const full = keysBefore(analysis.stages.decode.context) + 1;
  const cycles = convexAt(
    (tokens) => decodeStepCycles(analysis.stages.decode, Math.max(0, tokens - 1), machine),
    contexts.map((tokens) => Math.min(tokens, full)),
  );
  return contexts.map((tokens, index) => ({ tokens, seconds: (cycles[index] ?? 0) / clock }));
}

/** Times of a workload from prompt to answer; undefined for a design with errors. */
export function wholeWorkload(
  analysis: DesignAnalysis,
  workload: Design['workload'] = analysis.design.workload,
): (WorkloadTime & { readonly endToEnd: EndToEnd }) | undefined {
  const time = workloadTime(analysis, workload);
  return time && { ...time, endToEnd: endToEnd(analysis, time, workload.batch) };
}
