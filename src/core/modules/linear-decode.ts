import { core, multipliers } from '../ir/call.ts';
import { bitsOf, type Element } from '../ir/cpp-type.ts';
import { type LinearRole, linearShape } from '../models/architecture.ts';
import {
  accumulator,
  ceilDiv,
  commonFormat,
  engineWeight,
  input,
  int,
  lanesOf,
  linearRoles,
  macDepth,
  maxInput,
  numberParam,
  port,
  readsWire,
  roleLayers,
  steps,
  weightElement,
  writesWire,
} from './common.ts';
import {
  adder,
  fixed,
  type Hardware,
  loops,
  macPairs,
  multipliersOf,
  mux,
  registers,
  type Buffer,
  storageOf,
  activations,
} from './hardware.ts';
import { headOrder } from './heads.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { engineArithmetic, engineRoles, expectActivations, expectPlain, OUTPUT_ORDER } from './linear-engine.ts';
import { reader, sharedBurst } from './movers.ts';
import { fitsPort, portWord, unpackedWires, unpackers, unpackHardware, wordsOfPort, wordsWire } from './port-words.ts';
import { EVEN, MAX_CELLS } from './systolic.ts';
import type { InstanceContext, ModuleEntry, StreamType, Structure } from './types.ts';

/** Cycles of one token: fill of the activation buffer, tiles of WP outputs per lane, drain of the last tile. */
function cycles(inSteps: number, positions: number, outSteps: number, wp: number): number {
  return inSteps + (ceilDiv(outSteps, wp) - 1) * Math.max(positions, wp) + positions + wp;
}

interface Sizes {
  readonly inSteps: number;
  readonly outSteps: number;
  /** Positions that the engine runs over: input steps times input lanes. */
  readonly positions: number;
}

function sizes(shape: { k: number; n: number }, lanes: number, bp: number): Sizes {
  const inSteps = steps(shape.k, lanes);
  return { inSteps, outSteps: steps(shape.n, bp), positions: inSteps * lanes };
}

/** Largest number of products that one accumulator adds up. */
function depth(type: StreamType, most: number): number {
  return steps(most, type.lanes) * type.lanes;
}

/** Numbers of ports that bring BP x WP weights per cycle, each in words of at most 64 bytes. */
const portCounts = (weight: Element, bp: number, wp: number): number[] =>
  [1, 2, 4, 8, 16, 32, 64].filter((count) => bp % count === 0 && fitsPort(weight, (bp / count) * wp));

/** The token of at most `most` channels, read once per tile. */
const held = (type: StreamType, most: number): Buffer => activations(steps(most, type.lanes), type.lanes, type.element);

function structure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  const out = operations[0]?.outputs['out'];
  if (!type || !out) return { processes: [], wires: [], memories: [] };
  const roles = operations.map((operation) => operation.role);
  const format = commonFormat(design.recipe, roles);
  const weight = weightElement(format.weights);
  const bp = numberParam(params, 'bp');
  const wp = numberParam(params, 'wp');
  const ports = numberParam(params, 'ports');
  const perWord = (bp / ports) * wp;
  const word = portWord(weight, perWord);
  const size = (role: string): Sizes => sizes(linearShape(design.model, role as LinearRole), type.lanes, bp);
  const words = (role: string): number => ceilDiv(size(role).outSteps, wp) * size(role).positions;
  const segments = segmentsFor(
    operations,
    (role) => roleLayers(design.model, role),
    ({ role }) => wordsOfPort(weight, perWord, words(role)),
  );
  const burst = sharedBurst(({ role }) => ({
    offset: segmentOffset(segments, role),
    count: wordsOfPort(weight, perWord, words(role)),
  }));
  const indices = Array.from({ length: ports }, (_, index) => index);
  return {
    memories: indices.map((index) =>
      imageMemory(
        `w${index}`,
        word,
        {
          kind: 'weight_lanes',
          format: format.weights,
          wp,
          ports,
          port: index,
          input: lanesOf(type),
          output: lanesOf(out),
          ...headOrder(design),
        },
        segments,
      ),
    ),
    wires: [{ name: 'w', type: word, array: ports, depth: 32 }, ...unpackedWires(weight, perWord, ports)],
    processes: [
      ...indices.flatMap((index) => [
        reader(`read_w${index}`, `w${index}`, word, writesWire('w', index), burst),
        ...unpackers(weight, perWord, index, 1, ({ role }) => words(role)),
      ]),
      {
        name: 'core',
        call: core('linear_decode', 'linear_decode', [
          format.activation,
          weight,
          type.lanes,
          bp,
          wp,
          ports,
          steps(maxInput(design.model, roles), type.lanes),
          multipliers(multipliersOf(params)),
          storageOf(held(type, maxInput(design.model, roles))),
        ]),
        args: [
          port('in'),
          readsWire(wordsWire(weight)),
          port('out'),
          int('in_steps', ({ role }) => size(role).inSteps),
          int('out_steps', ({ role }) => size(role).outSteps),
        ],
        cycles: ({ role }) => cycles(size(role).inSteps, size(role).positions, size(role).outSteps, wp),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(weight, d), entries: 1 }),
      },
    ],
  };
}

