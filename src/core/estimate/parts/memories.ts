import {
  arrayStorage,
  type ArrayStorage,
  bram18,
  fifoStorage,
  type FifoStorage,
  LUTRAM_FIFO_WORDS,
  LUTRAM_WORDS,
  SRL_DEPTH,
  uram,
  URAM_FROM_BRAM18,
} from '../../ir/storage.ts';
import type { ResourceCounts } from '../../targets/types.ts';

/** What a memory takes, and the kind that it is bound to (ir/storage.ts). */
export interface MemoryCost<S extends ArrayStorage | FifoStorage = ArrayStorage> extends ResourceCounts {
  readonly storage: S;
  readonly source: string;
}

/** LUT of a memory in logic: a LUT keeps 64 bits; with separate read and write address eight LUT make 7 bits x 64 words. */
export const lutram = (words: number, bits: number): number => Math.ceil((bits * 8) / 7) * Math.ceil(words / 64);

const GEOMETRY = 'BRAM18 and URAM geometry (FINN, AutoSA; UG573)';
const none = { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 };

function kept<S extends ArrayStorage>(storage: S, words: number, bits: number, dual: boolean, most: number) {
  switch (storage) {
    case 'register':
      return { ...none, ff: words * bits, storage, source: 'registers' };
    case 'lutram':
      return {
        ...none,
        lut: lutram(words, bits),
        ff: bits,
        storage,
        source: `LUTRAM up to ${most} words: HLS 2023.2 reports for xcu280`,
      };
    case 'uram':
      return {
        ...none,
        uram: uram(words, bits),
        storage,
        source: `${GEOMETRY}; a URAM is taken where it replaces ${URAM_FROM_BRAM18} BRAM18`,
      };
    default:
      return { ...none, bram18: bram18(words, bits, dual), storage, source: GEOMETRY };
  }
}

/** One bank of an array of `words` x `bits`; `dual` ones read or write at two addresses per cycle. */
export const memoryCost = (words: number, bits: number, dual = false, ultra = true): MemoryCost =>
  kept(arrayStorage(words, bits, dual, ultra), words, bits, dual, LUTRAM_WORDS);

/** One FIFO of `depth` x `bits`: shift registers, LUTRAM, BRAM or URAM with control. */
export function fifoCost(depth: number, bits: number, ultra = true): MemoryCost<FifoStorage> {
  const storage = fifoStorage(depth, bits, ultra);
  if (storage === 'srl')
    return depth <= SRL_DEPTH
      ? {
          ...none,
          lut: Math.ceil(bits / 2) + 12,
          ff: 2 * bits + 4,
          storage,
          source: 'depth 2: two registers per bit (68 FF for 32 bits, HLS 2023.2 reports for xcu280)',
        }
      : {
          ...none,
          lut: bits * Math.ceil(depth / 32) + 12,
          ff: 8,
          storage,
          source:
            'left to the tool, which takes shift registers up to 1,024 bits (UG1399); one SRL32 per bit and 32 words',
        };
  const address = Math.ceil(Math.log2(depth));
  const memory = kept(storage, depth, bits, false, LUTRAM_FIFO_WORDS);
  return {
    ...memory,
    lut: memory.lut + 14 + 4 * address,
    ff: (storage === 'lutram' ? 2 : 1) * bits + 8 * address,
    source: `${memory.source}; FF of output and addresses as in HLS 2023.2 reports for xcu280 (118 to 121 for 32-bit LUTRAM, 92 to 95 for BRAM)`,
  };
}
