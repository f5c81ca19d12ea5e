import { core } from '../ir/call.ts';
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, plus, POSITION, times } from '../ir/expression.ts';
import { firstPosition } from './chunks.ts';
import { expectElement, input, int, port, readsWire, writesWire } from './common.ts';
import { buffer, fp32, type Hardware, loops, mux, type Buffer, storageOf } from './hardware.ts';
import { headsOf, headsPerLane } from './heads.ts';
import { imageMemory } from './images.ts';
import { reader } from './movers.ts';
import { overlapParam } from './overlap.ts';
import type { InstanceContext, ModuleEntry, Structure, DesignContext } from './types.ts';
import { positionOf, windowRows } from './window.ts';

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

/**
 * Cycles of so many heads. One half arrives while none leaves; two leave, four of a head that is turned twice. With overlap the
 * last half leaves while the next head arrives.
 */
function headCycles(heads: number, half: number, overlap: boolean, twice: boolean): number {
  const leaving = twice ? 4 : 2;
  return overlap ? (leaving * heads + 1) * half : (leaving + 1) * heads * half;
}

const turnsQueries = (operations: InstanceContext['operations']): boolean =>
  operations.some(({ role }) => role === 'q');

function structure({ design, params, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const half = design.model.headDim / 2;
  const prefill = design.stage === 'prefill';
  const { angles, halves } = buffers(design, type.lanes);
  const overlap = params['overlap'] === 'heads';
  const kept = [storageOf(angles), storageOf(halves), ...(overlap ? [true] : [])];
  const { positions } = design;
  const heads = (role: string): number => headsOf(design.model, role) / (prefill ? 1 : type.lanes);
  // Keys are turned once. An instance that turns queries too has the angles of the end of the window.
  const rows = turnsQueries(operations) ? windowRows(design) : undefined;
  const twice = (role: string): boolean => rows !== undefined && role === 'q';
  const perHeads = (role: string): number => headCycles(heads(role), half, overlap, twice(role));
  const far = (role: string): number => (twice(role) ? half : 0);
  return {
    memories: [
      imageMemory('angles', PAIR, { kind: 'rope_angles', positions }, [
        { role: 'table', layers: 1, words: positions * half },
      ]),
      ...(rows
        ? [
            imageMemory('far', PAIR, { kind: 'rope_angles', first: rows.cap, positions: 1 }, [
              { role: 'table', layers: 1, words: half },
            ]),
          ]
        : []),
    ],
    wires: [{ name: 'angles', type: PAIR, depth: 32 }, ...(rows ? [{ name: 'far', type: PAIR, depth: 32 }] : [])],
    processes: [
      reader('read_angles', 'angles', PAIR, writesWire('angles'), () =>
        prefill
          ? { offset: times(firstPosition(design), half), count: times(BLOCKS, design.tp * half) }
          : { offset: times(POSITION, half), count: half },
      ),
      ...(rows ? [reader('read_far', 'far', PAIR, writesWire('far'), () => ({ offset: 0, count: half }), ['q'])] : []),
      {
        name: 'core',
        call: core('rope', `${rows ? 'rope_window' : 'rope'}_${design.stage}`, [
          type.lanes,
          2 * half,
          ...(rows ? [rows.cap] : []),
          ...kept,
        ]),
        args: [
          port('in'),
          ...(rows ? [readsWire('far')] : []),
          readsWire('angles'),
          port('out'),
          ...(prefill ? [int('blocks', () => BLOCKS)] : []),
          int(prefill ? 'heads' : 'hpl', ({ role }) => heads(role)),
          ...(rows
            ? [
                int(prefill ? 'start' : 'position', () => positionOf(design)),
                int('twice', ({ role }) => (twice(role) ? 1 : 0)),
              ]
            : []),
        ],
        cycles: ({ role }) =>
          prefill
            ? plus(far(role), times(BLOCKS, design.tp * half + perHeads(role)))
            : far(role) + half + perHeads(role),
        fill: ({ role }, d) => ({
          depth: 3 * d.loop + d.multiply + d.add,
          entries: prefill ? times(BLOCKS, heads(role)) : heads(role),
        }),
      },
    ],
  };
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const lanes = operations[0]?.inputs['in']?.lanes ?? 0;
  const { angles, halves } = buffers(design, lanes);
  if (design.window && turnsQueries(operations))
    return [
      fp32('mul', 4 * lanes, 'products with cosine and sine'),
      fp32('add', 2 * lanes, 'rotated pair'),
      mux('angles of the half', 2 * lanes, 32, 2),
      angles,
      { ...angles, what: 'cosines and sines for the sinks' },
      ...(design.stage === 'prefill'
        ? [buffer('cosines and sines of the end of the window', design.model.headDim / 2, 32, { banks: 2 })]
        : []),
      halves,
      loops(4),
    ];
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
  help: 'Turns channel pairs (k, k + half a head) of queries and keys by an angle that grows with the position of the token. With an attention window queries leave twice: turned for the sinks, from which they are never further away than the window is long, and as they are. Cosines and sines come from a table in memory.',
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
    const out = { ...type, tensor: role as 'q' | 'k' };
    // Queries leave twice: for the sinks, from which they are never further away than the window is long, and as they are.
    return design.window && role === 'q' && type.extent.kind === 'channels'
      ? { out: { ...out, extent: { kind: 'channels', channels: 2 * type.extent.channels } } }
      : { out };
  },
  structure,
  hardware,
  timing: ({ design }, { role }) => {
    const half = design.model.headDim / 2;
    const twice = design.window !== undefined && role === 'q';
    const far = twice ? half : 0;
    // Behind the last half that arrives one leaves, of a head that is turned twice three.
    const rest = (twice ? 3 : 1) * half;
    return design.stage === 'prefill'
      ? { preload: far + design.tp * half, first: half, tail: half + rest }
      : { preload: far + half, first: half, tail: rest };
  },
};
