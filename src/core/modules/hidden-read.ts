import { FLOAT } from '../ir/cpp-type.ts';
import { type Expression, LAYER, parity, times } from '../ir/expression.ts';
import { channelStream, int, numberParam, port, readsWire, vectors, writesWire } from './common.ts';
import { hiddenLayout, hiddenMemory } from './hidden-memory.ts';
import { laneParams } from './lane-params.ts';
import { reader, unpackVectors } from './movers.ts';
import { hiddenState } from './tensors.ts';
import type { InstanceContext, ModuleEntry, Structure } from './types.ts';

function structure({ design, operations }: InstanceContext): Structure {
  const type = operations[0]?.outputs['out'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const layout = hiddenLayout(design, type);
  const count = vectors(type, design.tp);
  const slot = (role: string): Expression =>
    role === 'final_in' ? (design.model.layers & 1) * layout.slot : times(parity(LAYER), layout.slot);
  return {
    memories: [hiddenMemory(design, layout, 'read')],
    wires: [{ name: 'words', type: layout.word, depth: 32 }],
    processes: [
      reader('read', 'hidden', layout.word, writesWire('words'), ({ role }) => ({
        offset: slot(role),
        count: times(count, layout.wordsPerVector),
      })),
      {
        name: 'core',
        call: unpackVectors(FLOAT, type.lanes, layout.width),
        args: [readsWire('words'), port('out'), int('count', () => count)],
        cycles: () => times(count, layout.wordsPerVector),
      },
    ],
  };
}

/** The hidden state that the previous layer left in memory. */
export const hiddenRead: ModuleEntry = {
  id: 'hidden_read',
  title: 'Hidden state in',
  category: 'memory',
  aliases: ['load', 'residual stream', 'layer input'],
  help: 'Reads the hidden state that the previous layer (or the embedding) left in memory: the input of a layer, or of the output head after the last layer. Use a second operation to read it again in a later pass.',
  source: 'Own derivation: one memory word per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 5h7v10H3zM5.5 5v10M10 10h7M14.5 7.5 17 10l-2.5 2.5',
  barrier: false,
  params: laneParams,
  inputs: [],
  outputs: () => [{ id: 'out', label: 'out', help: 'Hidden state in fp32.' }],
  roles: ({ stage }) => [
    { role: 'layer_in', label: 'Input of the layer', inputs: {}, reads: [hiddenState('out')] },
    ...(stage === 'decode'
      ? [
          {
            role: 'final_in',
            label: 'Output of the last layer',
            inputs: {},
            reads: [hiddenState('out')],
            section: 'end' as const,
          },
        ]
      : []),
  ],
  infer: (design, params, role) => ({
    out: channelStream(design, role as 'layer_in' | 'final_in', FLOAT, design.model.hidden, {
      lanes: numberParam(params, 'lanes'),
      order: params['order'] === 'interleaved' ? 'interleaved' : 'blocked',
    }),
  }),
  structure,
  hardware: () => [],
  timing: () => ({ preload: 0, first: 1, tail: 0 }),
};
