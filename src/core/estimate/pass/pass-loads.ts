/** What the operations of a pass take in a run, kept where an edit or another run leaves it as it is. */

import { BoundedCache, cached } from '../../design/cache.ts';
import { evaluate, type Run } from '../../ir/expression.ts';
import type { Depths, Timing } from '../../ir/timing.ts';
import type { PassParts, Prepared } from './pass-parts.ts';
import { keyOf } from './runs.ts';

/** What an operation takes in a run: its shape and, by part, counted cycles and fill. */
export interface Load {
  readonly timing: Readonly<Record<keyof Timing, number>>;
  readonly counts: readonly number[];
  /** Cycles per entry of the loops, and entries. */
  readonly fills: readonly { readonly depth: number; readonly entries: number }[];
}

const NO_FILL = { depth: 0, entries: 0 };

function loadOf({ timing: { preload, first, tail }, parts }: Prepared, run: Run, depths: Depths): Load {
  const counts = parts.map((part) => evaluate(part.cycles, run));
  return {
    timing: { preload: evaluate(preload, run), first: evaluate(first, run), tail: evaluate(tail, run) },
    counts,
    fills: parts.map((part, index) => {
      if (counts[index] === 0) return NO_FILL;
      const { depth, entries } = part.fill(depths);
      return { depth, entries: evaluate(entries, run) };
    }),
  };
}

/** Loads by depths and run: an edit changes few operations, and curves ask at the same runs. */
const loadsBy = cached((_: Prepared) => new BoundedCache<Depths, BoundedCache<string, Load>>(4));

function cachedLoad(prepared: Prepared, key: string, run: Run, depths: Depths): Load {
  const loads = loadsBy(prepared);
  let own = loads.get(depths);
  if (!own) {
    own = new BoundedCache(64);
    loads.set(depths, own);
  }
  let load = own.get(key);
  if (!load) {
    load = loadOf(prepared, run, depths);
    own.set(key, load);
  }
  return load;
}

/** Loads that do not change from token to token of decode; undefined for the others. */
export type SteadyLoads = readonly (Load | undefined)[];

/** Run of what takes the same time for every token. */
const ANY_TOKEN = '';

/** The steady loads of the operations of a pass; of prefill, none are. */
export function steadyLoads({ operations }: PassParts, run: Run, depths: Depths): SteadyLoads {
  return operations.map((prepared) => (prepared.moving ? undefined : cachedLoad(prepared, ANY_TOKEN, run, depths)));
}

/** The loads of all operations of a pass, in its order; kept for a run that will be asked about again. */
export function loadsOf(
  steady: SteadyLoads,
  { operations }: PassParts,
  run: Run,
  depths: Depths,
  again: boolean,
): Load[] {
  const key = keyOf(run);
  return steady.map(
    (load, place) =>
      load ??
      (again
        ? cachedLoad(operations[place] as Prepared, key, run, depths)
        : loadOf(operations[place] as Prepared, run, depths)),
  );
}

/** Counted cycles of all parts of a pass. */
export function countsOf(loads: readonly Load[], parts: number): Float64Array {
  const all = new Float64Array(parts);
  let at = 0;
  for (const { counts } of loads) for (const count of counts) all[at++] = count;
  return all;
}
