import { FLOAT } from '../ir/cpp-type.ts';
import { type Expression, LAYER, parity, plus, times } from '../ir/expression.ts';
import { expectElement, input, int, port, readsWire, vectors, writesWire } from './common.ts';
import { hiddenLayout, hiddenMemory } from './hidden-memory.ts';
import { packVectors, writer } from './movers.ts';
import { hiddenState } from './tensors.ts';
import type { InstanceContext, ModuleEntry, Structure } from './types.ts';

function structure({ design, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const layout = hiddenLayout(design, type);
  const count = vectors(type, design.tp);
  const words = times(count, layout.wordsPerVector);
  const slot = (role: string): Expression => (role === 'embed_store' ? 0 : times(parity(plus(LAYER, 1)), layout.slot));
  return {
    memories: [hiddenMemory(design, layout, 'write')],
    wires: [{ name: 'words', type: layout.word, depth: 32 }],
    processes: [
      {
        name: 'core',
        call: packVectors(FLOAT, type.lanes, layout.width),
        args: [port('in'), writesWire('words'), int('count', () => count)],
        cycles: () => words,
      },
      writer('write', 'hidden', layout.word, readsWire('words'), ({ role }) => ({ offset: slot(role), count: words })),
    ],
  };
}

/** The hidden state goes to memory, for the next layer. */
export const hiddenWrite: ModuleEntry = {
  id: 'hidden_write',
  title: 'Hidden state out',
  category: 'memory',
  aliases: ['store', 'residual stream', 'layer output'],
  help: 'Writes the hidden state to memory: the output of the embedding before the first layer, and the output of each layer. The next layer reads it from there.',
  source: 'Own derivation: one memory word per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M10 5h7v10h-7zM14.5 5v10M3 10h7M7.5 7.5 10 10l-2.5 2.5',
  barrier: false,
  idleInLastLayer: ({ last }) => last === 'skip',
  params: [
    {
      id: 'last',
      label: 'Last layer',
      short: 'last layer',
      stages: ['prefill'],
      help: 'write: the output of the last layer is stored like all others. skip: it is not, as decode needs the keys and values of the prompt alone; the passes of the last layer that serve nothing else do not run. Where prefill reads texts in segments, the memory needs it: it is always written.',
      default: 'write',
      choices: () => ['write', 'skip'],
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Hidden state in fp32.' }],
  outputs: () => [],
  roles: () => [
    {
      role: 'embed_store',
      label: 'Embedding, for the first layer',
      inputs: { in: 'embed' },
      writes: [hiddenState('in')],
      required: 'stores the embedding for the first layer',
      section: 'begin',
    },
    {
      role: 'layer_out',
      label: 'Output of the layer',
      inputs: { in: 'layer_out' },
      writes: [hiddenState('in')],
      required: 'stores the output of the layer',
    },
  ],
  infer: (_design, _params, _role, inputs) => {
    expectElement(input(inputs, 'in'), FLOAT, 'in', 'dequantize it first');
    return {};
  },
  structure,
  hardware: () => [],
  timing: () => ({ preload: 0, first: 1, tail: 1 }),
};
