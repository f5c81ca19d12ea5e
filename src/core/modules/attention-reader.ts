import { core } from '../ir/call.ts';
import { type CppType, wordType } from '../ir/cpp-type.ts';
import { BLOCKS, type Expression, LAYER, LENGTH, times } from '../ir/expression.ts';
import type { MemorySpec } from '../ir/memory.ts';
import { valueGroup } from '../models/recipe.ts';
import { attentionElement, divisors, int, memory, readsWire, writesWire } from './common.ts';
import { found } from './diagnostics.ts';
import { type Hardware, loops, multiplier } from './hardware.ts';
import { queryMemories } from './heads.ts';
import { type CacheLayout, cacheMemories } from './kv-cache.ts';
import { BURST_WORDS, MERGE_HEADS, prefetchParam, reader, readWindow } from './movers.ts';
import { type Arg, type DesignContext, type ProcessSpec, Refusal, type WireSpec } from './types.ts';
import { oldestRow, windowRows } from './window.ts';

interface CacheReader {
  readonly memories: readonly MemorySpec[];
  readonly wires: readonly WireSpec[];
  readonly processes: readonly ProcessSpec[];
}

/** Values of a cache of 4 bits become those of 8 of attention, `count` words; undefined for keys, and where the cache keeps 8. */
function unpacking(
  { recipe, model }: DesignContext,
  layout: CacheLayout,
  which: 'k' | 'v',
  count: Expression,
): { readonly word: CppType; readonly process: (name: string, index?: number) => ProcessSpec } | undefined {
  const group = which === 'v' ? valueGroup(recipe, model.headDim) : undefined;
  if (group === undefined) return undefined;
  return {
    word: wordType(attentionElement(recipe), layout.width),
    process: (name, index) => ({
      name,
      call: core('kv_pack', 'unpack_values', [layout.width, group]),
      args: [readsWire('packed', index), writesWire('words', index), int('count', () => count)],
      cycles: () => count,
      fill: (_, d) => ({ depth: d.loop + d.integerMultiply, entries: 1 }),
    }),
  };
}

/** What unpacks values of a cache of 4 bits: `ports` words of `width` channels a cycle; nothing where it keeps 8 bits. */
export const unpackingHardware = (design: DesignContext, width: number, ports: number): Hardware =>
  design.recipe.cache ? [multiplier('values times their scales', ports * width, 4, 5, 'one', 'lut'), loops(ports)] : [];

/** Reads rows of the cache: all from the first on, or the sinks and those in the window of the last. */
function rowsReader(
  design: DesignContext,
  layout: CacheLayout,
  name: string,
  memoryName: string,
  to: Arg,
  loops: { readonly inner?: Expression; readonly outer?: Expression },
): ProcessSpec {
  const offset = times(LAYER, layout.layerWords);
  const rows = windowRows(design);
  if (!rows)
    return reader(name, memoryName, layout.word, to, () => ({
      offset,
      count: times(LENGTH, layout.rowWords),
      ...loops,
      blocks: layout.headsPerPort,
      stride: layout.headWords,
    }));
  const { inner = 1, outer = 1 } = loops;
  const bursts = times(inner, layout.headsPerPort, outer);
  return {
    name,
    call: readWindow(layout.word, layout.rowWords, rows.sinks, rows.ring),
    args: [
      memory(memoryName),
      to,
      int('offset', () => offset),
      int('oldest', () => oldestRow(design)),
      int('length', () => LENGTH),
      int('inner', () => inner),
      int('blocks_', () => layout.headsPerPort),
      int('stride', () => layout.headWords),
      int('outer', () => outer),
    ],
    cycles: () => times(bursts, LENGTH, layout.rowWords),
    // Sinks, the ring up to its end, and from its begin on are a burst each.
    fill: (_, depths) => ({ depth: depths.loop + depths.memoryRead, entries: times(3, bursts) }),
  };
}

