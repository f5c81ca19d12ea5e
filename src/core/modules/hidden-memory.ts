import { bytesOf, type CppType, FLOAT, vectorType } from '../ir/cpp-type.ts';
import type { MemorySpec } from '../ir/memory.ts';
import { ceilDiv, channelsOf, floatsPerWord } from './common.ts';
import type { DesignContext, StreamType } from './types.ts';

/**
 * The hidden state between layers lies in memory in the order of the stream that carries it, in two slots that
 * layers use in turn. A vector takes ceil(lanes/width) words of `width` floats.
 */
export interface HiddenLayout {
  readonly width: number;
  readonly word: CppType;
  readonly wordsPerVector: number;
  /** Words of one of the two slots. */
  readonly slot: number;
}

export function hiddenLayout(design: DesignContext, type: StreamType): HiddenLayout {
  const width = floatsPerWord(type.lanes);
  const wordsPerVector = ceilDiv(type.lanes, width);
  const vectors =
    design.stage === 'prefill'
      ? (design.maxChunk / design.tp) * channelsOf(type)
      : ceilDiv(channelsOf(type), type.lanes);
  const slot = vectors * wordsPerVector;
  return { width, word: vectorType(FLOAT, width), wordsPerVector, slot };
}

/** The pointer to the hidden states of a stage. */
export const hiddenMemory = (
  { stage }: DesignContext,
  { word, slot }: HiddenLayout,
  direction: MemorySpec['direction'],
): MemorySpec => ({
  name: 'hidden',
  word,
  direction,
  content: {
    kind: 'buffer',
    buffer: { kind: 'hidden', name: `${stage}_hidden`, bytes: 2 * slot * bytesOf(word), slot },
  },
});
