import { BoundedCache } from '../../design/cache.ts';
import type { Depths } from '../../ir/timing.ts';
import type { Family, MemoryBanks } from '../../targets/types.ts';

/** Operator latencies in cycles near 300 MHz. */
type Operators = Pick<
  Depths,
  | 'add'
  | 'multiply'
  | 'divide'
  | 'exp'
  | 'reciprocal'
  | 'quotient'
  | 'sqrt'
  | 'compare'
  | 'convert'
  | 'integerMultiply'
  | 'integerAdd'
>;

/**
 * Depths of pipelined operators by device family, in cycles.
 *
 * ultrascale: Vitis HLS 2023.2 reports for xcu280 at 3.33 ns (Stream-HLS, FPGA 2025 artefacts): fadd full_dsp 6, fmul
 * max_dsp 3, fdiv 11, fcmp 1, integer multiply up to 3, sitofp 4; fsqrt 7 to 15 by clock, 12 taken.
 * versal: Vitis HLS 2024.2 reports for xcv80 at 3.33 ns (LUT-LLM): fmul 1, fadd 0 (primitive mode: one register is
 * taken), fdiv and fsqrt 14; conversions and integers are not reported there and taken as one stage less.
 * exp, reciprocal and quotient are the library's own (exponential.hpp), their stages counted in its source: own derivation.
 */
const OPERATORS: Readonly<Record<Family, Operators>> = {
  ultrascale: {
    add: 6,
    multiply: 3,
    divide: 11,
    exp: 16,
    reciprocal: 14,
    quotient: 18,
    sqrt: 12,
    compare: 1,
    convert: 4,
    integerMultiply: 3,
    integerAdd: 1,
  },
  versal: {
    add: 1,
    multiply: 1,
    divide: 14,
    exp: 13,
    reciprocal: 12,
    quotient: 15,
    sqrt: 14,
    compare: 1,
    convert: 3,
    integerMultiply: 2,
    integerAdd: 1,
  },
};

/** Cycles to enter and leave a pipelined loop: one state of the controller each, as HLS schedules show around every loop. */
export const LOOP_CYCLES = 2;

/** Cycles of a word through a FIFO between two processes: written in one cycle, readable in the next, read in a state of its own. */
export const HOP_CYCLES = 2;

/**
 * Cycles between two passes: the control loop leaves the region when the last process is done, writes the arguments of
 * the next pass and starts it again (ap_done, ap_continue and ap_start of the region and of its processes, one cycle
 * each, and one state of the loop around it). Own derivation from the block protocol of HLS.
 */
export const PASS_CYCLES = 5;

/** No depths, no latencies: what remains are the counted cycles. */
export const NO_DEPTHS: Depths = {
  loop: 0,
  hop: 0,
  add: 0,
  multiply: 0,
  divide: 0,
  exp: 0,
  reciprocal: 0,
  quotient: 0,
  sqrt: 0,
  compare: 0,
  convert: 0,
  integerMultiply: 0,
  integerAdd: 0,
  memoryRead: 0,
  memoryWrite: 0,
};

/** Depths by family, latencies and clock: the same object each time, so that results can be kept with it. */
const known = new BoundedCache<string, Depths>(256);

/** Depths on a device at a clock in MHz; memory latencies are fixed times (targets) and so cost more cycles at a faster clock. */
export function depthsAt(
  family: Family,
  memory: Pick<MemoryBanks, 'readLatency' | 'writeLatency'>,
  megahertz: number,
): Depths {
  const key = `${family} ${memory.readLatency} ${memory.writeLatency} ${megahertz}`;
  const before = known.get(key);
  if (before) return before;
  const depths: Depths = {
    ...OPERATORS[family],
    loop: LOOP_CYCLES,
    hop: HOP_CYCLES,
    memoryRead: Math.ceil((memory.readLatency * megahertz) / 1000),
    memoryWrite: Math.ceil((memory.writeLatency * megahertz) / 1000),
  };
  known.set(key, depths);
  return depths;
}