/** Prefill: reads the rows of every KV head once per block of tokens; `words` carries them in the order of the heads. */
export function prefillCacheReader(design: DesignContext, layout: CacheLayout, which: 'k' | 'v'): CacheReader {
  const single = layout.ports === 1;
  const rows = times(LENGTH, layout.rowWords);
  const count = times(layout.headsPerPort, rows);
  const unpack = unpacking(design, layout, which, times(BLOCKS, layout.ports, count));
  const to = unpack ? 'packed' : 'words';
  const readers = Array.from({ length: layout.ports }, (_, index) =>
    rowsReader(
      design,
      layout,
      `read_${which}${index}`,
      `${which}${index}`,
      single ? writesWire(to) : writesWire('rows', index),
      { outer: BLOCKS },
    ),
  );
  return {
    memories: cacheMemories(design, layout, which, 'read'),
    wires: [
      { name: to, type: layout.word, depth: BURST_WORDS },
      ...(unpack ? [{ name: 'words', type: unpack.word, depth: 2 }] : []),
      ...(single ? [] : [{ name: 'rows', type: layout.word, array: layout.ports, depth: BURST_WORDS }]),
    ],
    processes: [
      ...readers,
      ...(single
        ? []
        : [
            {
              name: 'merge',
              call: MERGE_HEADS,
              args: [
                int('rounds', () => BLOCKS),
                int('count', () => count),
                writesWire(to),
                ...readers.map((_, index) => readsWire('rows', index)),
              ],
              cycles: () => times(BLOCKS, layout.ports, count),
            },
          ]),
      ...(unpack ? [unpack.process('unpack')] : []),
    ],
  };
}

/** Decode: how far the ports of the cache may run ahead. */
export const CACHE_PREFETCH = prefetchParam(
  'Words of keys or values that the FIFO behind a port of the KV cache holds. A port reads from the start of a pass; a deep FIFO lets it go on while what needs its words still waits.',
);

/**
 * Decode: every port reads the rows of its heads, as often as query heads of a lane ask for them: once where all heads of a
 * group have lanes of their own.
 */
export function decodeCacheReader(
  design: DesignContext,
  layout: CacheLayout,
  which: 'k' | 'v',
  lanes: number,
  prefetch: number,
): CacheReader {
  const repeats = design.model.heads / lanes / layout.headsPerPort;
  // Heads that are arranged by memories meet all KV heads of a memory in turn, others one after the other.
  const again = queryMemories(design) === undefined ? { inner: repeats } : { outer: repeats };
  const unpack = unpacking(design, layout, which, times(design.model.heads / lanes, LENGTH, layout.rowWords));
  const to = unpack ? 'packed' : 'words';
  const ports = Array.from({ length: layout.ports }, (_, index) => index);
  return {
    memories: cacheMemories(design, layout, which, 'read'),
    wires: [
      { name: to, type: layout.word, array: layout.ports, depth: prefetch },
      ...(unpack ? [{ name: 'words', type: unpack.word, array: layout.ports, depth: 2 }] : []),
    ],
    processes: [
      ...ports.map((index) =>
        rowsReader(design, layout, `read_${which}${index}`, `${which}${index}`, writesWire(to, index), again),
      ),
      ...(unpack ? ports.map((index) => unpack.process(`unpack_${index}`, index)) : []),
    ],
  };
}

/** Refuses decode lanes that the memories of the cache cannot feed. */
export function checkDecodeLanes(design: DesignContext, lanes: number, port: string): void {
  const { heads, kvHeads } = design.model;
  const group = heads / kvHeads;
  const fits = (memories: number): boolean => lanes % memories === 0 && group % (lanes / memories) === 0;
  if (!fits(design.cachePorts)) {
    throw new Refusal(
      found('cache-memories-differ', {
        lanes,
        memories: design.cachePorts,
        fitting: divisors(kvHeads).filter(fits),
        lanesFitting: divisors(group).map((perMemory) => perMemory * design.cachePorts),
      }),
      { port },
    );
  }
}
