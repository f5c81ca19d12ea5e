import { groupsOf } from '../design/annotations.ts';
import { MAX_DESIGN_TEXT } from '../design/numbers.ts';
import type { Design, StageGraph, StageName } from '../design/types.ts';
import type { Selection } from './edit.ts';

/** Instances and the streams between them on their way from canvas to canvas, also those of another tab. */
export interface Fragment extends StageGraph {
  readonly stage: StageName;
}

/** Says in the text what it is. */
const FORMAT = 'flexllm-composer/fragment';

/** What is selected: instances with the streams between them, the groups that are selected as a whole, and notes. */
export function partOf(graph: StageGraph, selection: Selection): StageGraph {
  const chosen = new Set(selection.instances);
  const groups = groupsOf(graph).filter((group) => group.members.every((id) => chosen.has(id)));
  const notes = graph.notes?.filter((note) => selection.notes?.includes(note.id)) ?? [];
  return {
    instances: graph.instances.filter((instance) => chosen.has(instance.id)),
    streams: graph.streams.filter((stream) => chosen.has(stream.from.instance) && chosen.has(stream.to.instance)),
    ...(groups.length > 0 ? { groups } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** What is selected as text for the clipboard; undefined when no instance and no note is selected. */
export function copyText(design: Design, selection: Selection): string | undefined {
  const part = partOf(design.stages[selection.stage], selection);
  if (part.instances.length + (part.notes?.length ?? 0) === 0) return undefined;
  return `${JSON.stringify({ format: FORMAT, version: 1, stage: selection.stage, ...part }, null, 2)}\n`;
}

/** Whether a text claims to be something that was copied here. */
export const isFragment = (text: string): boolean => text.length < MAX_DESIGN_TEXT && text.includes(`"${FORMAT}"`);
