import { splitOf } from './split.ts';
import type { ModuleEntry } from './types.ts';

/** Both branches of the feed-forward network of an engine that multiplies their matrices as one. */
export const splitGateUp: ModuleEntry = splitOf('gate_up_proj', {
  id: 'split_gate_up',
  title: 'Split of gate, up',
  aliases: ['gate up', 'SwiGLU', 'fused', 'demultiplexer'],
  help: 'Parts the results of gate_proj and up_proj where an engine multiplies them as one operation: a vector of each in turn, so that SiLU and product follow at once and nothing waits for a later pass.',
  label: 'Gate, up',
  glyph: 'M3 10h5M8 10c3.5 0 3-5 6-5h3M8 10c3.5 0 3 5 6 5h3',
  ports: [
    { id: 'to_gate', label: 'gate', help: 'Input of the activation function.' },
    { id: 'to_up', label: 'up', help: 'The branch that it is multiplied by.' },
  ],
});
