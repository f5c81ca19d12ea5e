import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, floatConstant, plus, times } from '../ir/expression.ts';
import type { Depths } from '../ir/timing.ts';
import { NORM_ROLES, type NormRole } from '../models/architecture.ts';
import {
  ceilDiv,
  ceilLog2,
  channelsOf,
  expectElement,
  float,
  floatsPerWord,
  input,
  int,
  lanesOf,
  port,
  readsWire,
  roleLayers,
  steps,
  writesWire,
} from './common.ts';
import {
  accumulators,
  adder,
  buffer,
  fixed,
  fp32,
  type Hardware,
  loops,
  mux,
  registers,
  type Buffer,
  storageOf,
} from './hardware.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { reader } from './movers.ts';
import { overlapParam, overlapsTokens } from './overlap.ts';
import type { Tensor } from './tensors.ts';
import type {
  InstanceContext,
  ModuleEntry,
  ProcessSpec,
  Structure,
  DesignContext,
  StreamType,
  WireSpec,
} from './types.ts';

/** What each norm stands in front of, and the hidden state that it reads. */
const NORMS: Readonly<Record<NormRole, { readonly label: string; readonly reads: Tensor }>> = {
  attn_norm: { label: 'In front of attention', reads: 'layer_in' },
  ffn_norm: { label: 'In front of the feed-forward network', reads: 'mid' },
  final_norm: { label: 'In front of the output head', reads: 'final_in' },
};

/** Decode: whether the weights arrive with the token, not in front of it. */
const takesWeightsWithToken = ({ stage }: DesignContext, params: InstanceContext['params']): boolean =>
  stage === 'decode' && params['overlap'] === 'weights';

/** Squares into a fixed-point sum; mean, epsilon, root, reciprocal; two products. */
const normDepth = (d: Depths): number =>
  3 * d.loop + (d.multiply + d.convert) + (d.convert + d.multiply + d.add + d.sqrt + d.divide) + 2 * d.multiply;

/** The token (prefill: TP of them) that waits for its norm, and the weights. */
function buffers(design: DesignContext, type: StreamType): { readonly token: Buffer; readonly weights: Buffer } {
  const { lanes } = type;
  const prefill = design.stage === 'prefill';
  const words = prefill ? channelsOf(type) : steps(channelsOf(type), lanes);
  return {
    token: buffer('token', words, lanes * 32),
    weights: prefill ? buffer('weights', words, 32) : buffer('weights', words, 32, { banks: lanes }),
  };
}

/** Prefill whose blocks overlap: they wait in a FIFO between the process that sums their squares and the one that multiplies them. */
function overlapped(
  { tp, model }: DesignContext,
  channels: number,
  weights: Buffer,
): { readonly wires: readonly WireSpec[]; readonly processes: readonly ProcessSpec[] } {
  const counts = [int('blocks', () => BLOCKS), int('channels', () => channels)];
  const scalars = [
    float('inv_channels', () => floatConstant(1 / channels)),
    float('eps', () => floatConstant(model.normEpsilon)),
  ];
  return {
    wires: [
      // As many as a block has, and no less: nothing is taken before the inverses of the block are known.
      { name: 'waiting', type: vectorType(FLOAT, tp), depth: Math.max(2, channels) },
      { name: 'inverses', type: vectorType(FLOAT, 1), depth: Math.max(2, tp) },
    ],
    processes: [
      {
        name: 'squares',
        call: core('rms_norm', 'rms_norm_squares', [tp]),
        args: [port('in'), writesWire('waiting'), writesWire('inverses'), ...counts, ...scalars],
        cycles: () => times(BLOCKS, channels + tp),
        fill: (_, d) => ({
          depth: 2 * d.loop + (d.multiply + d.convert) + (d.convert + d.multiply + d.add + d.sqrt + d.divide),
          entries: BLOCKS,
        }),
      },
      {
        name: 'core',
        call: core('rms_norm', 'rms_norm_products', [tp, channels, storageOf(weights)]),
        args: [readsWire('waiting'), readsWire('inverses'), readsWire('gamma'), port('out'), ...counts],
        cycles: () => plus(channels, times(BLOCKS, tp + channels)),
        fill: (_, d) => ({ depth: 2 * d.loop + 2 * d.multiply, entries: BLOCKS }),
      },
    ],
  };
}

