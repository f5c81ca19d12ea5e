import { cacheBeside } from './cache.ts';
import type { Group, StageGraph } from './types.ts';

/** Sizes of notes on the canvas, and the longest text. */
export const NOTE = {
  least: { width: 96, height: 48 },
  most: { width: 1200, height: 1200 },
  first: { width: 240, height: 120 },
  mostCharacters: 4000,
} as const;

const cachedGroups = cacheBeside<StageGraph, readonly Group[]>();

/** The groups of a stage as far as their members exist; an instance belongs to the first group that names it, and a group without members is none. */
export function groupsOf(graph: StageGraph): readonly Group[] {
  const place = cachedGroups(graph);
  place.value ??= graph.groups ? realGroups(graph, graph.groups) : [];
  return place.value;
}

/** Groups that need no change keep their identity. */
function realGroups(graph: Pick<StageGraph, 'instances'>, groups: readonly Group[]): readonly Group[] {
  const free = new Set(graph.instances.map(({ id }) => id));
  return groups.flatMap((group) => {
    const members = group.members.filter((id) => free.delete(id));
    if (members.length === 0) return [];
    return [members.length === group.members.length ? group : { ...group, members }];
  });
}

/** What an edit has left of the groups and notes of a stage: `undefined` where nothing is left. */
export function pruned(graph: StageGraph): Pick<StageGraph, 'groups' | 'notes'> {
  const groups = graph.groups && realGroups(graph, graph.groups);
  return { groups: groups?.length ? groups : undefined, notes: graph.notes?.length ? graph.notes : undefined };
}
