import { core } from '../ir/call.ts';
import { bitsOf, vectorType } from '../ir/cpp-type.ts';
import { BLOCKS, LAYER, plus, times } from '../ir/expression.ts';
import { valueGroup } from '../models/recipe.ts';
import {
  attentionElement,
  expectElement,
  input,
  int,
  memory,
  port,
  readsWire,
  storedElement,
  writesWire,
} from './common.ts';
import { found } from './diagnostics.ts';
import { accumulators, adder, buffer, type Hardware, loops, mux, type Buffer, storageOf } from './hardware.ts';
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
    return buffer('tokens of a head', layout.rowWords, bitsOf(layout.element), { banks: layout.width * type.lanes });
  const runs = Math.max(1, layout.ports / type.lanes);
  return buffer(
    'heads of the token',
    Math.ceil(design.model.kvHeads / type.lanes / runs) * layout.rowWords,
    bitsOf(layout.element),
    { banks: runs * layout.width * type.lanes },
  );
}

/** A group of values until its scale is known. */
const heldGroup = ({ lanes, element }: StreamType, group: number): Buffer =>
  buffer('group of channels', group, lanes * bitsOf(element));

/** How keys or values of 8 bits become those of 4 of the cache; undefined where the cache keeps them as they are. */
function packer(design: DesignContext, type: StreamType, which: 'k' | 'v'): ProcessSpec | undefined {
  const { kvHeads, headDim } = design.model;
  const group = valueGroup(design.recipe, headDim);
  if (group === undefined) return undefined;
  const count = design.stage === 'prefill' ? times(BLOCKS, kvHeads * headDim) : (kvHeads / type.lanes) * headDim;
  return {
    name: 'pack',
    call:
      which === 'k'
        ? core('kv_pack', 'narrow_keys', [type.lanes])
        : core('kv_pack', 'pack_values', [type.lanes, group, storageOf(heldGroup(type, group))]),
    args: [port('in'), writesWire('stored'), int('count', () => count)],
    cycles: () => (which === 'k' ? count : plus(count, group)),
    fill: (_, d) => ({ depth: d.loop + (which === 'k' ? 1 : 4 * d.integerAdd), entries: 1 }),
  };
}

/** Cycles from the arrival of the last channel to when it leaves for the buffer of the writer. */
const packingTail = ({ recipe, model }: DesignContext, which: 'k' | 'v'): number =>
  which === 'k' ? 0 : (valueGroup(recipe, model.headDim) ?? 0);

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
  const stored = storedElement(design.recipe);
  const layout = cacheLayout(design, stored, cacheWidth(stored, headDim));
  const which = operations[0]?.role === 'v' ? 'v' : 'k';
  const pack = packer(design, type, which);
  const from = pack ? readsWire('stored') : port('in');
  const prefill = design.stage === 'prefill';
  const storage = storageOf(kept(design, type, layout));
  const template = [stored, type.lanes, headDim, layout.width, layout.ports];
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
    wires: [
      ...(pack ? [{ name: 'stored', type: vectorType(stored, type.lanes), depth: 2 }] : []),
      { name: 'words', type: layout.word, array: layout.ports, depth: 32 },
    ],
    processes: [
      ...(pack ? [pack] : []),
      prefill
        ? {
            name: 'core',
            call: core('kv_cache_write', 'kv_cache_write_prefill', [...template, storage]),
            args: [from, writesWire('words'), int('blocks', () => BLOCKS), int('heads', () => kvHeads)],
            cycles: () => times(BLOCKS, kvHeads * (headDim + design.tp * layout.rowWords)),
            fill: (_, d) => ({ depth: 2 * d.loop, entries: times(BLOCKS, kvHeads) }),
          }
        : {
            name: 'core',
            call: core('kv_cache_write', 'kv_cache_write_decode', [...template, kvHeads, storage]),
            args: [from, writesWire('words'), int('hpl', () => kvHeads / type.lanes)],
            cycles: () => (kvHeads / type.lanes) * headDim + layout.headsPerPort * layout.rowWords,
            fill: (_, d) => ({ depth: 2 * d.loop, entries: 1 }),
          },
      ...writers,
    ],
  };
}

/** Per lane: a comparator per scale and level of a magnitude, whose odd multiples of the scale are sums of two. */
function packingHardware(design: DesignContext, type: StreamType, which: 'k' | 'v'): Hardware {
  const { lanes, element } = type;
  const group = valueGroup(design.recipe, design.model.headDim);
  if (group === undefined) return [];
  const bits = bitsOf(element);
  if (which === 'k') return [adder('limits of 4 bits', 2 * lanes, bits), loops(1)];
  return [
    heldGroup(type, group),
    accumulators('largest magnitudes', lanes, bits + 1),
    adder('scales', 15 * lanes, bits + 1),
    adder('multiples of the scale', 8 * lanes, bits + 1),
    adder('levels', 8 * lanes, bits + 2),
    adder('nearest level with the bit of the scale', 2 * lanes, bits + 1),
    loops(1),
  ];
}

function hardware({ design, operations }: InstanceContext): Hardware {
  const type = operations[0]?.inputs['in'];
  if (!type) return [];
  const { headDim } = design.model;
  const stored = storedElement(design.recipe);
  const layout = cacheLayout(design, stored, cacheWidth(stored, headDim));
  const bits = bitsOf(stored);
  const memory = kept(design, type, layout);
  const packing = packingHardware(design, type, operations[0]?.role === 'v' ? 'v' : 'k');
  if (design.stage === 'prefill') {
    return [...packing, memory, mux('token of the cycle', layout.width, bits, type.lanes), loops(2)];
  }
  return [
    ...packing,
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
  help: 'Writes keys or values of the current layer to the KV cache in memory, as one row per token and head; where the recipe says so in 4 bits, values with a scale per group of channels. Attention reads them in a later pass. Prefill and decode share the cache.',
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
  timing: ({ design }, { role }) => {
    const packing = packingTail(design, role === 'v' ? 'v' : 'k');
    if (design.stage === 'prefill') return { preload: 0, first: 1, tail: design.tp + packing };
    const stored = storedElement(design.recipe);
    const layout = cacheLayout(design, stored, cacheWidth(stored, design.model.headDim));
    return { preload: 0, first: 1, tail: layout.headsPerPort * layout.rowWords + packing };
  },
};
