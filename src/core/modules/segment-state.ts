import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import { argument, BLOCKS, floatConstant, plus, times } from '../ir/expression.ts';
import { channelStream, float, int, port, readsWire, writesWire } from './common.ts';
import { accumulators, buffer, type Buffer, fixed, fp32, loops, mux, storageOf } from './hardware.ts';
import { hiddenLayout, hiddenMemory } from './hidden-memory.ts';
import { reader } from './movers.ts';
import { MEMORY_LANES, sizesOf, stateStream, stateWords } from './segment-memory.ts';
import type { DesignContext, InstanceContext, ModuleEntry, Structure } from './types.ts';

/** The hidden state of prefill as it lies in memory. */
const layoutOf = (design: DesignContext) =>
  hiddenLayout(design, channelStream(design, 'layer_out', FLOAT, design.model.hidden, { lanes: 1, order: 'blocked' }));

const kept = (design: DesignContext): Buffer => buffer('state', stateWords(design), 32, { banks: MEMORY_LANES });

function structure({ design, operations }: InstanceContext): Structure {
  if (operations.length === 0) return { processes: [], wires: [], memories: [] };
  const { hidden, layers, normEpsilon } = design.model;
  const layout = layoutOf(design);
  const words = hidden * layout.wordsPerVector;
  return {
    memories: [hiddenMemory(design, layout, 'read')],
    wires: [{ name: 'words', type: layout.word, depth: 32 }],
    processes: [
      reader('read', 'hidden', layout.word, writesWire('words'), () => ({
        // The last block.
        offset: plus((layers & 1) * layout.slot, times(plus(BLOCKS, -1), words)),
        count: words,
      })),
      {
        name: 'core',
        call: core('segment_memory', 'segment_state', [design.tp, layout.width, hidden, storageOf(kept(design))]),
        args: [
          readsWire('words'),
          port('out'),
          int('lane', () => argument('lane')),
          float('inv_channels', () => floatConstant(1 / hidden)),
          float('eps', () => floatConstant(normEpsilon)),
        ],
        cycles: () => words + stateWords(design),
        fill: (_, d) => ({
          depth:
            2 * d.loop + (d.multiply + d.convert) + (d.convert + d.multiply + d.add + d.sqrt + d.divide) + d.multiply,
          entries: 1,
        }),
      },
    ],
  };
}

/** The state of the last token of a launch. */
export const segmentState: ModuleEntry = {
  id: 'segment_state',
  title: 'State of a segment',
  category: 'memory',
  aliases: ['HMT', 'hierarchical memory', 'long context', 'segment', 'topic token', 'summary'],
  help: 'Reads the hidden state that the last layer left for the last token of a launch and normalises it to a root mean square of 1. Behind a summary it is what the memory is searched for, behind a segment what is remembered of it.',
  source:
    'He, Qin, Prakriya, Sun and Cong, HMT, arXiv 2405.06067; FlexLLM, arXiv 2601.15710. Cycles: own derivation (a channel of the last block per memory word).',
  stages: ['prefill'],
  glyph: 'M3 4h9v12H3zM3 13h9M12 14.5h5M14.5 12l2.5 2.5-2.5 2.5',
  barrier: false,
  params: [],
  inputs: [],
  outputs: () => [{ id: 'out', label: 'out', help: 'State in fp32, 16 channels side by side.' }],
  roles: () => [
    {
      role: 'summary_state',
      label: 'Behind a summary',
      inputs: {},
      reads: [{ tensor: 'hidden', seen: 'next_layer' }],
      section: 'summary',
    },
    {
      role: 'memory_state',
      label: 'Behind a segment',
      inputs: {},
      reads: [{ tensor: 'hidden', seen: 'next_layer' }],
      section: 'memory',
    },
  ],
  infer: (design, _params, role) => {
    sizesOf(design);
    return { out: stateStream(design, role as 'summary_state' | 'memory_state') };
  },
  structure,
  hardware: ({ design }) => [
    mux('token of the block', 1, 32, layoutOf(design).width),
    fp32('mul', 1 + MEMORY_LANES, 'squares, then times the inverse'),
    fixed('to', 1, 'squares in fixed point'),
    accumulators('sum of squares', 1, 64),
    fixed('from', 1, 'sum of squares'),
    fp32('mul', 1, 'mean'),
    fp32('add', 1, 'epsilon'),
    fp32('sqrt', 1, 'root'),
    fp32('div', 1, 'inverse of the root'),
    kept(design),
    loops(2),
  ],
  timing: ({ design }) => ({ preload: 0, first: design.model.hidden * layoutOf(design).wordsPerVector, tail: 0 }),
};
