import type { Expression } from './expression.ts';

/**
 * Latencies of operators, loops and memories in clock cycles, for one device at one clock. Values and sources:
 * estimate/parts/depths.ts.
 */
export interface Depths {
  /** Entering and leaving a pipelined loop. */
  readonly loop: number;
  /** A word through a FIFO between two processes. */
  readonly hop: number;
  /** fp32: addition, multiplication, division, exponential, reciprocal, quotient by it, square root, comparison. */
  readonly add: number;
  readonly multiply: number;
  readonly divide: number;
  readonly exp: number;
  readonly reciprocal: number;
  readonly quotient: number;
  readonly sqrt: number;
  readonly compare: number;
  /** Between integers or 64-bit fixed point and fp32, either way. */
  readonly convert: number;
  /** Integer multiplication on a DSP block, and one level of an adder tree. */
  readonly integerMultiply: number;
  readonly integerAdd: number;
  /** From the request of a burst to its first word; from its last word to the response. */
  readonly memoryRead: number;
  readonly memoryWrite: number;
}

/** Cycles of pipeline latency that a process adds: `depth` for each of `entries` entries of its loop nest. */
export interface Fill {
  readonly depth: number;
  readonly entries: Expression;
}

/** The fill of a process on a device. */
export type FillOf = (depths: Depths) => Fill;

/** Shape of an operation's work in time, in cycles; see estimate/pass/pass-time.ts. */
export interface Timing {
  /** Cycles before its first input is needed (tables that are loaded first). */
  readonly preload: Expression;
  /** From its start to the first output vector. */
  readonly first: Expression;
  /** Work left after its last input has arrived. */
  readonly tail: Expression;
}
