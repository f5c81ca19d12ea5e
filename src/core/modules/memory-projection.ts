import { core } from '../ir/call.ts';
import { FLOAT } from '../ir/cpp-type.ts';
import { ceilLog2, expectElement, input, port, readsWire, writesWire } from './common.ts';
import { found } from './diagnostics.ts';
import { adder, buffer, type Buffer, fixed, fp32, loops, storageOf } from './hardware.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { reader } from './movers.ts';
import { MEMORY_LANES, MEMORY_WORD, sizesOf, stateStream, stateWords } from './segment-memory.ts';
import { type DesignContext, type InstanceContext, type ModuleEntry, Refusal, type Structure } from './types.ts';

const kept = (design: DesignContext): Buffer => buffer('state', stateWords(design), 32, { banks: MEMORY_LANES });

/** Words of a matrix. */
const matrixWords = (design: DesignContext): number => design.model.hidden * stateWords(design);

function structure({ design, operations }: InstanceContext): Structure {
  if (operations.length === 0) return { processes: [], wires: [], memories: [] };
  const { hidden } = design.model;
  const count = matrixWords(design);
  const segments = segmentsFor(
    operations,
    () => 1,
    () => count,
  );
  return {
    memories: [imageMemory('weights', MEMORY_WORD, { kind: 'memory_projections', width: MEMORY_LANES }, segments)],
    wires: [{ name: 'rows', type: MEMORY_WORD, depth: 32 }],
    processes: [
      reader('read_rows', 'weights', MEMORY_WORD, writesWire('rows'), ({ role }) => ({
        offset: segmentOffset(segments, role),
        count,
      })),
      {
        name: 'core',
        call: core('segment_memory', 'memory_projection', [hidden, storageOf(kept(design))]),
        args: [port('in'), readsWire('rows'), port('out')],
        cycles: () => stateWords(design) + count,
        fill: (_, d) => ({
          depth: 2 * d.loop + (d.multiply + d.convert + ceilLog2(MEMORY_LANES) * d.integerAdd + d.convert),
          entries: 1,
        }),
      },
    ],
  };
}

/** Query and key of the hierarchical memory. */
export const memoryProjection: ModuleEntry = {
  id: 'memory_projection',
  title: 'Memory projection',
  category: 'memory',
  aliases: ['HMT', 'hierarchical memory', 'query', 'key', 'cross attention', 'long context'],
  help: 'Multiplies a state by a trained matrix: behind a summary to the query that the memory is searched for, behind a segment to the key by which it is found. One engine of 16 products per cycle does both. Weights in fp32 come from a file that the packer is given; without one they are the identity.',
  source:
    'He, Qin, Prakriya, Sun and Cong, HMT, arXiv 2405.06067; FlexLLM, arXiv 2601.15710, which has 32 products per cycle for it. Cycles: own derivation (a word of the matrix per cycle).',
  stages: ['prefill'],
  glyph: 'M3 4v12M17 4v12M7 4h6v12H7zM7 8h6M7 12h6M10 4v12',
  barrier: true,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'State of a token, in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Query or key, in fp32.' }],
  roles: () => [
    { role: 'memory_query', label: 'Query of a summary', inputs: { in: 'summary_state' }, section: 'summary' },
    { role: 'memory_key', label: 'Key of a segment', inputs: { in: 'memory_state' }, section: 'memory' },
  ],
  infer: (design, _params, role, inputs) => {
    if (!sizesOf(design).projections) throw new Refusal(found('projection-without-option', {}));
    expectElement(input(inputs, 'in'), FLOAT, 'in', 'connect the state of a segment');
    return { out: stateStream(design, role as 'memory_query' | 'memory_key') };
  },
  structure,
  hardware: ({ design }) => [
    fp32('mul', MEMORY_LANES, 'state times rows of the matrix'),
    fixed('to', MEMORY_LANES, 'products in fixed point'),
    adder('sum over the lanes', MEMORY_LANES, 64),
    fixed('from', 1, 'sums'),
    kept(design),
    loops(2),
  ],
  timing: ({ design }) => {
    const steps = stateWords(design);
    const rest = steps * design.model.hidden;
    return { preload: 0, first: steps * (Math.min(design.model.hidden, MEMORY_LANES) + 1), tail: rest };
  },
};
