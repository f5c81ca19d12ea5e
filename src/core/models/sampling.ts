import { FixedSum } from './arithmetic.ts';
import { exponential, reciprocal } from './exponential.ts';

export interface SamplingOptions {
  /** 0 or less: always the best token. */
  readonly temperature: number;
  /** Candidates kept, at least 1. */
  readonly topK: number;
  /** 32-bit seed of the generator. */
  readonly seed: number;
}

export const GREEDY: SamplingOptions = { temperature: 0, topK: 1, seed: 0 };

/** The counter-based generator: a number in [0, 1), a multiple of 2^-24. */
export function uniform(seed: number, position: number): number {
  let z = (seed + Math.imul(0x9e3779b9, position + 1)) >>> 0;
  z ^= z >>> 16;
  z = Math.imul(z, 0x85ebca6b);
  z ^= z >>> 13;
  z = Math.imul(z, 0xc2b2ae35);
  z ^= z >>> 16;
  return (z >>> 8) / 16777216;
}

/** The ids of the best `count` logits, ordered by (logit descending, id ascending). */
export function topCandidates(logits: Float32Array, count: number): number[] {
  const kept: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] as number;
    if (kept.length === count && !(value > (logits[kept[count - 1] as number] as number))) continue;
    let at = kept.length;
    while (at > 0 && value > (logits[kept[at - 1] as number] as number)) at--;
    kept.splice(at, 0, id);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

/**
 * The token the hardware's sampler takes from `logits` (docs/runtime.md, end of section 5).
 * @param position of the token whose logits these are; it numbers the generator's draws.
 */
export function sample(logits: Float32Array, options: SamplingOptions, position: number): number {
  const candidates = topCandidates(logits, Math.max(1, Math.min(options.topK, logits.length)));
  const best = candidates[0] as number;
  if (options.temperature <= 0 || options.topK === 1) return best;
  const inverse = reciprocal(Math.fround(options.temperature));
  const first = logits[best] as number;
  const weights = candidates.map((id) =>
    exponential(Math.fround(Math.fround((logits[id] as number) - first) * inverse)),
  );
  const total = new FixedSum();
  for (const weight of weights) total.add(weight);
  const threshold = Math.fround(uniform(options.seed, position) * total.value());
  const running = new FixedSum();
  for (const [i, weight] of weights.entries()) {
    running.add(weight);
    if (running.value() > threshold) return candidates[i] as number;
  }
  return candidates[candidates.length - 1] as number;
}
