import type { Reference, Session } from './reference.ts';
import { GREEDY, type SamplingOptions, sample } from './sampling.ts';

/** Feeds all but the last token without computing logits, and returns the logits of the last. */
function prefill(session: Session, ids: readonly number[]): Float32Array {
  if (ids.length === 0) throw new RangeError('The prompt is empty; it needs at least the begin token.');
  let logits = session.hidden;
  for (const [i, id] of ids.entries()) logits = session.step(id, i === ids.length - 1);
  return logits;
}

/**
 * Generates up to `count` tokens after `prompt`; stops after an end token, which is part of the result. Draw number
 * `p` of the generator is used for the logits of position p.
 */
export function generate(
  reference: Reference,
  prompt: readonly number[],
  count: number,
  options: SamplingOptions = GREEDY,
): number[] {
  const session = reference.session(prompt.length + count);
  let logits = prefill(session, prompt);
  const out: number[] = [];
  while (out.length < count) {
    const token = sample(logits, options, session.position - 1);
    out.push(token);
    if (reference.model.eos.includes(token)) break;
    if (out.length < count) logits = session.step(token);
  }
  return out;
}

/** Negative log-likelihood (natural logarithm) of `id` under `logits`, computed in double. */
export function negativeLogLikelihood(logits: Float32Array, id: number): number {
  let best = -Infinity;
  for (const v of logits) if (v > best) best = v;
  let sum = 0;
  for (const v of logits) sum += Math.exp(v - best);
  return best + Math.log(sum) - (logits[id] as number);
}

/**
 * Negative log-likelihoods of `ids[promptLength]` and all that follow, each given everything before it (teacher
 * forcing).
 */
export function score(reference: Reference, ids: readonly number[], promptLength = 1): number[] {
  if (promptLength < 1 || promptLength > ids.length)
    throw new RangeError(`A prompt of ${promptLength} of ${ids.length} tokens.`);
  const session = reference.session(ids.length);
  let logits = prefill(session, ids.slice(0, promptLength));
  const out: number[] = [];
  for (let i = promptLength; i < ids.length; i++) {
    out.push(negativeLogLikelihood(logits, ids[i] as number));
    if (i + 1 < ids.length) logits = session.step(ids[i] as number);
  }
  return out;
}

/** Cuts tokens into windows of `size`, each with the begin token in front (if there is one): sequences for `score`. */
export function scoringWindows(ids: readonly number[], size: number, bos: number | null): number[][] {
  const windows: number[][] = [];
  for (let start = 0; start < ids.length; start += size) {
    const window = ids.slice(start, start + size);
    windows.push(bos === null ? window : [bos, ...window]);
  }
  return windows;
}

/** exp of the mean. */
export function perplexity(nll: readonly number[]): number {
  return Math.exp(nll.reduce((a, b) => a + b, 0) / nll.length);
}
