import { core } from '../ir/call.ts';
import { bitsOf, type Element, vectorType, wordType } from '../ir/cpp-type.ts';
import type { MatrixRole } from '../models/architecture.ts';
import { linearRecipe, type Sparsity } from '../models/recipe.ts';
import { sharing } from '../models/weight-indices.ts';
import {
  accumulator,
  ceilLog2,
  commonFormat,
  divisors,
  engineWeight,
  fusedRoles,
  GROUP_SCALE,
  int,
  lanesOf,
  linearRoles,
  macDepth,
  numberParam,
  port,
  readsWire,
  roleLayers,
  summand,
  vectorOf,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { adder, fixed, type Hardware, loops, mux, registers, storageOf } from './hardware.ts';
import { headOrder } from './heads.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import {
  engineArithmetic,
  engineRoles,
  expectActivations,
  groupHardware,
  indexElement,
  indexHardware,
  OUTPUT_ORDER,
  runningPairs,
  sparse,
  sparsePairs,
} from './linear-engine.ts';
import { BURST_WORDS, prefetchParam, readerAhead } from './movers.ts';
import { fitsPort, portWord, unpackedWires, unpackers, unpackHardware, wordsOfPort, wordsWire } from './port-words.ts';
import {
  engineOf,
  paddedStored,
  expectGroups,
  expectBlocks,
  resultChannels,
  ownTiles,
  vectorsOf,
  sliceCycles,
  held,
} from './slices-engine.ts';
import { isTernary, ternarySlices } from './ternary.ts';
import { type InstanceContext, type ModuleEntry, Refusal, type ProcessSpec, type Structure } from './types.ts';

/** Weights of a slice: a pipelined loop of that many multipliers meets the clock of the kernel; ternary weights fill a word. */
const sliceCells = (weight: Element | undefined): number => (weight && isTernary(weight) ? 256 : 128);

/** Slices of an engine: the V80 has 64 ports to HBM. */
const MOST_SLICES = 64;

