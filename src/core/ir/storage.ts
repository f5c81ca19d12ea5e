/**
 * Which kind of memory an on-chip array or FIFO is kept in. The generator binds it there by a pragma, the estimator counts
 * it there: both ask here. What stays with the tool, because it is small, is `register` or `srl`.
 */

/** Kinds of memory that bind_storage names. */
export type MemoryKind = 'lutram' | 'bram' | 'uram';

/** Where an array is kept. An array of one word per bank is registers. */
export type ArrayStorage = MemoryKind | 'register';

/** Where a FIFO is kept: shift registers need no binding. */
export type FifoStorage = MemoryKind | 'srl';

/** BRAM18 shapes: bits x words. 36 bits wide only with one port to write and one to read. */
const BRAM18_SHAPES: readonly (readonly [number, number])[] = [
  [1, 16384],
  [2, 8192],
  [4, 4096],
  [9, 2048],
  [18, 1024],
  [36, 512],
];

/** BRAM18 of a memory of `words` x `bits`; `dual` ones read or write at two addresses per cycle. */
export function bram18(words: number, bits: number, dual = false): number {
  let best = Number.POSITIVE_INFINITY;
  for (const [width, depth] of BRAM18_SHAPES) {
    if (dual && width === 36) continue;
    best = Math.min(best, Math.ceil(bits / width) * Math.ceil(words / depth));
  }
  return best;
}

/** URAM of a memory: 72 bits x 4,096 words each, two ports. */
export const uram = (words: number, bits: number): number => Math.ceil(bits / 72) * Math.ceil(words / 4096);

/** Deepest array and FIFO that HLS keeps in LUTs by itself: 2023.2 reports for xcu280 show LUTRAM up to 64 words of arrays and 128 of FIFOs. */
export const LUTRAM_WORDS = 64;
export const LUTRAM_FIFO_WORDS = 128;

/** UG1399, `auto_srl_max_bits` and `auto_srl_max_depth`: the tool keeps smaller FIFOs in shift registers. */
export const SRL_BITS = 1024;
export const SRL_DEPTH = 2;

/** A memory deeper than 2,048 words goes to URAM when one URAM replaces at least so many BRAM18: half of its capacity is used (assumed). */
export const URAM_FROM_BRAM18 = 8;

const block = (words: number, bits: number, dual: boolean, ultra: boolean): 'bram' | 'uram' =>
  ultra && words > 2048 && bram18(words, bits, dual) >= URAM_FROM_BRAM18 * uram(words, bits) ? 'uram' : 'bram';

/**
 * Where each bank of an array of `words` x `bits` is kept. LUTRAM has one port to write, so `dual` banks are blocks at any
 * size. `ultra`: the tools keep what is bound to URAM there.
 */
export function arrayStorage(words: number, bits: number, dual = false, ultra = true): ArrayStorage {
  if (words <= 1) return 'register';
  return words <= LUTRAM_WORDS && !dual ? 'lutram' : block(words, bits, dual, ultra);
}

/** Where a FIFO of `depth` x `bits` is kept. `ultra`: the tools keep what is bound to URAM there. */
export function fifoStorage(depth: number, bits: number, ultra: boolean): FifoStorage {
  if (depth <= SRL_DEPTH || depth * bits <= SRL_BITS) return 'srl';
  return depth <= LUTRAM_FIFO_WORDS ? 'lutram' : block(depth, bits, false, ultra);
}
