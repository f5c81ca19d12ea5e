import type { Reference, Session } from './reference.ts';
import { GREEDY, type SamplingOptions, sample } from './sampling.ts';
import { SegmentMemory } from './segment-memory.ts';
import { type Launch, launchIds, launchTokens, retrievedId, segmentLaunches, topicId } from './segments.ts';

/**
 * Goes through a text in the launches of its prefill and calls `each` with what follows each of their tokens: the session that
 * has seen it, and where it stands in the text (undefined for what is no token of the text).
 * @returns the session of the last launch, which has seen all but the last token of the text.
 */
function readInSegments(
  reference: Reference,
  ids: readonly number[],
  capacity: number,
  each?: (logits: Float32Array, place: number | undefined, launch: Launch) => void,
): Session {
  const { memory, model } = reference;
  if (!memory) throw new Error('the reference reads texts in one piece');
  const queue = new SegmentMemory(model, memory.sizes.memories, memory.weights.gain, memory.projections);
  let retrieved = new Float32Array(model.hidden);
  let session = reference.session(capacity);
  for (const launch of segmentLaunches(memory.sizes, ids.length, model.bos !== null)) {
    session = reference.session(launch.kind === 'plain' ? launchTokens(launch) + capacity : launchTokens(launch));
    const tokens = launchIds(model, launch, ids);
    const front = Number(launch.begin) + Number(launch.retrieved);
    tokens.forEach((id, at) => {
      const row = id === topicId(model) ? memory.weights.topic : id === retrievedId(model) ? retrieved : id;
      const logits = session.step(row, each !== undefined);
      const place = launch.from + at - front;
      each?.(logits, at >= front && place < launch.to ? place : undefined, launch);
    });
    if (launch.kind === 'memory') queue.append(session.hidden);
    if (launch.kind === 'summary') retrieved = new Float32Array(queue.search(session.hidden));
  }
  return session;
}

/** A session that has seen a text but its last token, and the logits behind that; `more` tokens can follow. */
function prefill(
  reference: Reference,
  ids: readonly number[],
  more: number,
): { readonly session: Session; readonly logits: Float32Array } {
  const last = ids.at(-1);
  if (last === undefined) throw new RangeError('The prompt is empty; it needs at least the begin token.');
  if (reference.memory) {
    const session = readInSegments(reference, ids, 1 + more);
    return { session, logits: session.step(last) };
  }
  const session = reference.session(ids.length + more);
  for (const id of ids.slice(0, -1)) session.step(id, false);
  return { session, logits: session.step(last) };
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
  const { session, logits: first } = prefill(reference, prompt, count);
  let logits = first;
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
  const { session, logits: first } = prefill(reference, ids.slice(0, promptLength), ids.length - promptLength);
  let logits = first;
  const out: number[] = [];
  for (let i = promptLength; i < ids.length; i++) {
    out.push(negativeLogLikelihood(logits, ids[i] as number));
    if (i + 1 < ids.length) logits = session.step(ids[i] as number);
  }
  return out;
}

/**
 * Negative log-likelihoods of `ids[1]` and all that follow, each given what the launch of its segment has before it: the begin
 * of the segment, what is recalled, and the memory of the segments before.
 */
export function scoreInSegments(reference: Reference, ids: readonly number[]): number[] {
  const out: number[] = [];
  readInSegments(reference, ids, 1, (logits, place, launch) => {
    // The summary has no part in it, and recalled tokens were scored with their own segment.
    if (launch.kind === 'summary' || place === undefined || place + 1 >= ids.length) return;
    if (place + 1 > out.length) out.push(negativeLogLikelihood(logits, ids[place + 1] as number));
  });
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
