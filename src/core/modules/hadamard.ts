import type { Depths } from '../ir/timing.ts';
import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import { BLOCKS, times } from '../ir/expression.ts';
import { rotationBlock } from '../models/recipe.ts';
import { ceilDiv, ceilLog2, channelsOf, expectElement, input, int, lanesOf, orderOf, port } from './common.ts';
import { found } from './diagnostics.ts';
import { buffer, fp32, loops, mux, type Buffer, storageOf } from './hardware.ts';
import { pairsOn } from './rotation.ts';
import { type ModuleEntry, Refusal, type DesignContext, type StreamType } from './types.ts';

/** Cycles of one stage over `lines` vectors: two at a time, and the pass that shuffles them in FlexLLM's structure. */
const stageCycles = (lines: number, shuffle: boolean): number => ceilDiv(lines, 2) + (shuffle ? lines : 0);

const fillDepth = (stages: number, shuffle: boolean, d: Depths): number =>
  2 * d.loop + stages * (d.loop + d.add + (shuffle ? d.loop : 0)) + d.multiply;

/** Butterflies of a channel: log2 of the block that is mixed. */
const stagesOf = (channels: number): number => ceilLog2(rotationBlock(channels));

/** The token before and after a stage: two lines are read from one and written to the other in a cycle. */
const lines = (design: DesignContext, type: StreamType): Buffer =>
  buffer(
    'lines before and after a stage',
    design.stage === 'prefill' ? channelsOf(type) : ceilDiv(channelsOf(type), type.lanes),
    32 * type.lanes,
    { banks: 2, dual: true },
  );

/** Fast Walsh-Hadamard transform in front of down_proj. */
export const hadamard: ModuleEntry = {
  id: 'hadamard',
  title: 'Fast Hadamard transform',
  category: 'quantization',
  aliases: ['FHT', 'Walsh', 'rotation', 'SpinQuant', 'QuaRot'],
  help: 'Rotates the channels in front of down_proj so that outliers are spread and 4-bit activations lose less. The inverse rotation is folded into the weights, so the result is the same function. Where the width is no power of two, every block of B channels is rotated for itself, B the largest power of two that divides it (5632 = 11 blocks of 512). A barrier: log2(B) stages over the whole token.',
  source:
    'SpinQuant (arXiv 2405.16406), FlexLLM (arXiv 2601.15710); cycles: own derivation, two vectors per cycle and stage.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 5h3l8 10h3M3 15h3l8-10h3',
  barrier: true,
  relies: () => ['rotation_loops'],
  params: [
    {
      id: 'structure',
      label: 'Structure',
      short: 'structure',
      help: "own: a stage reads and writes two vectors per cycle at its distance. flexllm: the structure of FlexLLM's library, where every stage is followed by a pass that shuffles all channels; three times the cycles per stage, for comparison.",
      default: 'own',
      choices: () => ['own', 'flexllm'],
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Gate product in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Rotated channels in fp32.' }],
  roles: () => [{ role: 'down_rotation', label: 'In front of down_proj', inputs: { in: 'ffn_mid' } }],
  infer: (design, _params, _role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'rotate before quantizing');
    const channels = channelsOf(type);
    const block = rotationBlock(channels);
    if (block < 2) throw new Refusal(found('hadamard-channels', { channels }), { port: 'in' });
    if (design.stage === 'decode' && !pairsOn(lanesOf(type), channels)) {
      const { lanes, order } = type;
      throw new Refusal(found('hadamard-lanes', { lanes, order, channels, block }), { port: 'in' });
    }
    return { out: { ...type, tensor: 'ffn_rotated' } };
  },
  structure: ({ design, params, operations }) => {
    const type = operations[0]?.inputs['in'];
    if (!type) return { processes: [], wires: [], memories: [] };
    const channels = channelsOf(type);
    const stages = stagesOf(channels);
    const steps = ceilDiv(channels, type.lanes);
    const shuffle = params['structure'] === 'flexllm';
    return {
      memories: [],
      wires: [],
      processes: [
        design.stage === 'prefill'
          ? {
              name: 'core',
              call: core('hadamard', 'hadamard_prefill', [
                design.tp,
                channels,
                shuffle,
                storageOf(lines(design, type)),
              ]),
              args: [port('in'), port('out'), int('blocks', () => BLOCKS)],
              cycles: () => times(BLOCKS, 2 * channels + stages * stageCycles(channels, shuffle)),
              fill: (_, d) => ({ depth: fillDepth(stages, shuffle, d), entries: BLOCKS }),
            }
          : {
              name: 'core',
              call: core('hadamard', 'hadamard_decode', [
                type.lanes,
                channels,
                orderOf(type),
                shuffle,
                storageOf(lines(design, type)),
              ]),
              args: [port('in'), port('out')],
              cycles: () => 2 * steps + stages * stageCycles(steps, shuffle),
              fill: (_, d) => ({ depth: fillDepth(stages, shuffle, d), entries: 1 }),
            },
      ],
    };
  },
  hardware: ({ design, operations }) => {
    const type = operations[0]?.inputs['in'];
    if (!type) return [];
    return [
      fp32('add', 2 * type.lanes, 'butterflies of two lines'),
      fp32('mul', type.lanes, 'normalisation'),
      ...(design.stage === 'decode' && type.lanes > 1
        ? [mux('operands between lanes', 4 * type.lanes, 32, 1 + stagesOf(type.lanes))]
        : []),
      lines(design, type),
      loops(5),
    ];
  },
  timing: ({ design, params }, { inputs }) => {
    const type = input(inputs, 'in');
    const channels = channelsOf(type);
    const steps = design.stage === 'prefill' ? channels : ceilDiv(channels, type.lanes);
    const work = stagesOf(channels) * stageCycles(steps, params['structure'] === 'flexllm');
    return { preload: 0, first: steps + work, tail: work + steps };
  },
};
