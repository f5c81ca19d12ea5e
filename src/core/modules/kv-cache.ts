import { bytesOf, type CppType, type Element, memoryBits, wordType } from '../ir/cpp-type.ts';
import type { MemorySpec } from '../ir/memory.ts';
import { divisors, isPowerOfTwo, wordBytes } from './common.ts';
import type { DesignContext } from './types.ts';

/**
 * The KV cache lies in memory as plain rows [layer][KV head][token][head size], its heads spread in equal runs over
 * `cachePorts` memories. The layout knows no parallelism, so decode finds what prefill wrote for any prompt length. With 4 bits
 * the scales of values are in their lowest bits, so rows are of plain elements too.
 */
export interface CacheLayout {
  readonly element: Element;
  readonly ports: number;
  /** KV heads in one memory. */
  readonly headsPerPort: number;
  /** Elements per memory word. */
  readonly width: number;
  readonly word: CppType;
  /** Words of one row (one token of one head). */
  readonly rowWords: number;
  /** Words between heads. */
  readonly headWords: number;
  /** Words between layers. */
  readonly layerWords: number;
}

/** Most elements of a row that fit a 64-byte word: a power of two that divides the head size. */
export function cacheWidth(element: Element, headDim: number): number {
  // A word has whole bytes.
  let width = memoryBits(element) < 8 ? 2 : 1;
  while (headDim % (width * 2) === 0 && wordBytes(element, width * 2) <= 64) width *= 2;
  return width;
}

/** Widths of the words of a row, in elements, that decode may read: powers of two, whole bytes, at most 64. */
export const wordWidths = (element: Element, headDim: number): number[] =>
  divisors(headDim).filter(
    (width) => isPowerOfTwo(width) && wordBytes(element, width) <= 64 && (memoryBits(element) * width) % 8 === 0,
  );

export function cacheLayout(design: DesignContext, element: Element, width: number): CacheLayout {
  const { kvHeads, headDim } = design.model;
  const headsPerPort = kvHeads / design.cachePorts;
  const rowWords = headDim / width;
  const headWords = design.capacity * rowWords;
  return {
    element,
    ports: design.cachePorts,
    headsPerPort,
    width,
    word: wordType(element, width),
    rowWords,
    headWords,
    layerWords: headsPerPort * headWords,
  };
}

/** The memory ports of one of the two caches. */
export function cacheMemories(
  design: DesignContext,
  layout: CacheLayout,
  which: 'k' | 'v',
  direction: 'read' | 'write',
): MemorySpec[] {
  const { rowWords, headWords, layerWords } = layout;
  const bytes = design.model.layers * layerWords * bytesOf(layout.word);
  return Array.from({ length: layout.ports }, (_, index) => ({
    name: `${which}${index}`,
    word: layout.word,
    direction,
    content: {
      kind: 'buffer',
      buffer: { kind: 'kv_cache', name: `${which}_cache_${index}`, bytes, rowWords, headWords, layerWords },
    },
  }));
}
