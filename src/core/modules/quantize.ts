import { core } from '../ir/call.ts';
import { type Element, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, times } from '../ir/expression.ts';
import type { Depths } from '../ir/timing.ts';
import type { LinearRole } from '../models/architecture.ts';
import { linearRecipe } from '../models/recipe.ts';
import {
  activationElement,
  ceilLog2,
  channelsOf,
  commonFormat,
  expectElement,
  input,
  int,
  linearInput,
  linearRoles,
  orderOf,
  port,
  readsWire,
  steps,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { adder, buffer, fp32, type Hardware, loops, registers, rounding, type Buffer, storageOf } from './hardware.ts';
import { overlapParam, overlapsTokens } from './overlap.ts';
import {
  type InstanceContext,
  type ModuleEntry,
  Refusal,
  type Structure,
  type DesignContext,
  type ProcessSpec,
  type StreamType,
} from './types.ts';

/** Extremes; range times reciprocal of the steps, reciprocal; offset, product, rounding. */
const quantizeDepth = (d: Depths): number =>
  3 * d.loop + d.compare + (d.add + d.multiply + d.divide) + (d.add + d.multiply + d.add + d.convert);

/** The token (prefill: TP of them) that waits for its range. */
const waiting = (design: DesignContext, type: StreamType, most: number): Buffer =>
  buffer('activations of the token', steps(most, design.stage === 'prefill' ? 1 : type.lanes), type.lanes * 32);

/** Prefill whose blocks overlap: they wait in a FIFO between the process that finds their ranges and the one that rounds them. */
function overlapped({ design }: InstanceContext, element: Element, most: number): Structure {
  const { tp } = design;
  const asymmetric = element.kind === 'int' && !element.signed;
  const counts = [int('blocks', () => BLOCKS), int('channels', ({ inputs }) => channelsOf(input(inputs, 'in')))];
  const cycles: ProcessSpec['cycles'] = ({ inputs }) => times(BLOCKS, channelsOf(input(inputs, 'in')) + tp);
  return {
    memories: [],
    wires: [
      // As many as a block has, and no less: nothing is taken before the range of the block is known.
      { name: 'waiting', type: vectorType(FLOAT, tp), depth: Math.max(2, most) },
      { name: 'ranges', type: vectorType(FLOAT, 2), depth: Math.max(2, tp) },
    ],
    processes: [
      {
        name: 'range',
        call: core('quantize', 'quantize_ranges', [element, asymmetric, tp]),
        args: [port('in'), writesWire('waiting'), writesWire('ranges'), port('scales'), ...counts],
        cycles,
        fill: (_, d) => ({ depth: 2 * d.loop + d.compare + (d.add + d.multiply + d.divide), entries: BLOCKS }),
      },
      {
        name: 'core',
        call: core('quantize', 'quantize_values', [element, tp]),
        args: [readsWire('waiting'), readsWire('ranges'), port('out'), ...counts],
        cycles,
        fill: (_, d) => ({ depth: 2 * d.loop + (d.add + d.multiply + d.add + d.convert), entries: BLOCKS }),
      },
    ],
  };
}

function structure(instance: InstanceContext): Structure {
  const { design, params, operations } = instance;
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const element = activationElement(design.recipe, operations[0]?.role as LinearRole);
  const asymmetric = element.kind === 'int' && !element.signed;
  const most = Math.max(...operations.map((operation) => channelsOf(input(operation.inputs, 'in'))));
  if (overlapsTokens(design, params)) return overlapped(instance, element, most);
  const channels = int('channels', ({ inputs }) => channelsOf(input(inputs, 'in')));
  const ports = [port('in'), port('out'), port('scales')];
  return {
    memories: [],
    wires: [],
    processes: [
      design.stage === 'prefill'
        ? {
            name: 'core',
            call: core('quantize', 'quantize_prefill', [
              element,
              asymmetric,
              design.tp,
              most,
              storageOf(waiting(design, type, most)),
            ]),
            args: [...ports, int('blocks', () => BLOCKS), channels],
            cycles: ({ inputs }) => times(BLOCKS, 2 * channelsOf(input(inputs, 'in')) + design.tp),
            fill: (_, d) => ({ depth: quantizeDepth(d), entries: BLOCKS }),
          }
        : {
            name: 'core',
            call: core('quantize', 'quantize_decode', [
              element,
              asymmetric,
              type.lanes,
              orderOf(type),
              steps(most, type.lanes),
              storageOf(waiting(design, type, most)),
            ]),
            args: [...ports, channels],
            cycles: ({ inputs }) => 2 * steps(channelsOf(input(inputs, 'in')), type.lanes),
            fill: (_, d) => ({ depth: quantizeDepth(d) + ceilLog2(type.lanes) * d.compare, entries: 1 }),
          },
    ],
  };
}

function hardware({ design, params, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const { lanes } = type;
  const most = Math.max(...operations.map((operation) => channelsOf(input(operation.inputs, 'in'))));
  const prefill = design.stage === 'prefill';
  const overlap = overlapsTokens(design, params);
  return [
    adder('range of each lane', 2 * lanes, 32),
    adder('order keys', lanes, 32),
    registers('range of each lane', 2 * lanes * 32),
    ...(prefill
      ? [registers('offset and inverse of each token', 2 * lanes * 32)]
      : [adder('range of all lanes', 2 * (lanes - 1), 32)]),
    fp32('div', 2, 'scale and its inverse'),
    fp32('add', lanes, 'x - offset'),
    fp32('mul', lanes, 'times the inverse of the scale'),
    ...rounding(lanes),
    // Between the two processes, a FIFO holds the block instead of a buffer.
    ...(overlap ? [] : [waiting(design, type, most)]),
    loops(overlap ? 4 : 3),
  ];
}

/** Dynamic quantization: one scale per token, found while the token passes. */
export const quantize: ModuleEntry = {
  id: 'quantize',
  title: 'Dynamic quantizer',
  category: 'quantization',
  aliases: ['quant', 'int4', 'int8', 'per token', 'activation quantization'],
  help: 'Turns the fp32 activations in front of a weight matrix into integers, with one scale per token found from the token itself. Bits and symmetry come from the recipe. A barrier: the whole token must be seen before its scale is known.',
  source:
    'FlexLLM (arXiv 2601.15710), dynamic INT4 quantizer; cycles: own derivation (read phase, scales, write phase; overlapped, a process for each side).',
  stages: ['prefill', 'decode'],
  glyph: 'M3 16h3.5v-4H10V8h3.5V4H17',
  bridges: [],
  barrier: true,
  relies: () => ['token_loops'],
  params: [
    overlapParam(
      'tokens',
      'serial: a block of TP tokens arrives, then leaves, 2 cycles per channel. tokens: two processes with a FIFO for a block between them; the next block arrives as one leaves, 1 cycle per channel, with the same memory. In decode a pass has one token.',
      ['prefill'],
    ),
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Activations in fp32.' }],
  outputs: () => [
    { id: 'out', label: 'out', help: 'Integers.' },
    {
      id: 'scales',
      label: 'scales',
      carries: 'scales',
      help: 'Scale and zero point of each token, for the dequantizer behind the weight matrix.',
    },
  ],
  roles: ({ stage, recipe }) =>
    linearRoles(stage).map((role) => ({ role, label: `Input of ${role}`, inputs: { in: linearInput(recipe, role) } })),
  infer: (design, _params, role, inputs, roles) => {
    const type = input(inputs, 'in');
    if (linearRecipe(design.recipe, role as LinearRole).activations === 'fp32') {
      throw new Refusal(found('input-in-fp32', { role }));
    }
    commonFormat(design.recipe, roles);
    expectElement(type, FLOAT, 'in', 'it is quantized already');
    return {
      out: { ...type, element: activationElement(design.recipe, role as LinearRole) },
      scales: { ...type, lanes: 1, extent: { kind: 'scales' } },
    };
  },
  structure,
  hardware,
  timing: ({ design }, { inputs }) => {
    const type = input(inputs, 'in');
    const count = design.stage === 'prefill' ? channelsOf(type) + design.tp : steps(channelsOf(type), type.lanes);
    return { preload: 0, first: count, tail: count };
  },
};