function hardware({ design, params, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const roles = operations.map((operation) => operation.role);
  const format = commonFormat(design.recipe, roles);
  const weight = weightElement(format.weights);
  const bp = numberParam(params, 'bp');
  const wp = numberParam(params, 'wp');
  const ports = numberParam(params, 'ports');
  const most = maxInput(design.model, roles);
  const unit = macPairs((bp * wp) / 2, type.element, weight, depth(type, most), multipliersOf(params));
  const float = weight.kind === 'float';
  return [
    ...unit.parts,
    ...(float ? [] : [adder('packing of weights', (bp * wp) / 2, bitsOf(weight) + 1)]),
    registers('sums of the finished tile', bp * wp * unit.sum),
    mux('drain of the finished tile', bp * wp, unit.sum, 2),
    ...(float ? [fixed('from', bp, 'results')] : []),
    ...unpackHardware(weight, (bp / ports) * wp, ports),
    held(type, most),
    mux('activation of the cycle', 1, bitsOf(type.element), type.lanes),
    loops(2),
  ];
}

/** Matrix times one token: BP lanes of WP multipliers, each weight used once. */
export const linearDecode: ModuleEntry = {
  id: 'linear_decode',
  title: 'Linear engine (decode)',
  category: 'linear',
  aliases: ['GEMV', 'matrix vector', 'projection', 'linear layer'],
  help: 'Multiplies one token by a weight matrix: BP lanes, each with WP multipliers for WP of its output channels. Every weight is read from memory for one token only, which is why decode is bound by memory bandwidth. Several operations on one engine reuse it in different passes.',
  source: 'FlexLLM (arXiv 2601.15710), decode linear module; cycles: own derivation.',
  stages: ['decode'],
  glyph: 'M3.5 3v14M7.5 3H17v14H7.5zM7.5 7.7H17M7.5 12.3H17',
  twin: 'linear_prefill',
  barrier: false,
  relies: () => ['decode_engine'],
  params: [
    {
      id: 'bp',
      shapes: 'lanes',
      label: 'Block parallelism (BP)',
      short: 'BP',
      help: 'Lanes of the output: each lane computes its own share of the output channels.',
      default: 4,
      choices: () => [1, 2, 4, 8, 16, 32, 64, 128],
      restrictions: {
        decode: 'The header takes any number; with powers of two the lanes of neighbours divide one another.',
      },
    },
    {
      id: 'wp',
      label: 'Weight parallelism (WP)',
      short: 'WP',
      help: 'Output channels that each lane computes side by side. The engine does BP x WP multiply-accumulates per cycle.',
      default: 8,
      choices: ({ recipe }, params, roles) => {
        const bp = Number(params['bp'] ?? 1);
        const weight = engineWeight(recipe, roles);
        return EVEN.filter(
          (wp) => wp <= 128 && bp * wp <= MAX_CELLS && (!weight || portCounts(weight, bp, wp).length > 0),
        );
      },
    },
    {
      id: 'ports',
      label: 'Weight memory ports',
      short: 'ports',
      help: 'Memory ports; each brings the weights of BP/ports lanes per cycle, in words of at most 64 bytes.',
      default: 1,
      choices: (design, params, roles) => {
        const bp = typeof params['bp'] === 'number' ? params['bp'] : 1;
        const wp = typeof params['wp'] === 'number' ? params['wp'] : 2;
        return portCounts(
          weightElement(commonFormat(design.recipe, roles.length > 0 ? roles : ['q_proj']).weights),
          bp,
          wp,
        );
      },
    },
    OUTPUT_ORDER,
    {
      id: 'multipliers',
      label: 'Multipliers',
      short: 'multipliers',
      help: 'dsp: integer products on DSPs, two per DSP. lut: in logic, for devices or designs short of DSPs. fp32 products always take DSPs. Results and cycles are the same.',
      default: 'dsp',
      choices: () => ['dsp', 'lut'],
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Activations, quantized as the recipe says; any lanes and order.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Accumulators (integers) or fp32 results, BP lanes.' }],
  roles: ({ stage, recipe }) => engineRoles(recipe, linearRoles(stage)),
  infer: (design, params, role, inputs, roles) => {
    const { type, activation, weight } = expectActivations(design, inputs, roles);
    expectPlain(design, roles, role, 'linear engine of slices');
    return {
      out: {
        tensor: role as LinearRole,
        element: accumulator(activation, weight, depth(type, maxInput(design.model, roles))),
        lanes: numberParam(params, 'bp'),
        order: params['order'] === 'interleaved' ? 'interleaved' : 'blocked',
        extent: { kind: 'channels', channels: linearShape(design.model, role as LinearRole).n },
      },
    };
  },
  structure,
  hardware,
  arithmetic: (instance, operation) =>
    engineArithmetic(instance, operation, 1, numberParam(instance.params, 'bp') * numberParam(instance.params, 'wp')),
  timing: ({ design, params }, { role, inputs }) => {
    const wp = numberParam(params, 'wp');
    const size = sizes(
      linearShape(design.model, role as LinearRole),
      input(inputs, 'in').lanes,
      numberParam(params, 'bp'),
    );
    return {
      preload: 0,
      first: size.inSteps + size.positions,
      tail: cycles(size.inSteps, size.positions, size.outSteps, wp) - size.inSteps,
    };
  },
};
