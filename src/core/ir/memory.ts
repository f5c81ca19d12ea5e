import type { ImageLayout, ImageSegment, LaneOrder } from '../models/manifest.ts';
import { bytesOf, type CppType } from './cpp-type.ts';

/**
 * Where channel c of the logits lies in the copy that the sampler writes: vectors of `lanes` channels in `order`, each in
 * `words` words of `width` floats.
 */
export interface LogitsLayout {
  readonly channels: number;
  readonly lanes: number;
  readonly order: LaneOrder;
  readonly width: number;
  readonly words: number;
}

/** Memory that kernels fill themselves. Pointers that name the same buffer address the same memory, in both stages. */
export type Buffer = { readonly name: string; readonly bytes: number } & (
  | { readonly kind: 'tokens' }
  /** Hidden states of two layers in turn, `slot` words apart. */
  | { readonly kind: 'hidden'; readonly slot: number }
  /** Rows [layer][KV head][token][head size] of the heads of one memory port. */
  | { readonly kind: 'kv_cache'; readonly rowWords: number; readonly headWords: number; readonly layerWords: number }
  /** Rows of the hierarchical memory: of the queue, then what was retrieved. */
  | { readonly kind: 'segments'; readonly rowWords: number }
  | { readonly kind: 'logits'; readonly layout: LogitsLayout }
  /** A stream to a later pass: vectors in words, in the order of the stream. */
  | { readonly kind: 'carry'; readonly wordsPerVector: number }
);

/** What lies behind a memory pointer: an image that `pack` writes, or a buffer. */
export type Content =
  | { readonly kind: 'image'; readonly layout: ImageLayout; readonly segments: readonly ImageSegment[] }
  | { readonly kind: 'buffer'; readonly buffer: Buffer };

/** An m_axi pointer of a kernel. Its word says which elements it holds. */
export interface MemorySpec {
  readonly name: string;
  readonly word: CppType;
  readonly direction: 'read' | 'write';
  readonly content: Content;
}

/** A table of constants that a kernel keeps on chip: loaded once, when it starts. */
export interface Table {
  /** Variable of the kernel. */
  readonly name: string;
  /** The instance whose processes read it. */
  readonly instance: string;
  /** What it would be as a pointer: words of floats, and their image. */
  readonly spec: MemorySpec;
  /** Floats of a row: at least one word of the table, and one of the port that it is loaded through. */
  readonly row: number;
  readonly rows: number;
  /** It may be kept in URAM. */
  readonly ultra: boolean;
}

/** Words of an image, all layers of all roles. */
export const imageWords = (segments: readonly ImageSegment[]): number =>
  segments.reduce((sum, segment) => sum + segment.layers * segment.words, 0);

/** Words behind a pointer. */
export const memoryWords = ({ word, content }: MemorySpec): number =>
  content.kind === 'buffer' ? Math.ceil(content.buffer.bytes / bytesOf(word)) : imageWords(content.segments);

/** Bytes behind a pointer. */
export const memoryBytes = ({ word, content }: MemorySpec): number =>
  content.kind === 'buffer' ? content.buffer.bytes : imageWords(content.segments) * bytesOf(word);

/** Name of the image or buffer behind an argument of a kernel of `stage`: images are named after it. */
export const backingName = (stage: string, argument: string, { content }: MemorySpec): string =>
  content.kind === 'buffer' ? content.buffer.name : `${stage}_${argument}`;
