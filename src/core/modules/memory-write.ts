import { FLOAT } from '../ir/cpp-type.ts';
import { argument, type Expression, plus, times } from '../ir/expression.ts';
import { expectElement, input, port } from './common.ts';
import { writer } from './movers.ts';
import { MEMORY_WORD, memoryLayout, sizesOf } from './segment-memory.ts';
import type { InstanceContext, ModuleEntry, Structure } from './types.ts';

function structure({ design, operations }: InstanceContext): Structure {
  const { hmt } = design;
  if (!hmt || operations.length === 0) return { processes: [], wires: [], memories: [] };
  const { row, queue, retrieved, memory } = memoryLayout(design, hmt);
  const slot = times(argument('slot'), row);
  const rowOf = (role: string): Expression =>
    role === 'retrieved' ? retrieved : role === 'key' ? slot : plus(queue, slot);
  return {
    memories: [memory('write')],
    wires: [],
    processes: [
      writer('write', 'memory', MEMORY_WORD, port('in'), ({ role }) => ({ offset: rowOf(role), count: row })),
    ],
  };
}

/** Rows of the hierarchical memory. */
export const memoryWrite: ModuleEntry = {
  id: 'memory_write',
  title: 'Memory of segments',
  category: 'memory',
  aliases: ['HMT', 'hierarchical memory', 'queue', 'long context', 'remember', 'append'],
  help: 'Writes what is remembered of a segment to the queue of memories, where it takes the place of the oldest, and what was retrieved for the next segment to the row that the embedding reads for the retrieved token. With projections also the key of the memory, once.',
  source: 'He, Qin, Prakriya, Sun and Cong, HMT, arXiv 2405.06067. Own derivation: one memory word per cycle.',
  stages: ['prefill'],
  glyph: 'M4 4h12v4H4zM4 8h12v4H4zM4 12h12v4H4zM10 1v9M7.5 7.5 10 10l2.5-2.5',
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'State in fp32.' }],
  outputs: () => [],
  roles: ({ hmt }) => [
    {
      role: 'memory',
      label: 'Memory of a segment',
      inputs: { in: 'memory_state' },
      writes: [{ tensor: 'memories', seen: 'next_token' }],
      ...(hmt ? { required: 'remembers what a segment says' } : {}),
      section: 'memory',
    },
    ...(hmt?.projections
      ? [
          {
            role: 'key',
            label: 'Key of a memory',
            inputs: { in: 'memory_key' },
            writes: [{ tensor: 'memories', seen: 'next_token' }],
            required: 'remembers the key of a segment',
            section: 'memory',
          } as const,
        ]
      : []),
    {
      role: 'retrieved',
      label: 'What was retrieved',
      inputs: { in: 'retrieved' },
      writes: [{ tensor: 'memories', seen: 'next_token' }],
      ...(hmt ? { required: 'hands on what the memory has for a segment' } : {}),
      section: 'summary',
    },
  ],
  infer: (design, _params, _role, inputs) => {
    sizesOf(design);
    expectElement(input(inputs, 'in'), FLOAT, 'in', 'connect the state of a segment');
    return {};
  },
  structure,
  hardware: () => [],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
