import { FLOAT } from '../ir/cpp-type.ts';
import { expectElement, input } from './common.ts';
import { elementwiseProcess } from './elementwise.ts';
import { fp32, loops } from './hardware.ts';
import type { ModuleEntry } from './types.ts';

/** Activation function of the SwiGLU feed-forward network. */
export const silu: ModuleEntry = {
  id: 'silu',
  title: 'SiLU',
  category: 'elementwise',
  aliases: ['swish', 'SwiGLU', 'activation', 'sigmoid'],
  help: 'x / (1 + exp(-x)), the activation function on the gate branch of the SwiGLU feed-forward network.',
  source: 'Shazeer, arXiv 2002.05202; one vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M2.5 10.5c3 2.8 5.5 2.3 7.5-.2s4-6.3 7.5-6.8M2.5 16.5h15',
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Output of gate_proj in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Activated gate in fp32.' }],
  roles: () => [{ role: 'gate', label: 'Gate', inputs: { in: 'gate_proj' } }],
  infer: (_design, _params, _role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'dequantize it first');
    return { out: { ...type, tensor: 'gate_act' } };
  },
  structure: (instance) => ({
    memories: [],
    wires: [],
    processes: elementwiseProcess(instance, 'silu', ['in'], (d) => d.exp + d.add + d.quotient),
  }),
  hardware: ({ operations }) => {
    const lanes = operations[0]?.outputs['out']?.lanes ?? 0;
    return [
      fp32('exp', lanes, 'exp(-x)'),
      fp32('add', lanes, '1 + exp(-x)'),
      fp32('quotient', lanes, 'x / (1 + exp(-x))'),
      loops(1),
    ];
  },
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
