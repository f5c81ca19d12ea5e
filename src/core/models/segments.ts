/**
 * How a text of any length goes through prefill in segments, as in the Hierarchical Memory Transformer: each segment becomes
 * one or two sequences of a launch, and the memory of what was read is what the model itself says at their ends.
 */
import type { Architecture } from './architecture.ts';

/** Sizes of the hierarchical memory, in tokens; `memories`: how many segments the queue remembers. */
export interface Segmentation {
  /** Tokens of the text that a segment has. */
  readonly segment: number;
  /** Tokens at the begin of a segment that what is to be recalled for it follows from. */
  readonly summary: number;
  /** Tokens of the segment before that stand in front of a segment. */
  readonly recall: number;
  readonly memories: number;
  /** The memory is searched by projections of the states, of which trained ones come with the weights; by the states as they are when absent. */
  readonly projections?: true | undefined;
}

/**
 * What a launch of prefill is for. `plain`: the keys and values of its tokens alone. `summary`: the state behind its last
 * token searches the memory, and what is found becomes the row of the retrieved token. `memory`: that state is remembered.
 */
export type LaunchKind = 'plain' | 'summary' | 'memory';

/** The number by which a kernel is told what a launch is for. */
export const LAUNCH_NUMBERS: Readonly<Record<LaunchKind, number>> = { plain: 0, summary: 1, memory: 2 };

/** Ids behind the vocabulary: the topic token, which asks what a text is about, and what was retrieved from the memory. */
export const topicId = ({ vocab }: Pick<Architecture, 'vocab'>): number => vocab;
export const retrievedId = ({ vocab }: Pick<Architecture, 'vocab'>): number => vocab + 1;

/** One launch of prefill: begin token, what was retrieved, tokens `from` to `to` (exclusive) of the text, and one more. */
export interface Launch {
  readonly kind: LaunchKind;
  /** Memories that were appended before. */
  readonly memories: number;
  readonly begin: boolean;
  readonly retrieved: boolean;
  readonly from: number;
  readonly to: number;
  readonly last: 'topic' | 'retrieved' | undefined;
}

/** Tokens of a launch: all of them lie at positions from 0 on. */
export const launchTokens = ({ begin, retrieved, from, to, last }: Launch): number =>
  Number(begin) + Number(retrieved) + to - from + Number(last !== undefined);

/**
 * The launches of prefill for a text of `count` tokens, of which decode starts with the last: one after another, and where
 * the last one ends decode goes on. One launch for a text that fits a segment, which is that of a design without memory.
 * @param begins whether sequences behind the first begin with the begin token, as the model has always seen it.
 */
export function* segmentLaunches(
  { segment, summary, recall }: Segmentation,
  count: number,
  begins: boolean,
): Generator<Launch> {
  const segments = Math.max(1, Math.ceil(count / segment));
  for (let memories = 0; memories < segments; memories += 1) {
    const first = memories * segment;
    const end = Math.min(count, first + segment);
    const more = memories < segments - 1;
    if (memories > 0) {
      const to = Math.min(end, first + summary);
      yield { kind: 'summary', memories, begin: begins, retrieved: false, from: first, to, last: 'topic' };
    }
    yield {
      kind: more ? 'memory' : 'plain',
      memories,
      begin: begins && memories > 0,
      retrieved: memories > 0,
      from: Math.max(0, first - recall),
      to: more ? end : end - 1,
      last: more ? (memories > 0 ? 'retrieved' : 'topic') : undefined,
    };
  }
}

/** Most tokens of a launch. */
export const longestLaunch = ({ segment, summary, recall }: Segmentation, begins: boolean): number =>
  Number(begins) + Math.max(2 + recall + segment, summary + 1);

/** The ids of a launch. */
export function launchIds(
  model: Pick<Architecture, 'vocab' | 'bos'>,
  { begin, retrieved, from, to, last }: Launch,
  ids: readonly number[],
): number[] {
  const special = { topic: topicId(model), retrieved: retrievedId(model) };
  return [
    ...(begin && model.bos !== null ? [model.bos] : []),
    ...(retrieved ? [special.retrieved] : []),
    ...ids.slice(from, to),
    ...(last ? [special[last]] : []),
  ];
}