function structure(instance: InstanceContext): Structure {
  const engine = engineOf(instance);
  if (!engine) return { processes: [], wires: [], memories: [] };
  const { design, operations } = instance;
  const { slices, wp, kp, type, out, activation, weight, group, sparsity, mixed, ratio } = engine;
  const { mostChannels, mostStored, mostSteps, size, words, run } = engine;
  const grouped = group !== undefined;
  const kind = sparsity ? (grouped ? 'grouped_sparse' : 'sparse') : grouped ? 'grouped' : 'linear';
  const format = commonFormat(
    design.recipe,
    operations.map(({ role }) => role),
  ).weights;
  const word = wordType(weight, wp * kp);
  const fromPort = portWord(weight, wp * kp);
  const stream = wordsWire(weight);
  /** Words of weights, indices and scales of a slice, and those of its port. */
  const ownWords = (role: string, index: number): number => ownTiles(size(role), slices, index) * words(role);
  const portWords = (role: string, index: number): number => wordsOfPort(weight, wp * kp, ownWords(role, index));
  const all = Array.from({ length: slices }, (_, index) => index);
  const last = slices - 1;
  const segments = all.map((index) =>
    segmentsFor(
      operations,
      (role) => roleLayers(design.model, role),
      ({ role }) => portWords(role, index),
    ),
  );
  const joined = (index: number) => (index === 0 ? readsWire('results', 0) : readsWire('joined', index - 1));
  const slice = (index: number): ProcessSpec => ({
    name: `slice${index}`,
    call: core('linear_slices', `${kind}_slice${index === last ? '_last' : ''}`, [
      activation,
      weight,
      wp,
      kp,
      mostSteps,
      mostStored,
      ...(sparsity ? [sparse(sparsity)] : []),
    ]),
    args: [
      readsWire('activations', index),
      readsWire(sparsity ? 'stored' : grouped ? 'weights' : stream, index),
      ...(grouped ? [readsWire('scales', index)] : []),
      ...(sparsity ? [readsWire('indices', index)] : []),
      ...(index === last ? [] : [writesWire('activations', index + 1)]),
      slices === 1 ? port('out') : writesWire('results', index),
      int('steps', ({ role }) => size(role).steps),
      int('tiles', ({ role }) => size(role).tiles),
      int('own', ({ role }) => ownTiles(size(role), slices, index)),
      ...(grouped ? [int('group', () => mostSteps)] : []),
    ],
    cycles: ({ role }) => sliceCycles(size(role), wp),
    // Activations come through the slices in front.
    fill: (_, d) => ({
      depth: d.loop + macDepth(weight, d) + (1 + ceilLog2(kp)) * d.integerAdd + (index + 1) * d.hop,
      entries: 1,
    }),
  });
  const part = (index: number): ProcessSpec => ({
    name: `part${index}`,
    call: core('weight_groups', 'part_groups', [weight, wp * kp, wp]),
    args: [
      readsWire(stream, index),
      writesWire('weights', index),
      writesWire('scales', index),
      int('rounds', ({ role }) => ownTiles(size(role), slices, index)),
      int('groups', ({ role }) => size(role).steps / mostSteps),
      int('steps', ({ role }) => run(role)),
    ],
    cycles: ({ role }) => ownWords(role, index),
  });
  const runs = (role: string, index: number): number =>
    ownTiles(size(role), slices, index) * (grouped ? size(role).steps / mostSteps : 1);
  const partIndices = (index: number, pattern: Sparsity): ProcessSpec => ({
    name: `indices${index}`,
    call: core('sparse_weights', 'part_indices', [weight, wp * kp, wp, sparse(pattern)]),
    args: [
      readsWire(grouped ? 'weights' : stream, index),
      writesWire('stored', index),
      writesWire('indices', index),
      int('rounds', ({ role }) => runs(role, index)),
      int('steps', ({ role }) => (grouped ? mostSteps : size(role).steps)),
      ...(mixed ? [int('dense', ({ role }) => (size(role).sparse ? 0 : 1))] : []),
    ],
    cycles: ({ role }) => runs(role, index) * run(role),
  });
  const join = (index: number): ProcessSpec => ({
    name: `join${index}`,
    call: core('linear_slices', 'slices_join'),
    args: [
      joined(index - 1),
      readsWire('results', index),
      index === last ? port('out') : writesWire('joined', index - 1),
      int('before', () => index),
      int('count', ({ role }) => vectorsOf(size(role), slices, index + 1)),
    ],
    cycles: ({ role }) => vectorsOf(size(role), slices, index + 1),
  });
  return {
    memories: all.map((index) =>
      imageMemory(
        `w${index}`,
        fromPort,
        {
          kind: 'weight_slices',
          format,
          ...(grouped ? { group } : {}),
          ...(sparsity ? { sparsity: { keep: sparsity.keep, of: sparsity.of, pairs: sparsity.pairs } } : {}),
          kp,
          ports: slices,
          port: index,
          input: lanesOf(type),
          output: lanesOf(out),
          ...headOrder(design),
        },
        segments[index] ?? [],
      ),
    ),
    wires: [
      { name: 'w', type: fromPort, array: slices, depth: numberParam(instance.params, 'prefetch') },
      ...unpackedWires(weight, wp * kp, slices),
      ...(grouped
        ? [
            { name: 'weights', type: word, array: slices, depth: 2 },
            { name: 'scales', type: vectorType(GROUP_SCALE, wp), array: slices, depth: 2 },
          ]
        : []),
      ...(sparsity
        ? [
            { name: 'stored', type: word, array: slices, depth: 2 },
            {
              name: 'indices',
              type: vectorType(indexElement(sparsity), (wp * kp) / sharing(sparsity)),
              array: slices,
              depth: 2,
            },
          ]
        : []),
      { name: 'activations', type: vectorType(activation, kp * ratio), array: slices, depth: 2 },
      ...(slices === 1
        ? []
        : [
            { name: 'results', type: vectorOf(out), array: slices, depth: 2 },
            ...(slices === 2 ? [] : [{ name: 'joined', type: vectorOf(out), array: slices - 2, depth: 2 }]),
          ]),
    ],
    processes: [
      ...all.map((index) =>
        readerAhead(
          `read_w${index}`,
          `w${index}`,
          fromPort,
          writesWire('w', index),
          numberParam(instance.params, 'ahead'),
          ({ role }) => ({
            offset: segmentOffset(segments[index] ?? [], role),
            count: portWords(role, index),
          }),
        ),
      ),
      ...all.flatMap((index) => unpackers(weight, wp * kp, index, 1, ({ role }) => ownWords(role, index))),
      ...(grouped ? all.map(part) : []),
      ...(sparsity ? all.map((index) => partIndices(index, sparsity)) : []),
      {
        name: 'feed',
        call: core('linear_slices', 'slices_feed', [
          activation,
          type.lanes,
          kp * ratio,
          mostChannels / type.lanes,
          storageOf(held(engine)),
        ]),
        args: [
          port('in'),
          writesWire('activations', 0),
          int('in_steps', ({ role }) => size(role).inSteps),
          int('tiles', ({ role }) => size(role).tiles),
          ...(mixed ? [int('times', ({ role }) => (size(role).sparse ? 1 : ratio))] : []),
        ],
        cycles: ({ role }) => size(role).tiles * size(role).steps,
        fill: (_, d) => ({ depth: 2 * d.loop, entries: 1 }),
      },
      ...all.flatMap((index) => (index === 0 ? [slice(index)] : [slice(index), join(index)])),
    ],
  };
}

