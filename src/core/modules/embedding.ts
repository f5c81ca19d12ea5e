import { core } from '../ir/call.ts';
import { bytesOf, FLOAT, INDEX, vectorType } from '../ir/cpp-type.ts';
import { argument, BLOCKS, times } from '../ir/expression.ts';
import { retrievedId } from '../models/segments.ts';
import { firstPosition } from './chunks.ts';
import {
  ceilDiv,
  channelStream,
  int,
  memory,
  numberParam,
  orderOf,
  port,
  readsWire,
  steps,
  writesWire,
} from './common.ts';
import { buffer, type Hardware, loops, mux, type Buffer, storageOf } from './hardware.ts';
import { imageMemory } from './images.ts';
import { laneParams } from './lane-params.ts';
import { reader, readRows, readRowsOr } from './movers.ts';
import { memoryLayout } from './segment-memory.ts';
import type { InstanceContext, ModuleEntry, Structure, DesignContext, StreamType } from './types.ts';

/** Floats per word of the embedding table: 64-byte bursts. */
const WIDTH = 16;

/** Rows of the table that are held: prefill TP, decode the words of each lane, or one row in banks. */
function held(design: DesignContext, out: StreamType | undefined): Buffer {
  const { hidden } = design.model;
  const lanes = out?.lanes ?? 1;
  if (design.stage === 'prefill')
    return buffer('rows of the table', ceilDiv(hidden, WIDTH), 32 * WIDTH, { banks: design.tp });
  if (out?.order !== 'interleaved')
    return buffer('rows of the table', ceilDiv(ceilDiv(hidden, lanes), WIDTH) + 1, 32 * WIDTH, { banks: lanes });
  const banks = Math.max(lanes, WIDTH);
  return buffer('row of the table', ceilDiv(hidden, banks), 32, { banks });
}

function structure({ design, operations }: InstanceContext): Structure {
  const { hidden, vocab } = design.model;
  const words = ceilDiv(hidden, WIDTH);
  const rowWord = vectorType(FLOAT, WIDTH);
  const { hmt } = design;
  const table = imageMemory(
    'table',
    rowWord,
    { kind: 'embedding_rows', width: WIDTH, ...(hmt ? { topic: true } : {}) },
    [{ role: 'table', layers: 1, words: (vocab + (hmt ? 1 : 0)) * words }],
  );
  const found = hmt && memoryLayout(design, hmt);
  const rows = { name: 'rows', type: rowWord, depth: 2 * words };
  if (design.stage === 'prefill') {
    const id = vectorType(INDEX, 1);
    return {
      memories: [
        table,
        {
          name: 'tokens',
          word: id,
          direction: 'read',
          content: {
            kind: 'buffer',
            buffer: { kind: 'tokens', name: 'prompt', bytes: design.maxPrompt * bytesOf(id) },
          },
        },
        ...(found ? [found.memory('read')] : []),
      ],
      wires: [rows, { name: 'ids', type: id, depth: 2 }],
      processes: [
        reader('read_ids', 'tokens', id, writesWire('ids'), () => ({
          offset: firstPosition(design),
          count: times(BLOCKS, design.tp),
        })),
        {
          name: 'read_rows',
          call: found ? readRowsOr(rowWord, words) : readRows(rowWord, words),
          args: [
            memory('table'),
            ...(found ? [memory('memory')] : []),
            readsWire('ids'),
            writesWire('rows'),
            int('rows', () => times(BLOCKS, design.tp)),
            ...(found ? [int('other', () => retrievedId(design.model)), int('at', () => found.retrieved)] : []),
          ],
          cycles: () => times(BLOCKS, design.tp * words),
          fill: (_, d) => ({ depth: d.loop + d.memoryRead, entries: times(BLOCKS, design.tp) }),
        },
        {
          name: 'core',
          call: core('embedding', 'embedding_prefill', [
            design.tp,
            hidden,
            WIDTH,
            storageOf(held(design, operations[0]?.outputs['out'])),
          ]),
          args: [readsWire('rows'), port('out'), int('blocks', () => BLOCKS), int('channels', () => hidden)],
          cycles: () => times(BLOCKS, design.tp * words + hidden),
          fill: (_, d) => ({ depth: 2 * d.loop, entries: BLOCKS }),
        },
      ],
    };
  }
  const out = operations[0]?.outputs['out'];
  const lanes = out?.lanes ?? 1;
  return {
    memories: [table],
    wires: [rows],
    processes: [
      reader('read_row', 'table', rowWord, writesWire('rows'), () => ({
        offset: times(argument('token'), words),
        count: words,
      })),
      {
        name: 'core',
        call: core('embedding', 'embedding_decode', [
          lanes,
          orderOf(out ?? { order: 'blocked' }),
          hidden,
          WIDTH,
          storageOf(held(design, out)),
        ]),
        args: [readsWire('rows'), port('out'), int('channels', () => hidden)],
        cycles: () => words + steps(hidden, lanes),
        fill: (_, d) => ({ depth: 2 * d.loop, entries: 1 }),
      },
    ],
  };
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const type = operations[0]?.outputs['out'];
  const lanes = type?.lanes ?? 0;
  const rows = held(design, type);
  return design.stage === 'decode' && type?.order === 'interleaved'
    ? [rows, mux('channels of the cycle', lanes, 32, rows.banks / lanes), loops(2)]
    : [rows, mux('channel of the cycle', lanes, 32, WIDTH), loops(2)];
}

/** Rows of the embedding table become the residual stream. */
export const embedding: ModuleEntry = {
  id: 'embedding',
  title: 'Token embedding',
  category: 'memory',
  aliases: ['embed', 'lookup', 'vocabulary', 'token'],
  help: 'Reads the row of the embedding table that belongs to each token and sends it on as the first hidden state. Prefill reads one row per prompt token, decode one row per generated token.',
  source: 'Own derivation: one memory word per cycle into a buffer, then one channel (vector) per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 4h9v12H3zM3 8h9M3 12h9M12 10h5M14.5 7.5 17 10l-2.5 2.5',
  barrier: false,
  params: laneParams,
  inputs: [],
  outputs: () => [{ id: 'out', label: 'out', help: 'Hidden state in fp32.' }],
  roles: () => [{ role: 'embed', label: 'Embedding of the tokens', inputs: {}, section: 'begin' }],
  infer: (design, params) => ({
    out: channelStream(design, 'embed', FLOAT, design.model.hidden, {
      lanes: numberParam(params, 'lanes'),
      order: params['order'] === 'interleaved' ? 'interleaved' : 'blocked',
    }),
  }),
  structure,
  hardware,
  timing: ({ design }) => {
    const words = ceilDiv(design.model.hidden, WIDTH);
    return design.stage === 'prefill'
      ? { preload: 0, first: design.tp * words, tail: 0 }
      : { preload: 0, first: words, tail: 0 };
  },
};
