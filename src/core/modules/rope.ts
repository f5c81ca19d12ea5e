import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, POSITION, times } from '../ir/expression.ts';
import { firstPosition } from './chunks.ts';
import { expectElement, input, int, port, readsWire, writesWire } from './common.ts';
import { buffer, fp32, type Hardware, loops, type Buffer, storageOf } from './hardware.ts';
import { headsOf, headsPerLane } from './heads.ts';
import { imageMemory } from './images.ts';
import { reader } from './movers.ts';
import { overlapParam } from './overlap.ts';
import type { InstanceContext, ModuleEntry, Structure, DesignContext } from './types.ts';

const PAIR = vectorType(FLOAT, 2);

/** Cosines and sines of the angles, and both halves of a head. */
function buffers(design: DesignContext, lanes: number): { readonly angles: Buffer; readonly halves: Buffer } {
  const half = design.model.headDim / 2;
  const table = design.stage === 'prefill' ? { words: 32, banks: 2 * lanes } : { words: 32 * lanes, banks: 2 };
  return {
    angles: buffer('cosines and sines', half, table.words, { banks: table.banks }),
    halves: buffer('halves of a head', half, 32 * lanes, { banks: 2 }),
  };
}

/** Cycles of so many heads: three halves each, or two and one more for the last. */
const headCycles = (heads: number, half: number, overlap: boolean): number =>
  overlap ? (2 * heads + 1) * half : 3 * heads * half;

function structure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const half = design.model.headDim / 2;
  const prefill = design.stage === 'prefill';
  const { angles, halves } = buffers(design, type.lanes);
  const overlap = params['overlap'] === 'heads';
  const kept = [storageOf(angles), storageOf(halves), ...(overlap ? [true] : [])];
  const positions = design.capacity;
  const heads = (role: string): number => headsOf(design.model, role);
  return {
    memories: [
      imageMemory('angles', PAIR, { kind: 'rope_angles', positions }, [
        { role: 'table', layers: 1, words: positions * half },
      ]),
    ],
    wires: [{ name: 'angles', type: PAIR, depth: 32 }],
    processes: [
      reader('read_angles', 'angles', PAIR, writesWire('angles'), () =>
        prefill
          ? { offset: times(firstPosition(design), half), count: times(BLOCKS, design.tp * half) }
          : { offset: times(POSITION, half), count: half },
      ),
      prefill
        ? {
            name: 'core',
            call: core('rope', 'rope_prefill', [design.tp, 2 * half, ...kept]),
            args: [
              port('in'),
              readsWire('angles'),
              port('out'),
              int('blocks', () => BLOCKS),
              int('heads', ({ role }) => heads(role)),
            ],
            cycles: ({ role }) => times(BLOCKS, design.tp * half + headCycles(heads(role), half, overlap)),
            fill: ({ role }, d) => ({
              depth: 3 * d.loop + d.multiply + d.add,
              entries: times(BLOCKS, heads(role)),
            }),
          }
        : {
            name: 'core',
            call: core('rope', 'rope_decode', [type.lanes, 2 * half, ...kept]),
            args: [port('in'), readsWire('angles'), port('out'), int('hpl', ({ role }) => heads(role) / type.lanes)],
            cycles: ({ role }) => half + headCycles(heads(role) / type.lanes, half, overlap),
            fill: ({ role }, d) => ({
              depth: 3 * d.loop + d.multiply + d.add,
              entries: heads(role) / type.lanes,
            }),
          },
    ],
  };
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const lanes = operations[0]?.inputs['in']?.lanes ?? 0;
  const { angles, halves } = buffers(design, lanes);
  return [
    fp32('mul', 4 * lanes, 'products with cosine and sine'),
    fp32('add', 2 * lanes, 'rotated pair'),
    angles,
    halves,
    loops(4),
  ];
}

/** Rotary position embedding of queries and keys. */
export const rope: ModuleEntry = {
  id: 'rope',
  title: 'RoPE',
  category: 'attention',
  aliases: ['rotary', 'position embedding'],
  help: 'Turns channel pairs (k, k + half a head) of queries and keys by an angle that grows with the position of the token. Cosines and sines come from a table in memory.',
  source: 'Su et al., arXiv 2104.09864 (half-split convention of Llama); cycles: own derivation.',
  stages: ['prefill', 'decode'],
  glyph: 'M16.2 11.5a6.5 6.5 0 1 1-1.5-5.9M15.5 2.5v3.7h-3.7M10 10l3.2-1.6',
  barrier: false,
  params: [
    overlapParam(
      'heads',
      'serial: half a head arrives, the other half arrives and turns with it, its second half leaves: 3 cycles per pair of channels. heads: the next head arrives while the second half leaves, 2 cycles per pair.',
    ),
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Queries or keys in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Rotated queries or keys in fp32.' }],
  roles: () => [
    { role: 'q', label: 'Queries', inputs: { in: 'q_proj' } },
    { role: 'k', label: 'Keys', inputs: { in: 'k_proj' } },
  ],
  infer: (design, _params, role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'dequantize it first');
    if (design.stage === 'decode') headsPerLane(type, headsOf(design.model, role), 'in');
    return { out: { ...type, tensor: role as 'q' | 'k' } };
  },
  structure,
  hardware,
  timing: ({ design }) => {
    const half = design.model.headDim / 2;
    return design.stage === 'prefill'
      ? { preload: design.tp * half, first: half, tail: 2 * half }
      : { preload: half, first: half, tail: half };
  },
};