function hardware(instance: InstanceContext): Hardware {
  const engine = engineOf(instance);
  if (!engine) return [];
  const { slices, wp, kp, type, activation, weight, group, sparsity, ratio, mostStored, mostSteps } = engine;
  const pairs = (slices * wp * kp) / 2;
  const bits = bitsOf(wordType(weight, wp * kp));
  const result = bitsOf(accumulator(activation, summand(weight, group), mostStored));
  const taken = group === undefined ? result : bitsOf(accumulator(activation, weight, group));
  const float = weight.kind === 'float';
  const { parts, sums, part } = sparsity
    ? sparsePairs(sparsity, pairs, activation, weight, mostSteps)
    : runningPairs(pairs, activation, weight, mostSteps);
  const multiply: Hardware = isTernary(weight)
    ? [
        ...ternarySlices(slices, wp, kp, activation, mostSteps * kp),
        registers('sums of the finished tile', slices * wp * taken),
        mux('pair of sums of the cycle', slices, 2 * taken, wp / 2),
      ]
    : [
        ...parts,
        ...(part === undefined ? [] : [adder('parting of sums', slices * kp, part)]),
        ...(float ? [fixed('from', slices * 2, 'results')] : []),
        registers('sums of the finished tile', pairs * sums),
        mux('pair of sums of the cycle', slices * kp, sums, wp / 2),
        adder('sums over the channels of a word', slices * 2 * (kp - 1), float ? 64 : taken),
      ];
  return [
    ...multiply,
    ...groupHardware(engine, slices, bits, slices * 2, slices * wp, mostStored),
    ...unpackHardware(weight, wp * kp, slices),
    ...indexHardware(sparsity, slices, bits, wp * kp),
    registers('results of a slice', slices * wp * result),
    held(engine),
    mux('activations of the cycle', kp * ratio, bitsOf(activation), type.lanes / (kp * ratio)),
    mux('results of slices', slices - 1, wp * result, 2),
    loops(2 * slices + 1),
  ];
}

