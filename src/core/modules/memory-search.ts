import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { argument, floatConstant } from '../ir/expression.ts';
import { ceilLog2, expectElement, float, input, int, port, readsWire, writesWire } from './common.ts';
import {
  accumulators,
  adder,
  buffer,
  type Buffer,
  fixed,
  fp32,
  type Hardware,
  loops,
  mux,
  storageOf,
} from './hardware.ts';
import { imageMemory } from './images.ts';
import { reader } from './movers.ts';
import { MEMORY_LANES, MEMORY_WORD, memoryLayout, sizesOf, stateStream, stateWords } from './segment-memory.ts';
import type { DesignContext, InstanceContext, ModuleEntry, Structure } from './types.ts';

/** The query, the weighted sums of memories, and their weights. */
const buffers = (
  design: DesignContext,
): { readonly query: Buffer; readonly sums: Buffer; readonly weights: Buffer } => ({
  query: buffer('query', stateWords(design), 32, { banks: MEMORY_LANES }),
  sums: buffer('weighted sums', stateWords(design), 64, { banks: MEMORY_LANES }),
  weights: buffer('weights', design.hmt?.memories ?? 1, 32),
});

function structure({ design, operations }: InstanceContext): Structure {
  const { hmt } = design;
  if (!hmt || operations.length === 0) return { processes: [], wires: [], memories: [] };
  const { memories } = hmt;
  const { row, memory } = memoryLayout(design, hmt);
  // Keys, then memories: two runs through the queue where they are the same rows, one through both else.
  const runs = hmt.projections ? { count: 2 * memories * row } : { count: memories * row, inner: 2 };
  const { query, sums, weights } = buffers(design);
  const gain = vectorType(FLOAT, 1);
  return {
    memories: [
      memory('read'),
      imageMemory('gain', gain, { kind: 'memory_gain' }, [{ role: 'table', layers: 1, words: 1 }]),
    ],
    wires: [
      { name: 'rows', type: MEMORY_WORD, depth: 32 },
      { name: 'gain', type: gain, depth: 2 },
    ],
    processes: [
      reader('read_rows', 'memory', MEMORY_WORD, writesWire('rows'), () => ({ offset: 0, ...runs })),
      reader('read_gain', 'gain', gain, writesWire('gain'), () => ({ offset: 0, count: 1 })),
      {
        name: 'core',
        call: core('segment_memory', 'memory_search', [row, memories, ...[query, sums, weights].map(storageOf)]),
        args: [
          port('in'),
          readsWire('rows'),
          readsWire('gain'),
          port('out'),
          int('held', () => argument('held')),
          float('scale', () => floatConstant(1 / Math.sqrt(design.model.hidden))),
        ],
        cycles: () => row * (2 * memories + 2) + 2 * memories,
        fill: (_, d) => ({
          depth:
            6 * d.loop +
            (d.multiply + d.convert + ceilLog2(MEMORY_LANES) * d.integerAdd + d.convert + d.multiply) +
            (d.add + d.exp + d.convert) +
            (d.convert + d.reciprocal + d.multiply) +
            (d.multiply + d.convert) +
            (d.convert + d.multiply),
          entries: 1,
        }),
      },
    ],
  };
}

function hardware({ design }: InstanceContext): Hardware {
  const { query, sums, weights } = buffers(design);
  return [
    fp32(
      'mul',
      MEMORY_LANES,
      'query times memories, then memories times their weights (loops that follow each other share)',
    ),
    fixed('to', MEMORY_LANES, 'products in fixed point'),
    adder('sum over the lanes', MEMORY_LANES, 64),
    adder('weighted sums', MEMORY_LANES, 64),
    fixed('from', MEMORY_LANES, 'sums'),
    fp32('mul', MEMORY_LANES, 'times the scale, the inverse and the gain'),
    adder('maximum and order keys', 2, 32),
    fp32('add', 1, 'x - maximum'),
    fp32('exp', 1, 'powers'),
    accumulators('sum of powers', 1, 64),
    fp32('reciprocal', 1, 'inverse of the sum'),
    mux('channel words', MEMORY_LANES, 32, 2),
    weights,
    query,
    sums,
    loops(6),
  ];
}

/** Searches the queue of memories for a state. */
export const memorySearch: ModuleEntry = {
  id: 'memory_search',
  title: 'Memory search',
  category: 'memory',
  aliases: ['HMT', 'hierarchical memory', 'cross attention', 'recall', 'long context', 'retrieval'],
  help: 'Cross-attention of the state behind a summary with the memories of the segments before: scores, softmax and the weighted sum of the memories, on one engine of 16 products per cycle. What is found becomes an embedding in front of the segment. With projections a query is compared with the keys beside the memories; without, states are compared as they are.',
  source:
    'He, Qin, Prakriya, Sun and Cong, HMT, arXiv 2405.06067; FlexLLM, arXiv 2601.15710, which searches 64 memories in fp32. Cycles: own derivation (keys and memories pass, a word per cycle).',
  stages: ['prefill'],
  glyph: 'M8.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12.2 12.2 17 17',
  barrier: true,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'State behind a summary, or its projection to a query, in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'What the memory has for it: an embedding in fp32.' }],
  roles: ({ hmt }) => [
    {
      role: 'search',
      label: 'Search for a summary',
      inputs: { in: hmt?.projections ? 'memory_query' : 'summary_state' },
      reads: [{ tensor: 'memories', seen: 'next_token' }],
      section: 'summary',
    },
  ],
  infer: (design, _params, _role, inputs) => {
    sizesOf(design);
    expectElement(input(inputs, 'in'), FLOAT, 'in', 'connect the state of a segment');
    return { out: stateStream(design, 'retrieved') };
  },
  structure,
  hardware,
  timing: ({ design }) => {
    const row = stateWords(design);
    const memories = design.hmt?.memories ?? 0;
    const before = row * (2 * memories + 1) + 2 * memories;
    return { preload: 0, first: before, tail: before };
  },
};
