import type { DesignContext, StreamType } from './types.ts';
import { ceilDiv, channelsOf, floatsPerWord } from './common.ts';

/**
 * The hidden state between layers lies in memory in the order of the stream that carries it, in two slots that
 * layers use in turn. A vector takes ceil(lanes/width) words of `width` floats.
 */
export interface HiddenLayout {
  readonly width: number;
  readonly wordsPerVector: number;
  /** Words of one of the two slots. */
  readonly slot: number;
  readonly bytes: number;
}

export function hiddenLayout(design: DesignContext, type: StreamType): HiddenLayout {
  const width = floatsPerWord(type.lanes);
  const wordsPerVector = ceilDiv(type.lanes, width);
  const vectors =
    design.stage === 'prefill'
      ? (design.maxPrompt / design.tp) * channelsOf(type)
      : ceilDiv(channelsOf(type), type.lanes);
  const slot = vectors * wordsPerVector;
  return { width, wordsPerVector, slot, bytes: 2 * slot * width * 4 };
}
