import { core } from '../ir/call.ts';
import { bitsOf, vectorType, wordType } from '../ir/cpp-type.ts';
import { BLOCKS, type Expression, plus, times } from '../ir/expression.ts';
import { type LinearRole, linearShape } from '../models/architecture.ts';
import { linearRecipe, patternText, type Sparsity, storedChannels } from '../models/recipe.ts';
import { sharing } from '../models/weight-indices.ts';
import {
  accumulator,
  ceilDiv,
  commonFormat,
  engineWeight,
  GROUP_SCALE,
  int,
  linearRoles,
  macDepth,
  maxInput,
  maxStored,
  numberParam,
  port,
  readsWire,
  summand,
  vectorOf,
  weightElement,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { activations, adder, type Buffer, fixed, type Hardware, loops, mux, registers, storageOf } from './hardware.ts';
import {
  byTokens,
  engineRoles,
  expectActivations,
  expectTime,
  groupHardware,
  indexElement,
  indexHardware,
  runningPairs,
  sparse,
  sparsePairs,
  tokenArithmetic,
  tokenPairs,
  tokenResults,
  weightsOf,
} from './linear-engine.ts';
import { unpackHardware } from './port-words.ts';
import { columnReaders, portCounts } from './prefill-weights.ts';
import { EVEN, MAX_CELLS } from './systolic.ts';
import { type InstanceContext, type ModuleEntry, type ProcessSpec, Refusal, type Structure } from './types.ts';

/** Multipliers of a block: a pipelined loop of that many meets the clock of the kernel. */
const BLOCK_CELLS = 128;

/** Blocks of an engine: beyond, the row takes longer to compose than to run. */
const MOST_BLOCKS = 64;

/** A matrix as the blocks work on it. */
interface Sizes {
  readonly k: number;
  /** Channels of which weights are stored: all, or those that are kept. */
  readonly stored: number;
  readonly n: number;
  /** Tiles of WP columns, the last one perhaps with fewer. */
  readonly tiles: number;
  /** Columns of the last tile. */
  readonly rest: number;
}

const formatOf = (design: InstanceContext['design'], operations: InstanceContext['operations']) =>
  commonFormat(
    design.recipe,
    operations.map(({ role }) => role),
  );

function sizesOf({ design, params }: InstanceContext): (role: string) => Sizes {
  const wp = numberParam(params, 'wp');
  return (role) => {
    const { k, n } = linearShape(design.model, role as LinearRole);
    const tiles = ceilDiv(n, wp);
    const stored = storedChannels(linearRecipe(design.recipe, role as LinearRole), k);
    return { k, stored, n, tiles, rest: n - (tiles - 1) * wp };
  };
}

/** Columns of the last tile in the first `count` blocks. */
const lastColumns = ({ rest }: Sizes, count: number, columns: number): number => Math.min(rest, count * columns);

/** One block of tokens after the other, without a gap; the last tile drains. With sparsity a block of channels is waited for. */
const blockCycles = ({ stored, tiles }: Sizes, columns: number, { keep }: Pick<Sparsity, 'keep'>): Expression =>
  plus(times(plus(times(BLOCKS, tiles), -1), Math.max(stored, columns)), stored + columns + keep - 1);

/** Input channels that arrive for a stored one. */
const ratioOf = (sparsity: Sparsity | undefined): number => (sparsity ? sparsity.of / sparsity.keep : 1);

const DENSE = { keep: 1 } as const;

/** The activations of a block of tokens, sent once per tile. */
const held = ({ design, operations }: InstanceContext): Buffer => {
  const roles = operations.map(({ role }) => role);
  const { activation, sparsity } = commonFormat(design.recipe, roles);
  const ratio = ratioOf(sparsity);
  return activations(maxInput(design.model, roles) / ratio, design.tp * ratio, activation);
};

function structure(instance: InstanceContext): Structure {
  const { design, params, operations } = instance;
  const out = operations[0]?.outputs['out'];
  if (!out) return { processes: [], wires: [], memories: [] };
  const roles = operations.map(({ role }) => role);
  const { activation, group, sparsity } = commonFormat(design.recipe, roles);
  const grouped = group !== undefined;
  const ratio = ratioOf(sparsity);
  const kind = sparsity ? (grouped ? 'grouped_sparse' : 'sparse') : grouped ? 'grouped' : 'column';
  const weight = weightElement(weightsOf(instance));
  const most = maxInput(design.model, roles);
  const columns = numberParam(params, 'columns');
  const wp = numberParam(params, 'wp');
  const ports = numberParam(params, 'ports');
  const size = sizesOf(instance);
  const count = wp / columns;
  const perPort = count / ports;
  const last = count - 1;
  const { memories, wires, stream, readers, words, run } = columnReaders(instance);
  const word = wordType(weight, wp / ports);
  const types = [
    activation,
    weight,
    design.tp,
    columns,
    ...(grouped ? [group] : []),
    most / ratio,
    ...(sparsity ? [sparse(sparsity)] : []),
  ];
  const deal = (index: number): ProcessSpec => ({
    name: `deal${index}`,
    call: core('linear_blocks', 'deal_columns', [weight, columns, wp / ports]),
    args: [
      int('count', ({ role }) => times(BLOCKS, size(role).tiles * size(role).stored)),
      readsWire(sparsity ? 'stored' : grouped ? 'weights' : stream, index),
      ...Array.from({ length: perPort }, (_, own) => writesWire('columns', index * perPort + own)),
    ],
    cycles: ({ role }) => times(BLOCKS, size(role).tiles * size(role).stored),
  });
  const rounds = (role: string): Expression =>
    times(BLOCKS, size(role).tiles * (grouped ? size(role).stored / group : 1));
  const partIndices = (index: number, pattern: Sparsity): ProcessSpec[] => [
    {
      name: `indices${index}`,
      call: core('sparse_weights', 'part_indices', [weight, wp / ports, wp / ports, sparse(pattern)]),
      args: [
        readsWire(grouped ? 'weights' : stream, index),
        writesWire('stored', index),
        writesWire('places', index),
        int('rounds', ({ role }) => rounds(role)),
        int('steps', ({ role }) => group ?? size(role).stored),
      ],
      cycles: ({ role }) => times(rounds(role), run(role)),
    },
    {
      name: `places${index}`,
      call: core('sparse_weights', 'deal_indices', [sparse(pattern), columns, wp / ports]),
      args: [
        int('count', ({ role }) => times(BLOCKS, size(role).tiles * size(role).stored)),
        readsWire('places', index),
        ...Array.from({ length: perPort }, (_, own) => writesWire('indices', index * perPort + own)),
      ],
      cycles: ({ role }) => times(BLOCKS, size(role).tiles * size(role).stored),
    },
  ];
  const partScales = (index: number): ProcessSpec[] =>
    group === undefined
      ? []
      : [
          {
            name: `part${index}`,
            call: core('weight_groups', 'part_groups', [weight, wp / ports, wp / ports]),
            args: [
              readsWire(stream, index),
              writesWire('weights', index),
              writesWire('scales', index),
              int('rounds', ({ role }) => times(BLOCKS, size(role).tiles)),
              int('groups', ({ role }) => size(role).stored / group),
              int('steps', ({ role }) => run(role)),
            ],
            cycles: ({ role }) => times(BLOCKS, words(role)),
          },
          {
            name: `groups${index}`,
            call: core('weight_groups', 'deal_groups', [columns, wp / ports]),
            args: [
              int('count', ({ role }) => times(BLOCKS, (size(role).tiles * size(role).stored) / group)),
              readsWire('scales', index),
              ...Array.from({ length: perPort }, (_, own) => writesWire('factors', index * perPort + own)),
            ],
            cycles: ({ role }) => times(BLOCKS, (size(role).tiles * size(role).stored) / group),
          },
        ];
  const block = (index: number): ProcessSpec => ({
    name: `block${index}`,
    call: core('linear_blocks', `${kind}_block${index === last ? '_last' : ''}`, types),
    args: [
      readsWire('activations', index),
      readsWire('columns', index),
      ...(grouped ? [readsWire('factors', index)] : []),
      ...(sparsity ? [readsWire('indices', index)] : []),
      ...(index === last ? [] : [writesWire('activations', index + 1)]),
      count === 1 ? port('out') : writesWire('results', index),
      int('blocks', () => BLOCKS),
      int('k', ({ role }) => size(role).stored),
      int('tiles', ({ role }) => size(role).tiles),
      int('own', () => columns),
      int('last', ({ role }) => lastColumns(size(role), index + 1, columns) - lastColumns(size(role), index, columns)),
      ...(grouped ? [int('group', () => group)] : []),
    ],
    cycles: ({ role }) => blockCycles(size(role), columns, sparsity ?? DENSE),
    // Activations come through the blocks in front.
    fill: (_, d) => ({ depth: d.loop + macDepth(weight, d) + (index + 1) * d.hop, entries: 1 }),
  });
  const join = (index: number): ProcessSpec => ({
    name: `join${index}`,
    call: core('linear_blocks', 'blocks_join'),
    args: [
      index === 1 ? readsWire('results', 0) : readsWire('joined', index - 2),
      readsWire('results', index),
      index === last ? port('out') : writesWire('joined', index - 1),
      int('blocks', () => BLOCKS),
      int('tiles', ({ role }) => size(role).tiles),
      int('before', () => index * columns),
      int('own', () => columns),
      int('last_before', ({ role }) => lastColumns(size(role), index, columns)),
      int(
        'last_own',
        ({ role }) => lastColumns(size(role), index + 1, columns) - lastColumns(size(role), index, columns),
      ),
    ],
    cycles: ({ role }) =>
      times(BLOCKS, (size(role).tiles - 1) * (index + 1) * columns + lastColumns(size(role), index + 1, columns)),
  });
  const all = Array.from({ length: count }, (_, index) => index);
  return {
    memories,
    wires: [
      ...wires,
      ...(grouped
        ? [
            { name: 'weights', type: word, array: ports, depth: 2 },
            { name: 'scales', type: vectorType(GROUP_SCALE, wp / ports), array: ports, depth: 2 },
            { name: 'factors', type: vectorType(GROUP_SCALE, columns), array: count, depth: 2 },
          ]
        : []),
      ...(sparsity
        ? [
            { name: 'stored', type: word, array: ports, depth: 2 },
            {
              name: 'places',
              type: vectorType(indexElement(sparsity), wp / ports / sharing(sparsity)),
              array: ports,
              depth: 2,
            },
            {
              name: 'indices',
              type: vectorType(indexElement(sparsity), columns / sharing(sparsity)),
              array: count,
              depth: 2,
            },
          ]
        : []),
      { name: 'activations', type: vectorType(activation, ratio * design.tp), array: count, depth: 2 },
      { name: 'columns', type: vectorType(weight, columns), array: count, depth: 2 },
      ...(count === 1
        ? []
        : [
            // A block sends its columns of a tile whether or not those of the blocks in front have left: all must find room.
            { name: 'results', type: vectorOf(out), array: count, depth: columns },
            ...(count === 2 ? [] : [{ name: 'joined', type: vectorOf(out), array: count - 2, depth: 2 }]),
          ]),
    ],
    processes: [
      ...readers,
      ...Array.from({ length: ports }, (_, index) => [
        ...partScales(index),
        ...(sparsity ? partIndices(index, sparsity) : []),
        deal(index),
      ]).flat(),
      {
        name: 'feed',
        call: core('linear_blocks', 'blocks_feed', [
          activation,
          design.tp,
          most,
          storageOf(held(instance)),
          ...(sparsity ? [ratio] : []),
        ]),
        args: [
          port('in'),
          writesWire('activations', 0),
          int('blocks', () => BLOCKS),
          int('k', ({ role }) => size(role).k),
          int('tiles', ({ role }) => size(role).tiles),
        ],
        cycles: ({ role }) => times(BLOCKS, size(role).k + ((size(role).tiles - 1) * size(role).k) / ratio),
        fill: (_, d) => ({ depth: 2 * d.loop, entries: BLOCKS }),
      },
      ...all.flatMap((index) => (index === 0 ? [block(index)] : [block(index), join(index)])),
    ],
  };
}

function hardware(instance: InstanceContext): Hardware {
  const { design, params, operations } = instance;
  const roles = operations.map(({ role }) => role);
  const { activation, group, sparsity } = commonFormat(design.recipe, roles);
  const weight = weightElement(weightsOf(instance));
  const most = maxStored(design.model, design.recipe, roles);
  const wp = numberParam(params, 'wp');
  const ports = numberParam(params, 'ports');
  const columns = numberParam(params, 'columns');
  const blocks = wp / columns;
  const { tp } = design;
  const result = bitsOf(accumulator(activation, summand(weight, group), most));
  const pairs = (tp * wp) / 2;
  const terms = group ?? most;
  const { parts, sums, part } = !sparsity
    ? runningPairs(pairs, activation, weight, terms)
    : byTokens(sparsity, tp, activation, weight, terms)
      ? tokenPairs(sparsity, pairs, activation, weight, terms)
      : sparsePairs(sparsity, pairs, activation, weight, terms);
  const word = bitsOf(wordType(weight, wp / ports));
  return [
    ...parts,
    registers('sums of the finished tile', ((tp * wp) / 2) * sums),
    mux('pair of sums of the cycle', blocks * tp, sums, columns / 2),
    ...(part === undefined ? [] : [adder('parting of sums', blocks * tp, part)]),
    ...(weight.kind === 'float' ? [fixed('from', blocks * tp, 'results')] : []),
    registers('activations and weights of a block', blocks * (tp * bitsOf(activation) + columns * bitsOf(weight))),
    ...unpackHardware(weight, wp / ports, ports),
    ...indexHardware(sparsity, ports, word, wp / ports),
    ...(sparsity
      ? [
          registers('activations of blocks of channels', blocks * 2 * sparsity.of * tp * bitsOf(activation)),
          loops(ports),
        ]
      : []),
    held(instance),
    ...groupHardware({ activation, weight, group }, ports, word, blocks * tp, tp * wp, most),
    ...(group === undefined ? [] : [loops(ports)]),
    mux('results of blocks', blocks - 1, tp * result, 2),
    loops(2 * blocks + ports + 1),
  ];
}

/** Matrix times TP tokens on a row of column blocks. */
export const linearBlocks: ModuleEntry = {
  id: 'linear_blocks',
  title: 'Linear engine of blocks (prefill)',
  category: 'linear',
  aliases: ['GEMM', 'matmul', 'matrix', 'projection', 'linear layer', 'column block'],
  help: 'Multiplies blocks of TP tokens by a weight matrix, as the linear engine does, on a row of column blocks: each multiplies TP tokens by a few columns, at most 128 products per cycle. Activations are handed on from block to block and results joined on the way back, so that no pipelined loop spans the engine and the clock does not fall with its width. 4-bit products are added up inside the DSPs, two sums in each: fewer LUTs and registers than the systolic array, more DSPs. Ternary weights take none: an activation is added, taken away, or neither. Where weights have scales in groups of input channels, the sum of each group is multiplied by them; where weights leave out zeros, a multiplexer chooses the activation of each.',
  source:
    'Own derivation: output-stationary columns, one process per block; activations are sent as they come in the first tile and from a buffer in the others.',
  stages: ['prefill'],
  glyph: 'M3 3h4v14H3zM8 3h4v14H8zM13 3h4v14h-4zM3 10h14',
  twin: 'linear_slices',
  barrier: true,
  // The results of the last tile leave while the next block of tokens arrives.
  lags: () => true,
  relies: () => ['decode_slice'],
  params: [
    {
      id: 'wp',
      label: 'Weight parallelism (WP)',
      short: 'WP',
      help: 'Output channels computed side by side, in all blocks together. The engine does TP x WP multiply-accumulates per cycle. What does not divide is padded and cropped.',
      default: 16,
      choices: ({ tp, recipe }, params, roles) => {
        const weight = engineWeight(recipe, roles);
        const columns = Number(params['columns'] ?? 2);
        return EVEN.filter(
          (wp) =>
            tp * wp <= MAX_CELLS &&
            wp % columns === 0 &&
            wp <= MOST_BLOCKS * columns &&
            (!weight || portCounts(weight, wp).some((ports) => (wp / ports) % columns === 0)),
        );
      },
    },
    {
      id: 'columns',
      label: 'Columns of a block',
      short: 'columns',
      help: 'Output channels of one block, an even divisor of WP. A block does TP x columns multiply-accumulates per cycle, at most 128.',
      default: 2,
      choices: ({ tp }, params) =>
        EVEN.filter((columns) => Number(params['wp'] ?? 16) % columns === 0 && tp * columns <= BLOCK_CELLS),
    },
    {
      id: 'ports',
      label: 'Weight memory ports',
      short: 'ports',
      help: 'Memory ports that bring WP weights per cycle together, each those of whole blocks; a port word may have at most 64 bytes.',
      default: 1,
      choices: (design, params, roles) => {
        const wp = Number(params['wp'] ?? 16);
        const columns = Number(params['columns'] ?? 2);
        return portCounts(
          weightElement(commonFormat(design.recipe, roles.length > 0 ? roles : ['q_proj']).weights),
          wp,
        ).filter((ports) => (wp / ports) % columns === 0);
      },
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Activations, quantized as the recipe says.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Accumulators (integers) or fp32 results.' }],
  roles: ({ stage, recipe }) => engineRoles(recipe, linearRoles(stage)),
  infer: (design, params, role, inputs, roles) => {
    const expected = expectActivations(design, inputs, roles);
    const wp = numberParam(params, 'wp');
    const columns = numberParam(params, 'columns');
    const blocks = wp / columns;
    if (!Number.isInteger(blocks) || blocks < 1 || blocks > MOST_BLOCKS)
      throw new Refusal(found('blocks-number', { wp, columns, most: MOST_BLOCKS }), { param: 'columns' });
    const ports = numberParam(params, 'ports');
    if (ports > blocks) throw new Refusal(found('blocks-ports', { ports, blocks }), { param: 'ports' });
    const dense = roles.find((other) => linearRecipe(design.recipe, other as LinearRole).sparsity === undefined);
    if (expected.sparsity && expected.mixed && dense !== undefined) {
      const skips = roles.find((other) => linearRecipe(design.recipe, other as LinearRole).sparsity !== undefined);
      throw new Refusal(
        found('sparsity-mixed', { dense, pattern: patternText(expected.sparsity), sparse: skips ?? role }),
      );
    }
    if (expected.group !== undefined) expectTime(expected.group, expected.group, columns, columns, 'columns');
    return { out: tokenResults(design, role, expected, roles) };
  },
  structure,
  hardware,
  row: ({ design, params, operations }) => {
    const [operation] = operations;
    const [into, out] = [operation?.inputs['in'], operation?.outputs['out']];
    return {
      count: numberParam(params, 'wp') / numberParam(params, 'columns'),
      wires:
        into && out
          ? ratioOf(formatOf(design, operations).sparsity) * design.tp * bitsOf(into.element) + bitsOf(vectorOf(out))
          : 0,
    };
  },
  arithmetic: tokenArithmetic,
  timing: (instance, { role }) => {
    const { k, stored, tiles, rest } = sizesOf(instance)(role);
    const { sparsity } = formatOf(instance.design, instance.operations);
    const columns = numberParam(instance.params, 'columns');
    const blocks = numberParam(instance.params, 'wp') / columns;
    return {
      preload: 0,
      first: k + (sparsity?.keep ?? 1),
      // The tiles behind the first, and the columns of the last one, which pass the joins.
      tail: (tiles - 1) * Math.max(stored, columns) + rest + blocks,
    };
  },
};
