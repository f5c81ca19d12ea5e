import type { Design, StageGraph } from '../design/types.ts';

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The objects of `present` where they equal those of `next`, by id. */
function graftList<Item extends { readonly id: string }>(
  present: readonly Item[],
  next: readonly Item[],
): readonly Item[] {
  const known = new Map(present.map((item) => [item.id, item]));
  const list = next.map((item) => {
    const before = known.get(item.id);
    return before && same(before, item) ? before : item;
  });
  return list.length === present.length && list.every((item, index) => item === present[index]) ? present : list;
}

function graftStage(present: StageGraph, next: StageGraph): StageGraph {
  const instances = graftList(present.instances, next.instances);
  const streams = graftList(present.streams, next.streams);
  const rest = same(present.groups, next.groups) && same(present.notes, next.notes);
  if (instances === present.instances && streams === present.streams && rest) return present;
  return rest ? { ...present, instances, streams } : { ...next, instances, streams };
}

/**
 * A design that was copied on its way (from a worker, say) with the objects of the one it came from wherever nothing has
 * changed: what was derived of them holds on.
 */
export function graft(present: Design, next: Design): Design {
  const { model, recipe } = present;
  return {
    ...next,
    model: same(model, next.model) ? model : next.model,
    recipe: same(recipe, next.recipe) ? recipe : next.recipe,
    stages: {
      prefill: graftStage(present.stages.prefill, next.stages.prefill),
      decode: graftStage(present.stages.decode, next.stages.decode),
    },
  };
}
