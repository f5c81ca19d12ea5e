import { groupsOf } from '../design/annotations.ts';
import type { Design, Group, StageGraph, StageName } from '../design/types.ts';
import type { Selection } from './edit.ts';

/** Which group is meant. Their edits: annotations.ts. */

export function findGroup(design: Design, stage: StageName, id: string): Group | undefined {
  return groupsOf(design.stages[stage]).find((group) => group.id === id);
}

/** The group that an instance belongs to. */
export function groupOf(graph: StageGraph, instance: string): Group | undefined {
  return groupsOf(graph).find((group) => group.members.includes(instance));
}

/** The group whose instances are exactly what is selected. */
export function selectedGroup(design: Design, selection: Selection): Group | undefined {
  const { stage, instances } = selection;
  if (instances.length === 0) return undefined;
  return groupsOf(design.stages[stage]).find(
    ({ members }) => members.length === instances.length && members.every((id) => instances.includes(id)),
  );
}

export const groupSelection = (stage: StageName, group: Group): Selection => ({
  stage,
  instances: group.members,
  streams: [],
});
