import { alike, elementwiseProcess } from './elementwise.ts';
import { fp32, loops } from './hardware.ts';
import type { ModuleEntry } from './types.ts';

/** Product of gate and up branch. */
export const multiply: ModuleEntry = {
  id: 'multiply',
  title: 'Gate product',
  category: 'elementwise',
  aliases: ['SwiGLU', 'hadamard product', 'element-wise multiply', 'gate'],
  help: 'Multiplies the activated gate by the up branch of the SwiGLU feed-forward network, element by element.',
  source: 'Shazeer, arXiv 2002.05202; one vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M10 3a7 7 0 1 0 .01 0M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4',
  barrier: false,
  params: [],
  inputs: [
    { id: 'a', label: 'gate', help: 'Activated gate in fp32.' },
    { id: 'b', label: 'up', help: 'Output of up_proj in fp32.' },
  ],
  outputs: () => [{ id: 'out', label: 'out', help: 'Product in fp32.' }],
  roles: () => [{ role: 'gate_product', label: 'Gate times up', inputs: { a: 'gate_act', b: 'up_proj' } }],
  infer: (_design, _params, _role, inputs) => ({ out: { ...alike(inputs), tensor: 'ffn_mid' } }),
  structure: (instance) => ({
    memories: [],
    wires: [],
    processes: elementwiseProcess(instance, 'multiply', ['a', 'b'], (d) => d.multiply),
  }),
  hardware: ({ operations }) => [fp32('mul', operations[0]?.outputs['out']?.lanes ?? 0, 'products'), loops(1)],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
