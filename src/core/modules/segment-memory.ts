import { bytesOf, type CppType, FLOAT, vectorType } from '../ir/cpp-type.ts';
import type { MemorySpec } from '../ir/memory.ts';
import type { Segmentation } from '../models/segments.ts';
import { ceilDiv } from './common.ts';
import { found } from './diagnostics.ts';
import type { Tensor } from './tensors.ts';
import { type DesignContext, Refusal, type StreamType } from './types.ts';

/** Floats of a word, and of a vector of the streams, of the hierarchical memory: 64-byte bursts. */
export const MEMORY_LANES = 16;
export const MEMORY_WORD: CppType = vectorType(FLOAT, MEMORY_LANES);

/** Words of the state of a token. */
export const stateWords = ({ model }: DesignContext): number => ceilDiv(model.hidden, MEMORY_LANES);

/** A stream of prefill that carries the state of one token. */
export const stateStream = (design: DesignContext, tensor: Tensor): StreamType => ({
  tensor,
  element: FLOAT,
  lanes: MEMORY_LANES,
  order: 'interleaved',
  extent: { kind: 'channels', channels: design.model.hidden },
});

/** The sizes of the memory of a design. @throws Refusal where it has none */
export function sizesOf({ hmt }: DesignContext): Segmentation {
  if (!hmt) throw new Refusal(found('memory-without-segments', {}));
  return hmt;
}

/**
 * Rows of the hierarchical memory: with projections those of the keys, then one for each memory of the queue and one for
 * what was retrieved.
 */
export function memoryLayout(
  design: DesignContext,
  { memories, projections }: Segmentation,
): {
  /** Words of a row. */
  readonly row: number;
  /** Word at which the queue begins; keys begin at 0, and are the memories themselves without projections. */
  readonly queue: number;
  /** Word at which the row of what was retrieved begins. */
  readonly retrieved: number;
  readonly memory: (direction: MemorySpec['direction']) => MemorySpec;
} {
  const row = stateWords(design);
  const queue = projections ? memories * row : 0;
  const retrieved = queue + memories * row;
  return {
    row,
    queue,
    retrieved,
    memory: (direction) => ({
      name: 'memory',
      word: MEMORY_WORD,
      direction,
      content: {
        kind: 'buffer',
        buffer: {
          kind: 'segments',
          name: 'segment_memory',
          bytes: (retrieved + row) * bytesOf(MEMORY_WORD),
          rowWords: row,
        },
      },
    }),
  };
}
