import { core } from '../ir/call.ts';
import { bitsOf } from '../ir/cpp-type.ts';
import { BLOCKS, LAYER, plus, times } from '../ir/expression.ts';
import { attentionElement, expectElement, input, int, memory, port, readsWire, writesWire } from './common.ts';
import { found } from './diagnostics.ts';
import { buffer, type Hardware, loops, mux, type Buffer, storageOf } from './hardware.ts';
import { headsPerLane } from './heads.ts';
import { type CacheLayout, cacheLayout, cacheMemories, cacheWidth } from './kv-cache.ts';
import { writer, writeWindow } from './movers.ts';
import { cache } from './tensors.ts';
import {
  type Arg,
  type InstanceContext,
  type ModuleEntry,
  type ProcessSpec,
  Refusal,
  type Structure,
  type DesignContext,
  type StreamType,
} from './types.ts';
import { firstRow, type WindowRows, windowRows } from './window.ts';

/** Prefill: TP tokens of a head, a bank per channel of a word and token. Decode: all heads of a token, likewise per lane. */
function kept(design: DesignContext, type: StreamType, layout: CacheLayout): Buffer {
  if (design.stage === 'prefill')
    return buffer('tokens of a head', layout.rowWords, bitsOf(type.element), { banks: layout.width * type.lanes });
  const runs = Math.max(1, layout.ports / type.lanes);
  return buffer(
    'heads of the token',
    Math.ceil(design.model.kvHeads / type.lanes / runs) * layout.rowWords,
    bitsOf(type.element),
    { banks: runs * layout.width * type.lanes },
  );
}

/** Prefill: writes blocks of TP rows, in a ring behind the sinks. */
function windowWriter(
  design: DesignContext,
  layout: CacheLayout,
  { sinks, ring }: WindowRows,
  name: string,
  memoryName: string,
  from: Arg,
): ProcessSpec {
  const bursts = times(BLOCKS, layout.headsPerPort);
  return {
    name,
    call: writeWindow(layout.word, layout.rowWords, design.tp, sinks, ring),
    args: [
      memory(memoryName),
      from,
      int('offset', () => times(LAYER, layout.layerWords)),
      int('row', () => firstRow(design)),
      int('blocks_', () => layout.headsPerPort),
      int('stride', () => layout.headWords),
      int('outer', () => BLOCKS),
    ],
    cycles: () => times(bursts, design.tp * layout.rowWords),
    fill: (_, depths) => ({ depth: depths.loop + depths.memoryWrite, entries: bursts }),
  };
}

