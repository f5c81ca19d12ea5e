import { core } from '../ir/call.ts';
import { bitsOf, type Element, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { type Expression, times } from '../ir/expression.ts';
import type { Depths } from '../ir/timing.ts';
import { normalisesResult } from '../models/recipe.ts';
import { ceilLog2, int, port, probabilityElement, readsWire, writesWire } from './common.ts';
import { accumulators, fixed, fp32, type Hardware, loops, mux, registers } from './hardware.ts';
import type { Arg, DesignContext, ProcessSpec, WireSpec } from './types.ts';

/** Sum of at most `most` weights of the values; WeightSum in normalise.hpp. */
const sumElement = (weight: Element, most: number): Element =>
  weight.kind === 'float' ? FLOAT : { kind: 'int', bits: weight.bits + ceilLog2(most) + 1, signed: true };

/** What stands around the core of attention values. */
interface Around {
  readonly wires: readonly WireSpec[];
  readonly before: readonly ProcessSpec[];
  readonly behind: readonly ProcessSpec[];
  /** Where the core reads weights and writes results. */
  readonly weights: Arg;
  readonly results: Arg;
}

/**
 * The processes that normalise the result of attention, if the recipe says so: one in front of the core that adds up the
 * weights of each row, one behind it that multiplies the row by the inverse of the sum.
 * @param lanes rows side by side. @param accumulator element of the core's results.
 * @param rows of the pass. @param length of a row. @param most keys of a row. @param coreDepth of the core's pipeline.
 */
export function normalised(
  { recipe, model }: DesignContext,
  lanes: number,
  accumulator: Element,
  {
    rows,
    length,
    most,
    coreDepth,
  }: { rows: Expression; length: Expression; most: number; coreDepth: (d: Depths) => number },
): Around {
  if (!normalisesResult(recipe)) {
    return { wires: [], before: [], behind: [], weights: port('probs'), results: port('out') };
  }
  const weight = probabilityElement(recipe);
  const sum = sumElement(weight, most);
  const toFloat = (d: Depths): number => (weight.kind === 'int' ? d.convert : 0);
  return {
    wires: [
      { name: 'weights', type: vectorType(weight, lanes), depth: 2 },
      { name: 'sums', type: vectorType(sum, lanes), depth: 2 },
      { name: 'results', type: vectorType(accumulator, lanes), depth: 2 },
    ],
    weights: readsWire('weights'),
    results: writesWire('results'),
    before: [
      {
        name: 'sums',
        call: core('normalise', 'sum_weights', [weight, lanes, most]),
        args: [
          port('probs'),
          writesWire('weights'),
          writesWire('sums'),
          int('rows', () => rows),
          int('length', () => length),
        ],
        cycles: () => times(rows, length),
        fill: (_, d) => ({
          depth: d.loop + (weight.kind === 'int' ? d.integerAdd : 2 * d.convert + d.integerAdd),
          entries: 1,
        }),
      },
    ],
    behind: [
      {
        name: 'normalise',
        call: core('normalise', 'normalise_results', [accumulator, sum, lanes]),
        args: [
          readsWire('results'),
          readsWire('sums'),
          port('out'),
          int('rows', () => rows),
          int('channels', () => model.headDim),
        ],
        cycles: () => times(rows, lanes + model.headDim),
        // Its results come through the core, and through a FIFO on either side of it.
        fill: (_, d) => ({
          depth: 2 * d.hop + coreDepth(d) + 2 * d.loop + (toFloat(d) + d.reciprocal) + (toFloat(d) + d.multiply),
          entries: rows,
        }),
      },
    ],
  };
}

/** What these processes are built of. */
export function normalisingHardware({ recipe }: DesignContext, lanes: number, most: number): Hardware {
  if (!normalisesResult(recipe)) return [];
  const weight = probabilityElement(recipe);
  const sum = bitsOf(sumElement(weight, most));
  return [
    ...(weight.kind === 'float'
      ? [
          fixed('to', lanes, 'weights in fixed point'),
          accumulators('sums of weights', lanes, 64),
          fixed('from', lanes, 'sums of weights'),
        ]
      : [
          accumulators('sums of weights', lanes, sum),
          fp32('convert', 1, 'sum to fp32'),
          fp32('convert', lanes, 'results to fp32'),
        ]),
    mux('sum of the lane', 1, sum, lanes),
    fp32('reciprocal', 1, 'inverse of the sum'),
    registers('sums and inverses of each lane', lanes * (sum + 32)),
    fp32('mul', lanes, 'times the inverse of the sum'),
    loops(3),
  ];
}
