import { alike, elementwiseProcess } from './elementwise.ts';
import { fp32, loops } from './hardware.ts';
import type { ModuleEntry } from './types.ts';

/** Residual connections. */
export const add: ModuleEntry = {
  id: 'add',
  title: 'Residual adder',
  category: 'elementwise',
  aliases: ['residual', 'skip connection', 'sum'],
  help: 'Adds the output of attention, or of the feed-forward network, to the residual stream. The residual input waits for the other one, so its FIFO must hold every token in flight between them.',
  source: 'One vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M10 3a7 7 0 1 0 .01 0M10 6.2v7.6M6.2 10h7.6',
  barrier: false,
  params: [],
  inputs: [
    { id: 'a', label: 'residual', help: 'Residual stream in fp32.' },
    { id: 'b', label: 'update', help: 'Output of o_proj or down_proj in fp32.' },
  ],
  outputs: () => [{ id: 'out', label: 'out', help: 'Sum in fp32.' }],
  roles: () => [
    { role: 'attn_residual', label: 'After attention', inputs: { a: 'layer_in', b: 'o_proj' } },
    { role: 'ffn_residual', label: 'After the feed-forward network', inputs: { a: 'mid', b: 'down_proj' } },
  ],
  infer: (_design, _params, role, inputs) => ({
    out: { ...alike(inputs), tensor: role === 'attn_residual' ? 'mid' : 'layer_out' },
  }),
  structure: (instance) => ({
    memories: [],
    wires: [],
    processes: elementwiseProcess(instance, 'add', ['a', 'b'], (d) => d.add),
  }),
  hardware: ({ operations }) => [fp32('add', operations[0]?.outputs['out']?.lanes ?? 0, 'sums'), loops(1)],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
