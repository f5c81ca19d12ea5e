import type { BufferStyle } from '../../modules/hardware.ts';
import type { ResourceCounts } from '../../targets/types.ts';

/** What memories of a kind take, and which kind was chosen. */
export interface MemoryCost extends ResourceCounts {
  readonly style: Exclude<BufferStyle, 'auto'> | 'srl';
  readonly source: string;
}

/** Shapes of a BRAM18: bits x words. 36 bits wide only with one port to write and one to read. */
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

/** LUT of a memory in logic: a LUT keeps 64 bits; with separate read and write address eight LUT make 7 bits x 64 words. */
export const lutram = (words: number, bits: number): number => Math.ceil((bits * 8) / 7) * Math.ceil(words / 64);

/** Deepest array and FIFO that go to LUTs by themselves: HLS 2023.2 reports for xcu280 show LUTRAM up to 64 words of arrays and 128 of FIFOs. */
export const LUTRAM_WORDS = 64;
export const LUTRAM_FIFO_WORDS = 128;

/** UG1399, `auto_srl_max_bits` and `auto_srl_max_depth`: smaller FIFOs are shift registers. */
export const SRL_BITS = 1024;
export const SRL_DEPTH = 2;

/** A memory deeper than 2,048 words goes to URAM when one URAM replaces at least so many BRAM18: half of its capacity is used (assumed). */
export const URAM_FROM_BRAM18 = 8;

const GEOMETRY = 'BRAM18 and URAM geometry (FINN, AutoSA; UG573)';
const none = { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 };

/** One memory of `words` x `bits`, in the kind that is asked for or that suits it. */
export function memoryCost(
  words: number,
  bits: number,
  options: { style?: BufferStyle; dual?: boolean; lutWords?: number } = {},
): MemoryCost {
  const { style = 'auto', dual = false, lutWords = LUTRAM_WORDS } = options;
  if (style === 'register') return { ...none, ff: words * bits, style, source: 'registers' };
  if (style === 'lutram' || (style === 'auto' && words <= lutWords)) {
    return {
      ...none,
      lut: lutram(words, bits) * (dual ? 2 : 1),
      ff: bits,
      style: 'lutram',
      source: `LUTRAM up to ${lutWords} words: HLS 2023.2 reports for xcu280`,
    };
  }
  const blocks = bram18(words, bits, dual);
  const ultra = uram(words, bits);
  if (style === 'uram' || (style === 'auto' && words > 2048 && blocks >= URAM_FROM_BRAM18 * ultra)) {
    return {
      ...none,
      uram: ultra,
      style: 'uram',
      source: `${GEOMETRY}; a URAM is taken where it replaces ${URAM_FROM_BRAM18} BRAM18`,
    };
  }
  return { ...none, bram18: blocks, style: 'bram', source: GEOMETRY };
}

/** One FIFO of `depth` x `bits`: shift registers, LUTRAM, BRAM or URAM with control. */
export function fifoCost(depth: number, bits: number): MemoryCost {
  const address = Math.ceil(Math.log2(Math.max(2, depth)));
  if (depth <= SRL_DEPTH)
    return {
      ...none,
      lut: Math.ceil(bits / 2) + 12,
      ff: 2 * bits + 4,
      style: 'srl',
      source: 'depth 2: two registers per bit (68 FF for 32 bits, HLS 2023.2 reports for xcu280)',
    };
  if (depth * bits <= SRL_BITS)
    return {
      ...none,
      lut: bits * Math.ceil(depth / 32) + 12,
      ff: 8,
      style: 'srl',
      source: 'shift registers up to 1,024 bits (UG1399); one SRL32 per bit and 32 words',
    };
  const memory = memoryCost(depth, bits, { lutWords: LUTRAM_FIFO_WORDS });
  const control = { lut: memory.lut + 14 + 4 * address, ff: (memory.style === 'lutram' ? 2 : 1) * bits + 8 * address };
  return {
    ...memory,
    ...control,
    source: `${memory.source}; FF of output and addresses as in HLS 2023.2 reports for xcu280 (118 to 121 for 32-bit LUTRAM, 92 to 95 for BRAM)`,
  };
}
