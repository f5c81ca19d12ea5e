import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import { BLOCKS, LENGTH, plus, times } from '../ir/expression.ts';
import { normalisesResult } from '../models/recipe.ts';
import { expectElement, input, int, port } from './common.ts';
import { accumulators, adder, buffer, fixed, fp32, loops, mux, registers, type Buffer, storageOf } from './hardware.ts';
import { overlapParam } from './overlap.ts';
import type { DesignContext, InstanceContext, ModuleEntry, ProcessSpec } from './types.ts';

/** Whether the steps of three rows are in one loop. */
const overlapsRows = (params: InstanceContext['params']): boolean => params['overlap'] === 'rows';

/** Rows that arrive before one leaves: until its maximum is known, and until its sum is. */
const rowsAhead = (recipe: DesignContext['recipe']): number => (normalisesResult(recipe) ? 1 : 2);

const row = ({ maxKeys }: DesignContext): number => maxKeys;

/** Scores, and their exponentials, of one row of keys. */
const values = (what: string, design: DesignContext, lanes: number): Buffer => buffer(what, row(design), 32 * lanes);

/** Softmax over the keys of each query. */
export const softmax: ModuleEntry = {
  id: 'softmax',
  title: 'Softmax',
  category: 'attention',
  aliases: ['probabilities', 'exponential'],
  help: 'Turns the scores of each query head into probabilities in three steps over the keys: maximum, exponentials and their sum, scaling; one after the other, or those of three rows at once. Where the recipe normalises the result of attention, it sends the exponentials, and the steps are two. A barrier per row of keys.',
  source:
    'FlexLLM (arXiv 2601.15710), softmax; division behind the values as in FlashAttention (arXiv 2205.14135), here of exact maxima; cycles: own derivation (three steps and one reciprocal per lane, or two steps).',
  stages: ['prefill', 'decode'],
  glyph: 'M3 14.5c7 0 11.5-2.5 13.5-11.5M3 17h14',
  barrier: true,
  relies: (_stage, params) => (overlapsRows(params) ? ['token_loops', 'overlapped_loops'] : ['token_loops']),
  params: [
    overlapParam(
      'rows',
      'serial: maximum, exponentials and scaling of a row follow each other, 3 cycles per key. rows: in each cycle it receives a key of one row, takes an exponential of the row before and scales one of the row before that, 1 cycle per key. It then sends a row only while the second next arrives, so in prefill the FIFO in front of it holds a row. Where the result is normalised: 2 cycles per key, or with rows 1, and a row leaves while the next arrives.',
    ),
  ],
  behind: ({ design, params }) => (overlapsRows(params) ? rowsAhead(design.recipe) : 0),
  inputs: [{ id: 'in', label: 'in', help: 'Scores in fp32.' }],
  outputs: () => [
    { id: 'out', label: 'out', help: 'Probabilities in fp32, or exponentials of which the largest is 1.' },
  ],
  roles: ({ stage }) => [
    { role: 'softmax', label: 'Softmax of the scores', inputs: { in: stage === 'prefill' ? 'masked' : 'scores' } },
  ],
  infer: (_design, _params, _role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'put a static scaler in front');
    return { out: { ...type, tensor: 'probs' } };
  },
  structure: ({ design, params, operations }) => {
    const type = operations[0]?.inputs['in'];
    if (!type) return { processes: [], wires: [], memories: [] };
    const { heads } = design.model;
    const prefill = design.stage === 'prefill';
    const rows = prefill ? times(BLOCKS, heads) : heads / type.lanes;
    const overlap = overlapsRows(params);
    const args = [port('in'), port('out'), int('rows', () => rows), int('length', () => LENGTH)];
    const kept = storageOf(values('scores', design, type.lanes));
    if (normalisesResult(design.recipe)) {
      const powers: ProcessSpec = {
        name: 'core',
        call: core('softmax', 'softmax_powers', [type.lanes, row(design), kept, ...(overlap ? [true] : [])]),
        args,
        cycles: () => (overlap ? times(plus(rows, 1), LENGTH) : times(rows, 2, LENGTH)),
        fill: (_, d) => ({
          depth: (overlap ? 1 : 2) * d.loop + d.compare + (d.add + d.exp),
          entries: overlap ? plus(rows, 1) : rows,
        }),
      };
      return { memories: [], wires: [], processes: [powers] };
    }
    return {
      memories: [],
      wires: [],
      processes: [
        {
          name: 'core',
          call: core('softmax', `softmax_${design.stage}`, [type.lanes, row(design), kept, ...(overlap ? [true] : [])]),
          args,
          cycles: () =>
            overlap
              ? plus(times(plus(rows, 2), LENGTH), times(rows, type.lanes))
              : times(rows, plus(times(3, LENGTH), type.lanes)),
          // Maximum; exponential and fixed-point sum; reciprocal; product. In one loop the exponential is the deepest.
          fill: (_, d) =>
            overlap
              ? { depth: 2 * d.loop + (d.add + d.exp + d.convert) + (d.convert + d.reciprocal), entries: plus(rows, 2) }
              : {
                  depth: 4 * d.loop + d.compare + (d.add + d.exp + d.convert) + (d.convert + d.reciprocal) + d.multiply,
                  entries: rows,
                },
        },
      ],
    };
  },
  hardware: ({ design, params, operations }) => {
    const lanes = operations[0]?.inputs['in']?.lanes ?? 0;
    const overlap = overlapsRows(params);
    const maximum = adder('maximum and order keys', 2 * lanes, 32);
    if (normalisesResult(design.recipe))
      return [
        maximum,
        registers('maximum of the row that arrives and of the one that leaves, of each lane', 2 * lanes * 32),
        fp32('add', lanes, 'x - maximum'),
        fp32('exp', lanes, 'powers'),
        values('scores', design, lanes),
        loops(overlap ? 1 : 2),
      ];
    return [
      maximum,
      overlap
        ? registers('maximum of two rows and inverse of a third, of each lane', 3 * lanes * 32)
        : registers('maximum and inverse of each lane', 2 * lanes * 32),
      fp32('add', lanes, 'x - maximum'),
      fp32('exp', lanes, 'powers'),
      fixed('to', lanes, 'powers in fixed point'),
      accumulators('sums of powers', lanes, 64),
      mux('sum of the lane', 1, 64, lanes),
      fixed('from', 1, 'sum'),
      fp32('reciprocal', 1, 'inverse of the sum'),
      fp32('mul', lanes, 'times the inverse'),
      values('scores', design, lanes),
      values('powers', design, lanes),
      loops(overlap ? 2 : 4),
    ];
  },
  timing: ({ design, params }, { inputs }) => {
    const lanes = input(inputs, 'in').lanes;
    if (normalisesResult(design.recipe)) return { preload: 0, first: LENGTH, tail: LENGTH };
    if (overlapsRows(params)) {
      // Two rows are in before the first leaves; of the last two, one leaves while the exponentials of the other are taken.
      const single = design.stage === 'decode' && design.model.heads === lanes;
      return {
        preload: 0,
        first: plus(times(2, LENGTH), lanes),
        tail: plus(times(2, LENGTH), single ? lanes : 2 * lanes),
      };
    }
    const row = plus(times(2, LENGTH), lanes);
    return { preload: 0, first: row, tail: row };
  },
};
