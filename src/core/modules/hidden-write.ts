import { expectElement, FLOAT, input, int, memory, port, vectors, wire } from './common.ts';
import { constant, type Expr, LAYER, parity, plus, times } from './expr.ts';
import { hiddenLayout } from './hidden-memory.ts';
import type { InstanceContext, ModuleEntry, Structure } from './types.ts';

function structure({ design, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const layout = hiddenLayout(design, type);
  const word = `flexllm::Vec<float, ${layout.width}>`;
  const count = vectors(type, design.tp);
  const words = times(count, layout.wordsPerVector);
  const slot = (role: string): Expr =>
    role === 'embed_store' ? constant(0) : times(parity(plus(LAYER, 1)), layout.slot);
  return {
    memories: [
      {
        name: 'hidden',
        word,
        wordBytes: layout.width * 4,
        direction: 'write',
        content: { kind: 'buffer', buffer: `${design.stage}_hidden`, bytes: layout.bytes },
      },
    ],
    wires: [{ name: 'words', type: word, depth: 32 }],
    processes: [
      {
        name: 'core',
        header: 'memory',
        call: `pack_vectors<float, ${type.lanes}, ${layout.width}>`,
        args: [port('in'), wire('words'), int('count', () => count)],
        cycles: (_, run) => words.value(run),
      },
      {
        name: 'write',
        header: 'memory',
        call: `write_words<${word}>`,
        args: [
          memory('hidden'),
          wire('words'),
          int('offset', ({ role }) => slot(role)),
          int('count', () => words),
          int('blocks_', () => 1),
          int('block_stride', () => 0),
          int('outer', () => 1),
          int('outer_stride', () => 0),
        ],
        cycles: (_, run) => words.value(run),
        fill: (_, _run, d) => ({ depth: d.loop + d.memoryWrite, entries: 1 }),
      },
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
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Hidden state in fp32.' }],
  outputs: () => [],
  roles: () => [
    {
      role: 'embed_store',
      label: 'Embedding, for the first layer',
      inputs: { in: 'embed' },
      writes: ['hidden'],
      required: 'stores the embedding for the first layer',
      section: 'begin',
    },
    {
      role: 'layer_out',
      label: 'Output of the layer',
      inputs: { in: 'layer_out' },
      writes: ['hidden'],
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
