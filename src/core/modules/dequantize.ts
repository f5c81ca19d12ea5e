import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, times } from '../ir/expression.ts';
import { type MatrixRole, matrixShape, matrixSteps } from '../models/architecture.ts';
import {
  activationElement,
  ceilDiv,
  commonFormat,
  fusedRoles,
  input,
  int,
  lanesOf,
  linearInput,
  linearRoles,
  numberParam,
  port,
  readsWire,
  roleLayers,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { fp32, type Hardware, loops, registers } from './hardware.ts';
import { headOrder } from './heads.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { reader } from './movers.ts';
import { type InstanceContext, type ModuleEntry, Refusal, type Structure } from './types.ts';

function structure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const element = activationElement(design.recipe, operations[0]?.role as MatrixRole);
  const asymmetric = element.kind === 'int' && !element.signed;
  const prefill = design.stage === 'prefill';
  const pairs = prefill ? 1 : numberParam(params, 'pairs');
  const word = vectorType(FLOAT, 2 * pairs);
  const perStep = ceilDiv(type.lanes, pairs);
  const width = (role: string): number => matrixShape(design.model, role as MatrixRole).n;
  const vectors = (role: string): number => matrixSteps(design.model, role as MatrixRole, type.lanes);
  const words = (role: string): number => (prefill ? width(role) : vectors(role) * perStep);
  const segments = segmentsFor(
    operations,
    (role) => roleLayers(design.model, role),
    ({ role }) => words(role),
  );
  const ports = [port('in'), port('scales'), readsWire('channel_scales'), port('out')];
  return {
    memories: [
      imageMemory(
        'scales',
        word,
        { kind: 'channel_scales', lanes: prefill ? null : lanesOf(type), pairs, ...headOrder(design) },
        segments,
      ),
    ],
    wires: [{ name: 'channel_scales', type: word, depth: 32 }],
    processes: [
      reader('read_scales', 'scales', word, writesWire('channel_scales'), ({ role }) => ({
        offset: segmentOffset(segments, role),
        count: words(role),
        outer: prefill ? BLOCKS : 1,
      })),
      prefill
        ? {
            name: 'core',
            call: core('dequantize', 'dequantize_prefill', [type.element, asymmetric, design.tp]),
            args: [...ports, int('blocks', () => BLOCKS), int('channels', ({ role }) => width(role))],
            cycles: ({ role }) => times(BLOCKS, design.tp + width(role)),
            fill: (_, d) => ({ depth: 2 * d.loop + d.convert + 2 * d.multiply + d.add, entries: BLOCKS }),
          }
        : {
            name: 'core',
            call: core('dequantize', 'dequantize_decode', [type.element, asymmetric, type.lanes, 2 * pairs]),
            args: [...ports, int('steps', ({ role }) => vectors(role))],
            cycles: ({ role }) => words(role),
            fill: (_, d) => ({ depth: d.loop + d.convert + 2 * d.multiply + d.add, entries: 1 }),
          },
    ],
  };
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const element = activationElement(design.recipe, operations[0]?.role as MatrixRole);
  const asymmetric = element.kind === 'int' && !element.signed;
  const { lanes } = type;
  return [
    fp32('convert', lanes, 'accumulator to fp32'),
    fp32('mul', lanes * (asymmetric ? 3 : 2), 'scales of token and channel'),
    ...(asymmetric ? [fp32('add', lanes, 'zero point')] : []),
    registers('scales of the tokens, results', (design.stage === 'prefill' ? 2 : 1) * lanes * 32),
    loops(2),
  ];
}

/** Accumulators of a weight matrix become fp32 again. */
export const dequantize: ModuleEntry = {
  id: 'dequantize',
  title: 'Dequantizer',
  category: 'quantization',
  aliases: ['dequant', 'rescale', 'scale'],
  help: 'Multiplies the integer results of a weight matrix by the scale of the token and of the output channel; for asymmetric activations it adds zero point times weight column sum. Scales of the channels come from memory.',
  source: 'FlexLLM (arXiv 2601.15710), dequantization with weight column sums; cycles: own derivation.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 16h3.5v-4H10c3 0 3-8 7-8',
  bridges: [],
  barrier: false,
  params: [
    {
      id: 'pairs',
      label: 'Scale pairs per word',
      stages: ['decode'],
      short: 'pairs',
      help: 'Channel scales (8 bytes each) that one memory word brings in decode. A vector of P lanes takes ceil(P/pairs) cycles. Prefill reads one pair per cycle.',
      default: 1,
      choices: () => [1, 2, 4, 8],
    },
  ],
  inputs: [
    { id: 'in', label: 'in', help: 'Accumulators of the linear engine.' },
    {
      id: 'scales',
      label: 'scales',
      carries: 'scales',
      help: 'Scale and zero point of each token, from the quantizer.',
    },
  ],
  outputs: () => [{ id: 'out', label: 'out', help: 'Result in fp32.' }],
  roles: ({ stage, recipe }) =>
    [...linearRoles(stage), ...fusedRoles(stage)].map((role) => ({
      role,
      label: `Output of ${role}`,
      inputs: { in: role, scales: linearInput(recipe, role) },
    })),
  infer: (design, _params, role, inputs, roles) => {
    const type = input(inputs, 'in');
    const scales = input(inputs, 'scales');
    if (type.element.kind === 'float') throw new Refusal(found('dequantizer-needless', { role }), { port: 'in' });
    if (scales.extent.kind !== 'scales') throw new Refusal(found('scales-of-other', { role }), { port: 'scales' });
    commonFormat(design.recipe, roles);
    return { out: { ...type, element: FLOAT } };
  },
  structure,
  hardware,
  timing: ({ design, params }, { inputs }) => {
    const perStep = ceilDiv(input(inputs, 'in').lanes, numberParam(params, 'pairs'));
    return design.stage === 'prefill'
      ? { preload: design.tp, first: 1, tail: 1 }
      : { preload: 0, first: perStep, tail: perStep };
  },
};