function structure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const channels = channelsOf(type);
  const prefill = design.stage === 'prefill';
  const count = steps(channels, type.lanes);
  const width = prefill ? 1 : floatsPerWord(type.lanes);
  const wordsPerStep = ceilDiv(type.lanes, width);
  const words = prefill ? channels : count * wordsPerStep;
  const word = vectorType(FLOAT, width);
  const segments = segmentsFor(
    operations,
    (role) => roleLayers(design.model, role),
    () => words,
  );
  const { token, weights } = buffers(design, type);
  const kept = [storageOf(token), storageOf(weights)];
  const together = takesWeightsWithToken(design, params);
  const blocks = overlapsTokens(design, params) ? overlapped(design, channels, weights) : undefined;
  const scalars = [
    float('inv_channels', () => floatConstant(1 / channels)),
    float('eps', () => floatConstant(design.model.normEpsilon)),
  ];
  return {
    memories: [imageMemory('gamma', word, { kind: 'gamma', lanes: prefill ? null : lanesOf(type), width }, segments)],
    wires: [{ name: 'gamma', type: word, depth: 32 }, ...(blocks?.wires ?? [])],
    processes: [
      reader('read_gamma', 'gamma', word, writesWire('gamma'), ({ role }) => ({
        offset: segmentOffset(segments, role),
        count: words,
      })),
      ...(blocks?.processes ?? [
        prefill
          ? {
              name: 'core',
              call: core('rms_norm', 'rms_norm_prefill', [design.tp, channels, ...kept]),
              args: [
                port('in'),
                readsWire('gamma'),
                port('out'),
                int('blocks', () => BLOCKS),
                int('channels', () => channels),
                ...scalars,
              ],
              cycles: () => plus(channels, times(BLOCKS, 2 * channels + design.tp)),
              fill: (_, d) => ({ depth: normDepth(d), entries: BLOCKS }),
            }
          : {
              name: 'core',
              call: core('rms_norm', 'rms_norm_decode', [
                type.lanes,
                count,
                width,
                ...kept,
                ...(together ? [true] : []),
              ]),
              args: [port('in'), readsWire('gamma'), port('out'), int('steps', () => count), ...scalars],
              cycles: () => count * wordsPerStep + (together ? 1 : 2) * count,
              fill: (_, d) => ({ depth: normDepth(d) + ceilLog2(type.lanes) * d.integerAdd, entries: 1 }),
            },
      ]),
    ],
  };
}

function hardware({ design, params, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const { lanes } = type;
  const prefill = design.stage === 'prefill';
  const { token, weights } = buffers(design, type);
  const overlap = overlapsTokens(design, params);
  return [
    overlap
      ? fp32('mul', 3 * lanes, 'squares, and times the inverse and the weight')
      : fp32('mul', 2 * lanes, 'squares, then times the inverse and the weight (loops that follow each other share)'),
    fixed('to', lanes, 'squares in fixed point'),
    accumulators('sums of squares', lanes, 64),
    ...(prefill ? [mux('sum of the token', 1, 64, lanes)] : [adder('sum over the lanes', lanes - 1, 64)]),
    fixed('from', 1, 'sum of squares'),
    fp32('mul', 2, 'mean'),
    fp32('add', 1, 'epsilon'),
    fp32('sqrt', 1, 'root'),
    fp32('div', 1, 'inverse of the root'),
    // Between the two processes, a FIFO holds the block instead of a buffer.
    ...(overlap ? [registers('inverse of each token', lanes * 32)] : [token]),
    weights,
    loops(overlap ? 5 : prefill ? 4 : 3),
  ];
}

/** Root-mean-square normalisation of a token's channels. */
export const rmsNorm: ModuleEntry = {
  id: 'rms_norm',
  title: 'RMSNorm',
  category: 'norm',
  aliases: ['layer norm', 'normalisation', 'normalization'],
  help: 'Divides the channels of each token by their root mean square and multiplies by the trained weights. A barrier: nothing leaves before the whole token has been seen, so its input FIFO decides whether the producer stalls.',
  source:
    'Zhang and Sennrich, arXiv 1910.07467; cycles: own derivation (weights, one read phase, one write phase; overlapped, a process for each side).',
  stages: ['prefill', 'decode'],
  glyph: 'M2.5 14c4 0 4-9.5 7.5-9.5s3.5 9.5 7.5 9.5M3 17h14',
  barrier: true,
  relies: () => ['token_loops'],
  params: [
    {
      ...overlapParam(
        'tokens',
        'serial: in prefill a block of TP tokens arrives, then leaves, 2 cycles per channel; in decode the weights arrive, then the token, then it leaves. tokens (prefill): two processes with a FIFO for a block between them; the next block arrives as one leaves, 1 cycle per channel, with the same memory and one more multiplier per token. weights (decode): the weights arrive with the token.',
      ),
      choices: ({ stage }) => ['serial', stage === 'prefill' ? 'tokens' : 'weights'],
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Hidden state in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Normalised hidden state in fp32.' }],
  roles: ({ stage }) =>
    NORM_ROLES.filter((role) => stage === 'decode' || role !== 'final_norm').map((role) => ({
      role,
      label: NORMS[role].label,
      inputs: { in: NORMS[role].reads },
      ...(role === 'final_norm' ? { section: 'end' as const } : {}),
    })),
  infer: (_design, _params, role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'connect the residual stream');
    return { out: { ...type, tensor: role as NormRole } };
  },
  structure,
  hardware,
  timing: ({ design, params }, { inputs }) => {
    const type = input(inputs, 'in');
    const channels = channelsOf(type);
    if (design.stage === 'prefill') {
      // Where blocks overlap, the weights arrive with the first of them.
      const preload = overlapsTokens(design, params) ? 0 : channels;
      return { preload, first: channels + design.tp, tail: channels + design.tp };
    }
    const count = steps(channels, type.lanes);
    const words = count * ceilDiv(type.lanes, floatsPerWord(type.lanes));
    return takesWeightsWithToken(design, params)
      ? { preload: 0, first: words, tail: count }
      : { preload: words, first: count, tail: count };
  },
};