/** Matrix times one token on a row of slices with a memory port each. */
export const linearSlices: ModuleEntry = {
  id: 'linear_slices',
  title: 'Linear engine of slices (decode)',
  category: 'linear',
  aliases: ['GEMV', 'matrix vector', 'projection', 'linear layer', 'slice'],
  help: 'Multiplies one token by a weight matrix, as the linear engine does, on a row of slices: each has a memory port of its own and multiplies KP channels of the token by WP x KP weights per cycle, at most 128, or 256 ternary ones, which choose among activations, their sums and differences and take no DSPs. Activations are handed on from slice to slice and results joined on the way back, so that no pipelined loop spans the engine and the clock does not fall with its width. 4-bit products are added up inside the DSPs, two sums in each. Where weights have scales in groups of input channels, the sum of each group is multiplied by them; where weights leave out zeros, a multiplexer chooses the activation of each.',
  source: 'Own derivation: 512-bit ports that saturate a pseudo-channel of HBM, and one process per port.',
  stages: ['decode'],
  glyph: 'M3 4h14M3 8h14v3H3zM3 14h14v3H3zM10 4v4M10 11v3',
  twin: 'linear_prefill',
  barrier: false,
  relies: () => ['decode_slice'],
  params: [
    {
      id: 'slices',
      label: 'Slices',
      short: 'slices',
      help: 'Slices of the engine, each with a memory port; with WP 16, KP 8 and 4-bit weights it reads 64 bytes per cycle. A result vector comes from each in turn.',
      default: 1,
      choices: () => Array.from({ length: MOST_SLICES }, (_, index) => index + 1),
    },
    {
      id: 'wp',
      shapes: 'lanes',
      label: 'Weight parallelism (WP)',
      short: 'WP',
      help: 'Output channels that a slice computes side by side; they leave as one vector, so this is the lane count of the output.',
      default: 4,
      choices: ({ recipe }, params, roles) => {
        const kp = Number(params['kp'] ?? 1);
        const weight = engineWeight(recipe, roles);
        return [2, 4, 8, 16, 32, 64].filter(
          (wp) => wp * kp <= sliceCells(weight) && (!weight || fitsPort(weight, wp * kp, true)),
        );
      },
      restrictions: {
        decode: 'The header takes any even number; with powers of two the lanes of neighbours divide one another.',
      },
    },
    {
      id: 'kp',
      label: 'Channel parallelism (KP)',
      short: 'KP',
      help: 'Channels of the token that a slice multiplies side by side for every output, a divisor of the lanes of its input. A slice does WP x KP multiply-accumulates per cycle.',
      default: 2,
      choices: ({ recipe }, params, roles) => {
        const wp = Number(params['wp'] ?? 2);
        const weight = engineWeight(recipe, roles);
        return divisors(64).filter(
          (kp) => wp * kp <= sliceCells(weight) && (!weight || fitsPort(weight, wp * kp, true)),
        );
      },
    },
    prefetchParam(
      'Words of weights that the FIFO between a port and its slice holds. A port reads from the start of a pass; a deep FIFO lets it go on while norm and quantizer work, and the slice, which is faster than the memory, lives on the lead.',
    ),
    {
      id: 'ahead',
      label: 'Words ahead of a pass',
      short: 'ahead',
      help: 'Words of the next operation of a layer that a port reads when those of its own are in; they wait in the FIFO until the next pass. Only where the next operation takes more words than this one, so that memory works while attention does. At most the prefetch depth.',
      default: 0,
      choices: (_, params) =>
        [0, ...Array.from({ length: 9 }, (_, index) => BURST_WORDS * 2 ** index)].filter(
          (words) => words <= Number(params['prefetch'] ?? BURST_WORDS),
        ),
    },
    OUTPUT_ORDER,
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Activations, quantized as the recipe says; KP must divide their lanes.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Accumulators (integers) or fp32 results, WP lanes.' }],
  roles: ({ stage, recipe }) => engineRoles(recipe, [...linearRoles(stage), ...fusedRoles(stage)]),
  infer: (design, params, role, inputs, roles) => {
    const { type, activation, weight, group, sparsity } = expectActivations(design, inputs, roles);
    const slices = numberParam(params, 'slices');
    if (!Number.isInteger(slices) || slices < 1 || slices > MOST_SLICES)
      throw new Refusal(found('slices-number', { slices, most: MOST_SLICES }), { param: 'slices' });
    const kp = numberParam(params, 'kp');
    if (type.lanes % kp !== 0)
      throw new Refusal(found('slices-indivisible', { lanes: type.lanes, kp }), { param: 'kp' });
    if (sparsity !== undefined) expectBlocks(design, type, sparsity, kp, role, params['order']);
    const ratio =
      sparsity && linearRecipe(design.recipe, role as MatrixRole).sparsity ? sparsity.of / sparsity.keep : 1;
    if (group !== undefined) expectGroups(design, type, group, numberParam(params, 'wp'), kp, role, ratio);
    return {
      out: {
        tensor: role as MatrixRole,
        element: accumulator(
          activation,
          summand(weight, group),
          Math.max(...roles.map((other) => paddedStored(design, other, type.lanes))),
        ),
        lanes: numberParam(params, 'wp'),
        order: params['order'] === 'interleaved' ? 'interleaved' : 'blocked',
        extent: {
          kind: 'channels',
          channels: resultChannels(design.model, role as MatrixRole, numberParam(params, 'wp')),
        },
      },
    };
  },
  structure,
  hardware,
  row: (instance) => {
    const engine = engineOf(instance);
    if (!engine) return { count: 1, wires: 0 };
    const { slices, kp, ratio, activation, out } = engine;
    return { count: slices, wires: kp * ratio * bitsOf(activation) + bitsOf(vectorOf(out)) };
  },
  arithmetic: (instance, operation) =>
    engineArithmetic(
      instance,
      operation,
      1,
      ['slices', 'wp', 'kp'].reduce((product, id) => product * numberParam(instance.params, id), 1),
    ),
  timing: (instance, { role }) => {
    const engine = engineOf(instance);
    if (!engine) return { preload: 0, first: 0, tail: 0 };
    const size = engine.size(role);
    return {
      preload: 0,
      first: size.steps + engine.wp / 2,
      // The first tile goes along as the token comes; the last vector of every slice passes all joins behind it.
      tail: sliceCycles(size, engine.wp) - size.steps + engine.type.lanes / (engine.kp * engine.ratio) + engine.slices,
    };
  },
};
