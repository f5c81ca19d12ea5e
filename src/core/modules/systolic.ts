import { type Expression, maximum, plus, quotient, times } from '../ir/expression.ts';

/** Multiply-accumulate cells that one engine may have: beyond, tools do not unroll in reasonable time. */
export const MAX_CELLS = 4096;

/** Legal widths of an engine before cells are counted: even numbers. */
export const EVEN: readonly number[] = Array.from({ length: 128 }, (_, index) => 2 * index + 2);

/**
 * Cycles of one block on a systolic array of WP columns whose rows move in `groups` (TP, or half of it where four products
 * share a DSP): the activation buffer is filled (k), then tiles of WP columns follow
 * one another every max(k, WP) cycles while the results of the tile before drain; the last tile adds skew and drain.
 * Own derivation; counted exactly by the C-simulation.
 */
export function systolicRow(groups: number, wp: number, k: Expression, n: Expression): Expression {
  return plus(k, times(plus(quotient(n, wp), -1), maximum(k, wp)), k, wp + groups - 1);
}
