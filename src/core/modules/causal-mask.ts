import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import { BLOCKS, LENGTH, times } from '../ir/expression.ts';
import { firstPosition, inChunks } from './chunks.ts';
import { expectElement, input, int, port } from './common.ts';
import { adder, loops } from './hardware.ts';
import type { ModuleEntry } from './types.ts';

/** Hides the keys of later tokens. */
export const causalMask: ModuleEntry = {
  id: 'causal_mask',
  title: 'Causal mask',
  category: 'attention',
  aliases: ['mask', 'triangular'],
  help: 'Replaces the scores of keys that come after the query by -1e30, so that softmax gives them no weight; with an attention window also those of keys that are neither sinks nor recent. Decode needs none: there are no later keys.',
  source: 'Own derivation: one vector per cycle.',
  stages: ['prefill'],
  glyph: 'M3.5 3.5h13v13h-13zM3.5 3.5l13 13M9 3.5v5.3M13 3.5v9.3',
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Scaled attention scores.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Masked scores.' }],
  roles: () => [{ role: 'mask', label: 'Mask', inputs: { in: 'scores' } }],
  infer: (_design, _params, _role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'put a static scaler in front');
    return { out: { ...type, tensor: 'masked' } };
  },
  structure: ({ design }) => ({
    memories: [],
    wires: [],
    processes: [
      {
        name: 'core',
        call: design.window
          ? core('causal_mask', 'window_mask_prefill', [design.tp, design.window.sinks, design.window.recent])
          : core('causal_mask', 'causal_mask_prefill', [design.tp]),
        args: [
          port('in'),
          port('out'),
          int('blocks', () => BLOCKS),
          int('heads', () => design.model.heads),
          int('length', () => LENGTH),
          ...(inChunks(design) || design.window ? [int('start', () => firstPosition(design))] : []),
        ],
        cycles: () => times(BLOCKS, design.model.heads, LENGTH),
        fill: (_, d) => ({ depth: d.loop + 1, entries: times(BLOCKS, design.model.heads) }),
      },
    ],
  }),
  hardware: ({ design }) => [adder('comparisons of key and query', (design.window ? 2 : 1) * design.tp, 32), loops(1)],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
