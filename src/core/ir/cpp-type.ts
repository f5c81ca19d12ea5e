/** Types of the generated C++, as data. What they are called is known to `generate/print-cpp.ts` alone. */
import { sixBytes } from '../models/weight-words.ts';

/** Element of a stream. Integers wider than 8 bits are accumulators. */
export type Element =
  | { readonly kind: 'float' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean };

/** One value: an element, an element as memory keeps it (whole bytes or 32 bits), or a 32-bit integer of C++. */
export type Scalar = Element | { readonly kind: 'stored'; readonly element: Element } | { readonly kind: 'index' };

/** What streams carry and pointers address. */
export type CppType =
  | Scalar
  /** Lanes side by side, without padding. */
  | { readonly kind: 'vector'; readonly of: Scalar; readonly lanes: number }
  /** A word of memory that holds `count` elements, padded to a power of two of bytes; of 6 bits, to one of elements. */
  | { readonly kind: 'word'; readonly element: Element; readonly count: number };

export const FLOAT: Element = { kind: 'float' };
export const INT8: Element = { kind: 'int', bits: 8, signed: true };
export const INT4: Element = { kind: 'int', bits: 4, signed: true };
export const UINT8: Element = { kind: 'int', bits: 8, signed: false };
export const INDEX: Scalar = { kind: 'index' };

export const vectorType = (of: Scalar, lanes: number): CppType => ({ kind: 'vector', of, lanes });
export const wordType = (element: Element, count: number): CppType => ({ kind: 'word', element, count });

/** Bits of an element in a word of memory: integers of 3 bits are odd there and take 2. */
export const memoryBits = (element: Element): number =>
  element.kind === 'float' ? 32 : element.bits === 3 ? 2 : element.bits;

/** Bits of a type; those of a memory word with its padding. */
export function bitsOf(type: CppType): number {
  switch (type.kind) {
    case 'float':
    case 'index':
      return 32;
    case 'int':
      return type.bits;
    case 'stored':
      return bitsOf(type.element) <= 8 ? 8 : 32;
    case 'vector':
      return bitsOf(type.of) * type.lanes;
    case 'word': {
      if (memoryBits(type.element) === 6) return 8 * sixBytes(type.count);
      const payload = memoryBits(type.element) * type.count;
      let width = 8;
      while (width < payload) width *= 2;
      return width;
    }
  }
}

/** Bytes of a type of whole bytes. */
export const bytesOf = (type: CppType): number => bitsOf(type) / 8;

export function sameType(a: CppType, b: CppType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'float':
    case 'index':
      return b.kind === a.kind;
    case 'int':
      return b.kind === 'int' && b.bits === a.bits && b.signed === a.signed;
    case 'stored':
      return b.kind === 'stored' && sameType(a.element, b.element);
    case 'vector':
      return b.kind === 'vector' && b.lanes === a.lanes && sameType(a.of, b.of);
    case 'word':
      return b.kind === 'word' && b.count === a.count && sameType(a.element, b.element);
  }
}
