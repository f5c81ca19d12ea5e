/** Weights of 2, 4, 6, 8 and 32 bits as the elements of memory words. */
import type { QuantizedRows } from './quantize.ts';
import type { WeightFormat } from './recipe.ts';

/** Weights of so many bits lie in memory in words of their own without gaps, whatever the words of a port. */
export const packsWords = (bits: number): boolean => bits === 6;

/** Weights that a word of `count` weights of 6 bits has room for. */
const room = (count: number): number => Math.max(4, 2 ** Math.ceil(Math.log2(count)));

/** Bytes of a word of `count` weights of 6 bits: 3 for 4 of a power of two of weights. */
export const sixBytes = (count: number): number => (3 * room(count)) / 4;

/** Bytes of a word of a port for words of `count` weights of 6 bits: three of them hold four, or two where these have 128 weights. */
export const portBytes = (count: number): number => Math.min(64, room(count));

/** Words of a port that hold `words` words of `count` weights of 6 bits. */
export const portWords = (count: number, words: number): number =>
  Math.ceil((words * sixBytes(count)) / portBytes(count));

/** A row of weights in what was read. */
export interface TileRow extends Pick<QuantizedRows, 'values' | 'groups' | 'kept'> {
  readonly start: number;
}

/** Writes the rows of a tile, as far as there are, as elements `first` and on of every word. */
export function fillWords(
  chunk: Uint8Array,
  wordBytes: number,
  format: WeightFormat,
  first: number,
  inputs: Int32Array,
  rows: readonly (TileRow | undefined)[],
): void {
  if (format === 'int2' || format === 'ternary') {
    for (const [element, row] of rows.entries()) {
      if (row === undefined) continue;
      const shift = 2 * ((first + element) % 4);
      for (let w = 0, at = Math.floor((first + element) / 4); w < inputs.length; w++, at += wordBytes) {
        const channel = inputs[w] as number;
        const value = channel < 0 ? undefined : (row.values[row.start + channel] as number);
        const code = value === undefined ? 0 : format === 'int2' ? (value + 3) >> 1 : value & 3;
        chunk[at] = (chunk[at] as number) | (code << shift);
      }
    }
    return;
  }
  if (format === 'int4') {
    // Whole bytes: elements 2i and 2i + 1 of a word.
    for (let byte = Math.floor(first / 2); 2 * byte < first + rows.length; byte++)
      fillByte(chunk, wordBytes, byte, inputs, rows[2 * byte - first], rows[2 * byte + 1 - first]);
    return;
  }
  if (format === 'int6') {
    for (const [element, row] of rows.entries()) {
      if (row === undefined) continue;
      const bit = 6 * (first + element);
      const shift = bit % 8;
      for (let w = 0, at = Math.floor(bit / 8); w < inputs.length; w++, at += wordBytes) {
        const channel = inputs[w] as number;
        if (channel < 0) continue;
        const code = ((row.values[row.start + channel] as number) & 63) << shift;
        chunk[at] = (chunk[at] as number) | (code & 0xff);
        if (shift > 2) chunk[at + 1] = (chunk[at + 1] as number) | (code >> 8);
      }
    }
    return;
  }
  const target = format === 'fp32' ? new Float32Array(chunk.buffer) : chunk;
  const step = wordBytes / target.BYTES_PER_ELEMENT;
  for (const [element, row] of rows.entries()) {
    if (row === undefined) continue;
    const { values, start } = row;
    for (let w = 0, at = first + element; w < inputs.length; w++, at += step) {
      const channel = inputs[w] as number;
      if (channel >= 0) target[at] = values[start + channel] as number;
    }
  }
}

/** Writes the low and the high half of one byte of every word; a half without a row is left as it is. */
function fillByte(
  chunk: Uint8Array,
  wordBytes: number,
  byte: number,
  inputs: Int32Array,
  low: TileRow | undefined,
  high: TileRow | undefined,
): void {
  const one = low ?? high;
  if (one === undefined) return;
  const lowMask = low === undefined ? 0 : 0x0f;
  const highMask = high === undefined ? 0 : 0xf0;
  const { values: lowValues, start: lowStart } = low ?? one;
  const { values: highValues, start: highStart } = high ?? one;
  for (let w = 0, at = byte; w < inputs.length; w++, at += wordBytes) {
    const channel = inputs[w] as number;
    if (channel < 0) continue;
    const halves =
      ((lowValues[lowStart + channel] as number) & lowMask) |
      (((highValues[highStart + channel] as number) << 4) & highMask);
    chunk[at] = (chunk[at] as number) | halves;
  }
}
