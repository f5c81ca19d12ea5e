/** Memory images: what `pack` writes and kernels read. */
import type { CppType } from '../ir/cpp-type.ts';
import { type Expression, LAYER, plus, times } from '../ir/expression.ts';
import type { MemorySpec } from '../ir/memory.ts';
import type { ImageLayout, ImageSegment } from '../models/manifest.ts';
import type { OperationContext } from './types.ts';

/** Segments of an image for the distinct roles of an instance, in the order of its operations. */
export function segmentsFor(
  operations: readonly OperationContext[],
  layers: (role: string) => number,
  words: (operation: OperationContext) => number,
): ImageSegment[] {
  const segments = new Map<string, ImageSegment>();
  for (const operation of operations) {
    if (!segments.has(operation.role)) {
      segments.set(operation.role, {
        role: operation.role as ImageSegment['role'],
        layers: layers(operation.role),
        words: words(operation),
      });
    }
  }
  return [...segments.values()];
}

/** Address in words of the current layer of a role in an image. */
export function segmentOffset(segments: readonly ImageSegment[], role: string): Expression {
  let base = 0;
  for (const segment of segments) {
    if (segment.role === role) return segment.layers > 1 ? plus(base, times(LAYER, segment.words)) : base;
    base += segment.words * segment.layers;
  }
  throw new Error(`no segment for ${role}`);
}

/** A pointer to an image of words. */
export const imageMemory = (
  name: string,
  word: CppType,
  layout: ImageLayout,
  segments: readonly ImageSegment[],
): MemorySpec => ({ name, word, direction: 'read', content: { kind: 'image', layout, segments } });
