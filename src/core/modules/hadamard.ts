import type { Depths } from '../ir/timing.ts';
import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, plus, times } from '../ir/expression.ts';
import { rotationBlock } from '../models/recipe.ts';
import {
  ceilDiv,
  ceilLog2,
  channelsOf,
  expectElement,
  input,
  int,
  lanesOf,
  orderOf,
  port,
  readsWire,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { buffer, fp32, type Hardware, loops, mux, registers, type Buffer, storageOf } from './hardware.ts';
import { pairsOn } from './rotation.ts';
import {
  type ModuleEntry,
  type ProcessSpec,
  Refusal,
  type DesignContext,
  type StreamType,
  type Structure,
} from './types.ts';

/** Cycles of one stage over `lines` vectors: two at a time, and the pass that shuffles them in FlexLLM's structure. */
const stageCycles = (lines: number, shuffle: boolean): number => ceilDiv(lines, 2) + (shuffle ? lines : 0);

const fillDepth = (stages: number, shuffle: boolean, d: Depths): number =>
  2 * d.loop + stages * (d.loop + d.add + (shuffle ? d.loop : 0)) + d.multiply;

/** Butterflies of a channel: log2 of the block that is mixed. */
const stagesOf = (channels: number): number => ceilLog2(rotationBlock(channels));

/** The token before and after a stage: two lines are read from one and written to the other in a cycle. */
const lines = (design: DesignContext, type: StreamType): Buffer =>
  buffer('lines before and after a stage', linesOf(design, type), 32 * type.lanes, { banks: 2, dual: true });

/** The least distance of lines whose delay lines are memories, and the most adders in a loop of several stages; hadamard.hpp has the same. */
const FAR = 8;
const MOST_ADDERS = 128;

/** A process of the pipelined form: one stage between lines at a distance, or `stages` between lanes from a distance on. */
type Link =
  | { readonly between: 'lines'; readonly distance: number }
  | { readonly between: 'lanes'; readonly distance: number; readonly stages: number };

/** Lines of a block of tokens, or of a token. */
const linesOf = (design: DesignContext, type: StreamType): number =>
  design.stage === 'prefill' ? channelsOf(type) : ceilDiv(channelsOf(type), type.lanes);

/** The pipelined form from the distance of one channel on: near channels lie in a lane (blocked), or in a line. */
function chain(design: DesignContext, type: StreamType): readonly Link[] {
  const block = rotationBlock(channelsOf(type));
  const interleaved = type.order === 'interleaved';
  const near = Math.min(block, interleaved ? type.lanes : linesOf(design, type));
  const between = (lines: boolean, end: number): Link[] => {
    const distances = Array.from({ length: ceilLog2(end) }, (_, stage) => 2 ** stage);
    if (lines) return distances.map((distance) => ({ between: 'lines', distance }));
    const together = Math.max(1, Math.floor(MOST_ADDERS / type.lanes));
    return distances
      .filter((_, stage) => stage % together === 0)
      .map((distance) => ({ between: 'lanes', distance, stages: Math.min(together, ceilLog2(end / distance)) }));
  };
  return [...between(!interleaved, near), ...between(interleaved, block / near)];
}

const isNear = (link: Link): boolean => link.between === 'lines' && link.distance < FAR;

const distances = (links: readonly Link[]): number[] =>
  links.flatMap((link) => (link.between === 'lines' ? [link.distance] : []));

/** Lines that all delay lines let pass before a first one leaves: those of a block of channels but one. */
const delay = (links: readonly Link[]): number => distances(links).reduce((sum, distance) => sum + distance, 0);

/** Both halves of a stage between lines. */
const halves = (type: StreamType, distance: number): Buffer =>
  buffer(`halves of ${2 * distance} lines`, distance, 32 * type.lanes, { banks: 2 });

/** The chain as processes, the last of which multiplies. A process waits for the first line of those in front of it. */
function pipelined(design: DesignContext, type: StreamType): Structure {
  const links = chain(design, type);
  const lines = linesOf(design, type);
  const tokens = design.stage === 'prefill' ? BLOCKS : 1;
  const vector = vectorType(FLOAT, type.lanes);
  const name = (link: Link): string => `${link.between}_${link.distance}`;
  const behind = (link: Link): string => `after_${name(link)}`;
  const processes = links.map((link, at): ProcessSpec => {
    const before = links[at - 1];
    const last = at === links.length - 1;
    const block = last ? rotationBlock(channelsOf(type)) : 1;
    const apart = link.between === 'lines' ? link.distance : 0;
    const common = [type.lanes, lines, link.distance];
    return {
      name: name(link),
      call:
        link.between === 'lanes'
          ? core('hadamard', 'hadamard_across', [...common, link.stages, block])
          : link.distance < FAR
            ? core('hadamard', 'hadamard_near', [...common, block])
            : core('hadamard', 'hadamard_far', [...common, block, storageOf(halves(type, link.distance))]),
      args: [
        before ? readsWire(behind(before)) : port('in'),
        last ? port('out') : writesWire(behind(link)),
        int('tokens', () => tokens),
      ],
      cycles: () => plus(times(tokens, lines), apart),
      fill: (_, d) => ({
        depth:
          links
            .slice(0, at + 1)
            .reduce((sum, one) => sum + d.loop + (one.between === 'lanes' ? one.stages : 1) * d.add, 0) +
          at * d.hop +
          (last ? d.multiply : 0),
        entries: 1,
      }),
    };
  });
  return {
    memories: [],
    wires: links.slice(0, -1).map((link) => ({ name: behind(link), type: vector, depth: 2 })),
    processes,
  };
}

/** One adder per lane and stage: of a stage between lines it adds half of the time and subtracts in the other. */
function pipelinedHardware(design: DesignContext, type: StreamType): Hardware {
  const links = chain(design, type);
  const apart = distances(links);
  const far = apart.filter((distance) => distance >= FAR);
  const near = apart.filter((distance) => distance < FAR);
  const lanes = 32 * type.lanes;
  return [
    fp32('add', type.lanes * stagesOf(channelsOf(type)), 'butterflies of a line in all stages'),
    fp32('mul', type.lanes, 'normalisation'),
    ...(apart.length > 0 ? [mux('halves that are paired', type.lanes * (far.length + 2 * near.length), 32, 2)] : []),
    ...(near.length > 0 ? [registers('lines at distance 1, 2 and 4', 2 * lanes * delay(links.filter(isNear)))] : []),
    ...far.map((distance) => halves(type, distance)),
    loops(links.length),
  ];
}

/** Fast Walsh-Hadamard transform in front of down_proj. */
export const hadamard: ModuleEntry = {
  id: 'hadamard',
  title: 'Fast Hadamard transform',
  category: 'quantization',
  aliases: ['FHT', 'Walsh', 'rotation', 'SpinQuant', 'QuaRot'],
  help: 'Rotates the channels in front of down_proj so that outliers are spread and 4-bit activations lose less. The inverse rotation is folded into the weights, so the result is the same function. Where the width is no power of two, every block of B channels is rotated for itself, B the largest power of two that divides it (5632 = 11 blocks of 512). A barrier: log2(B) stages over the whole token, one after another or as a pipeline.',
  source:
    'SpinQuant (arXiv 2405.16406), FlexLLM (arXiv 2601.15710); cycles: own derivation, two vectors per cycle and stage, or one through all stages.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 5h3l8 10h3M3 15h3l8-10h3',
  // The pipelined form, too: less than a block of tokens lies in its delay lines; the lines under way in its FIFOs and
  // loops have room in the blocks that FIFOs beside it hold to spare (schedule/depths.ts).
  barrier: true,
  lags: ({ params }) => params['structure'] === 'pipelined',
  relies: () => ['rotation_loops'],
  params: [
    {
      id: 'structure',
      label: 'Structure',
      short: 'structure',
      help: "own: a stage reads and writes two vectors per cycle at its distance. flexllm: the structure of FlexLLM's library, where every stage is followed by a pass that shuffles all channels; three times the cycles per stage, for comparison. pipelined: every stage has hardware of its own, and vectors stream through all of them, one per cycle; tokens follow one another without a gap, and a result leaves as many cycles behind its input as a block of B channels has vectors. It costs an adder per lane and stage (13 stages for 8192 channels) and delay lines that hold about as much as the two buffers of own.",
      default: 'own',
      choices: () => ['own', 'flexllm', 'pipelined'],
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
    if (params['structure'] === 'pipelined') return pipelined(design, type);
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
  hardware: ({ design, params, operations }) => {
    const type = operations[0]?.inputs['in'];
    if (!type) return [];
    if (params['structure'] === 'pipelined') return pipelinedHardware(design, type);
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
    if (params['structure'] === 'pipelined') {
      const behind = delay(chain(design, type)) + 1;
      return { preload: 0, first: behind, tail: behind };
    }
    const channels = channelsOf(type);
    const steps = linesOf(design, type);
    const work = stagesOf(channels) * stageCycles(steps, params['structure'] === 'flexllm');
    return { preload: 0, first: steps + work, tail: work + steps };
  },
};
