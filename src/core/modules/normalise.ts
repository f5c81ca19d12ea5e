import { core } from '../ir/call.ts';
import { bitsOf, type Element, vectorType } from '../ir/cpp-type.ts';
import { type Expression, times } from '../ir/expression.ts';
import type { Depths } from '../ir/timing.ts';
import { normalisesResult } from '../models/recipe.ts';
import { ceilLog2, int, port, probabilityElement, readsWire, writesWire } from './common.ts';
import { accumulators, fixed, fp32, type Hardware, loops, mux, registers, rounding } from './hardware.ts';
import type { Arg, DesignContext, ProcessSpec, WireSpec } from './types.ts';

/** Sum of at most `most` powers in fixed point; PowerSum in normalise.hpp. */
const sumElement = (most: number): Element => ({ kind: 'int', bits: 34 + ceilLog2(most), signed: true });

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
 * The processes that normalise the result of attention, if the recipe says so: one in front of the core that makes weights
 * of the powers and adds these up for each row, one behind it that multiplies the row by the inverse of the sum.
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
  const sum = sumElement(most);
  const integer = weight.kind === 'int';
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
        name: 'weigh',
        call: core('normalise', 'weigh_values', [weight, lanes, most]),
        args: [
          port('probs'),
          writesWire('weights'),
          writesWire('sums'),
          int('rows', () => rows),
          int('length', () => length),
        ],
        cycles: () => times(rows, length),
        // Product with 255 and rounding; beside it the sum in fixed point.
        fill: (_, d) => ({
          depth: d.loop + Math.max(integer ? d.multiply + d.add + d.convert : 0, d.convert + d.integerAdd),
          entries: 1,
        }),
      },
    ],
    behind: [
      {
        name: 'normalise',
        call: core('normalise', 'normalise_results', [accumulator, lanes, most]),
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
          depth:
            2 * d.hop +
            coreDepth(d) +
            2 * d.loop +
            (d.convert + d.reciprocal) +
            ((integer ? d.convert : 0) + d.multiply),
          entries: rows,
        }),
      },
    ],
  };
}

/** What these processes are built of. */
export function normalisingHardware({ recipe }: DesignContext, lanes: number, most: number): Hardware {
  if (!normalisesResult(recipe)) return [];
  const sum = bitsOf(sumElement(most));
  return [
    ...(probabilityElement(recipe).kind === 'int'
      ? [fp32('mul', lanes, 'powers times 255'), ...rounding(lanes), fp32('convert', lanes, 'results to fp32')]
      : []),
    fixed('to', lanes, 'powers in fixed point'),
    accumulators('sums of powers', lanes, sum),
    mux('sum of the lane', 1, sum, lanes),
    fixed('from', 1, 'sum'),
    fp32('reciprocal', 1, 'inverse of the sum'),
    registers('sums and inverses of each lane', lanes * (sum + 32)),
    fp32('mul', lanes, 'times the inverse of the sum'),
    loops(3),
  ];
}
