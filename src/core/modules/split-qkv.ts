import { splitOf } from './split.ts';
import type { ModuleEntry } from './types.ts';

/** Queries, keys and values of an engine that multiplies their matrices as one. */
export const splitQkv: ModuleEntry = splitOf('qkv_proj', {
  id: 'split_qkv',
  title: 'Split of q, k, v',
  aliases: ['qkv', 'fused', 'demultiplexer'],
  help: 'Parts the results of q_proj, k_proj and v_proj where an engine multiplies them as one operation: first all queries, then keys, then values. So the three take one pass of the engine instead of three.',
  label: 'Queries, keys, values',
  glyph: 'M3 10h5M8 10c3.5 0 3-5.5 6-5.5h3M8 10h9M8 10c3.5 0 3 5.5 6 5.5h3',
  ports: [
    { id: 'to_q', label: 'q', help: 'Queries.' },
    { id: 'to_k', label: 'k', help: 'Keys.' },
    { id: 'to_v', label: 'v', help: 'Values.' },
  ],
});
