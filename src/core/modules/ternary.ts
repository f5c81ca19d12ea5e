/** Products with ternary weights, without multipliers (ternary.hpp): weights choose what is added. */
import { bitsOf, type Element } from '../ir/cpp-type.ts';
import { ceilLog2 } from './common.ts';
import { accumulators, adder, type Hardware, mux } from './hardware.ts';

export const isTernary = (weight: Element): boolean => weight.kind === 'int' && weight.bits === 2;

/** Bits of an activation with a sign. */
const signedBits = (a: Element): number => bitsOf(a) + (a.kind === 'int' && a.signed ? 0 : 1);

/** Bits of the sum of `count` products of an activation with ternary weights. */
const sumBits = (a: Element, count: number): number => signedBits(a) + 1 + ceilLog2(count);

/**
 * `pairs` pairs of sums of at most `most` products, each of which adds an activation, takes it away, or neither, every cycle:
 * see runningPairs. TernaryPair in ternary.hpp.
 */
export const ternaryPairs = (
  pairs: number,
  a: Element,
  most: number,
): { readonly parts: Hardware; readonly sums: number; readonly part: undefined } => ({
  sums: 2 * sumBits(a, most),
  part: undefined,
  parts: [
    mux('activation, its negative or zero', 2 * pairs, signedBits(a) + 1, 3),
    accumulators('sums', 2 * pairs, sumBits(a, most)),
  ],
});

/**
 * `slices` slices in which WP outputs choose among the sums and differences of pairs of activations: KP channels a cycle, at
 * most `most` products in a sum. TernaryTable in ternary.hpp; WP of its sums grow side by side.
 */
export function ternarySlices(slices: number, wp: number, kp: number, a: Element, most: number): Hardware {
  const pairs = Math.ceil(kp / 2);
  const entry = signedBits(a) + 1;
  const choices = slices * wp * pairs;
  // A tree: half as many sums, each a bit wider, from level to level.
  const levels = Array.from({ length: ceilLog2(pairs) }, (_, level) =>
    adder(
      'sums over the channels of a word',
      slices * wp * Math.floor(Math.ceil(pairs / 2 ** level) / 2),
      entry + 1 + level,
    ),
  );
  const total = entry + ceilLog2(pairs) + 1;
  return [
    adder('sums and differences of pairs of activations', slices * 2 * pairs, entry),
    mux('selections by two weights', choices, 4, 4),
    mux('activation, sum or difference that two weights choose', choices, entry, 4),
    mux('as it is, inverted or zero', choices, entry, 3),
    ...levels,
    adder('ones that inverted terms lack', choices, 1),
    adder('sums with these ones', slices * wp, total),
    accumulators('sums', slices * wp, sumBits(a, most)),
  ];
}
