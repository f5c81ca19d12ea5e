import type { Structure } from '../modules/types.ts';
import { structureOf } from './reuse.ts';
import type { ResolvedInstance, StageAnalysis } from './types.ts';

/** Structures of a stage's instances, derived once per analysis. */
const cache = new WeakMap<StageAnalysis, Map<ResolvedInstance, Structure>>();

/** Processes, wires and memories of every instance, without the routers that reuse adds (see lower/program.ts). */
export function structuresOf(stage: StageAnalysis): ReadonlyMap<ResolvedInstance, Structure> {
  let structures = cache.get(stage);
  if (!structures) {
    structures = new Map(stage.instances.map((resolved) => [resolved, structureOf(stage.context, resolved)]));
    cache.set(stage, structures);
  }
  return structures;
}

/** Keeps structures that have been derived already. */
export function keepStructures(stage: StageAnalysis, structures: Map<ResolvedInstance, Structure>): void {
  cache.set(stage, structures);
}