function structure({ design, operations }: InstanceContext): Structure {
  const type = operations[0]?.inputs['in'];
  if (!type) return { processes: [], wires: [], memories: [] };
  const { kvHeads, headDim } = design.model;
  const layout = cacheLayout(design, type.element, cacheWidth(type.element, headDim));
  const which = operations[0]?.role === 'v' ? 'v' : 'k';
  const prefill = design.stage === 'prefill';
  const storage = storageOf(kept(design, type, layout));
  const template = [type.element, type.lanes, headDim, layout.width, layout.ports];
  const offset = plus(times(LAYER, layout.layerWords), times(firstRow(design), layout.rowWords));
  const count = design.tp * layout.rowWords;
  const burst = prefill ? { offset, count, outer: BLOCKS, outerStride: count } : { offset, count: layout.rowWords };
  const blocks = { blocks: layout.headsPerPort, blockStride: layout.headWords };
  const rows = windowRows(design);
  const writers = Array.from({ length: layout.ports }, (_, index) =>
    prefill && rows
      ? windowWriter(design, layout, rows, `write_${index}`, `${which}${index}`, readsWire('words', index))
      : writer(`write_${index}`, `${which}${index}`, layout.word, readsWire('words', index), () => ({
          ...burst,
          ...blocks,
        })),
  );
  return {
    memories: cacheMemories(design, layout, which, 'write'),
    wires: [{ name: 'words', type: layout.word, array: layout.ports, depth: 32 }],
    processes: [
      prefill
        ? {
            name: 'core',
            call: core('kv_cache_write', 'kv_cache_write_prefill', [...template, storage]),
            args: [port('in'), writesWire('words'), int('blocks', () => BLOCKS), int('heads', () => kvHeads)],
            cycles: () => times(BLOCKS, kvHeads * (headDim + design.tp * layout.rowWords)),
            fill: (_, d) => ({ depth: 2 * d.loop, entries: times(BLOCKS, kvHeads) }),
          }
        : {
            name: 'core',
            call: core('kv_cache_write', 'kv_cache_write_decode', [...template, kvHeads, storage]),
            args: [port('in'), writesWire('words'), int('hpl', () => kvHeads / type.lanes)],
            cycles: () => (kvHeads / type.lanes) * headDim + layout.headsPerPort * layout.rowWords,
            fill: (_, d) => ({ depth: 2 * d.loop, entries: 1 }),
          },
      ...writers,
    ],
  };
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const { headDim } = design.model;
  const layout = cacheLayout(design, type.element, cacheWidth(type.element, headDim));
  const bits = bitsOf(type.element);
  const memory = kept(design, type, layout);
  if (design.stage === 'prefill') {
    return [memory, mux('token of the cycle', layout.width, bits, type.lanes), loops(2)];
  }
  return [
    memory,
    mux('lane of the port', layout.ports * layout.width, bits, Math.max(1, type.lanes / layout.ports)),
    loops(2),
  ];
}

/** Keys or values go to the KV cache in memory. */
export const kvCacheWrite: ModuleEntry = {
  id: 'kv_cache_write',
  title: 'KV cache writer',
  category: 'attention',
  aliases: ['K cache', 'V cache', 'store keys', 'store values'],
  help: 'Writes keys or values of the current layer to the KV cache in memory, as one row per token and head. Attention reads them in a later pass. Prefill and decode share the cache.',
  source:
    'Own derivation: rows are independent of any parallelism, so that hand-over is exact for every prompt length.',
  stages: ['prefill', 'decode'],
  glyph: 'M9 3.5h8V9H9zM9 11h8v5.5H9zM2.5 10h4.5M4.8 7.8 7 10l-2.2 2.2',
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Keys or values, as the recipe stores them.' }],
  outputs: () => [],
  roles: ({ recipe }) => [
    {
      role: 'k',
      label: 'Keys',
      inputs: { in: 'k' },
      writes: [cache('k')],
      required: 'writes the keys to the KV cache',
    },
    {
      role: 'v',
      label: 'Values',
      inputs: { in: recipe.attention === 'int8' ? 'v' : 'v_proj' },
      writes: [cache('v')],
      required: 'writes the values to the KV cache',
    },
  ],
  infer: (design, _params, _role, inputs, roles) => {
    const type = input(inputs, 'in');
    if (roles.length > 1) throw new Refusal(found('cache-writer-shared', {}));
    expectElement(
      type,
      attentionElement(design.recipe),
      'in',
      design.recipe.attention === 'int8' ? 'put a static quantizer in front' : 'remove the quantizer in front',
    );
    if (design.stage === 'decode') {
      headsPerLane(type, design.model.kvHeads, 'in');
      if (type.lanes % design.cachePorts !== 0 && design.cachePorts % type.lanes !== 0) {
        throw new Refusal(found('cache-lanes-unfit', { lanes: type.lanes, memories: design.cachePorts }), {
          port: 'in',
        });
      }
    }
    return {};
  },
  structure,
  hardware,
  timing: ({ design }, { inputs }) => {
    if (design.stage === 'prefill') return { preload: 0, first: 1, tail: design.tp };
    const { element } = input(inputs, 'in');
    const layout = cacheLayout(design, element, cacheWidth(element, design.model.headDim));
    return { preload: 0, first: 1, tail: layout.headsPerPort * layout.rowWords };
  },
};
