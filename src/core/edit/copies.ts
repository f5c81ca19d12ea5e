import type { Draft } from 'immer';
import type { Design, Endpoint, Group, Instance, Note, StageGraph, StageName, Stream } from '../design/types.ts';
import type { Edit, Refused, Selection } from './edit.ts';
import { partOf } from './fragment.ts';
import { uniqueName } from './naming.ts';

/** Copies of a part of a canvas: with names of their own, the streams between them, groups and notes. */

/** A stream id that is legible and not taken; it is taken afterwards. */
export function streamId(from: Endpoint, to: Endpoint, taken: Set<string>): string {
  const base = `${from.instance}.${from.operation}.${from.port}>${to.instance}.${to.operation}.${to.port}`.slice(0, 74);
  let id = base;
  for (let index = 2; taken.has(id); index += 1) id = `${base}-${index}`;
  taken.add(id);
  return id;
}

/** Ids that are not taken in `present`, by the ids of the parts. */
function freshNames(
  parts: readonly { readonly id: string }[],
  present: readonly { readonly id: string }[],
): Map<string, string> {
  const taken = new Set(present.map(({ id }) => id));
  return new Map(
    parts.map(({ id }) => {
      const name = uniqueName(id, taken);
      taken.add(name);
      return [id, name];
    }),
  );
}

/** Adds copies of a part to a stage, moved by an offset; they are selected afterwards. */
export function addCopies(
  graph: StageGraph,
  stage: StageName,
  part: StageGraph,
  offset: Instance['position'],
  verb: string,
): Edit {
  const moved = ({ x, y }: Instance['position']): Instance['position'] => ({
    x: Math.round(x + offset.x),
    y: Math.round(y + offset.y),
  });
  const names = freshNames(part.instances, graph.instances);
  const groupNames = freshNames(part.groups ?? [], graph.groups ?? []);
  const noteNames = freshNames(part.notes ?? [], graph.notes ?? []);
  const instances = part.instances.map(
    (instance): Instance => ({
      ...instance,
      id: names.get(instance.id) ?? instance.id,
      position: moved(instance.position),
    }),
  );
  const ids = new Set(graph.streams.map((stream) => stream.id));
  const streams = part.streams.flatMap((stream): Stream[] => {
    const [from, to] = [names.get(stream.from.instance), names.get(stream.to.instance)];
    if (!from || !to) return [];
    const ends = { from: { ...stream.from, instance: from }, to: { ...stream.to, instance: to } };
    return [{ ...stream, ...ends, id: streamId(ends.from, ends.to, ids) }];
  });
  const groups =
    part.groups?.map(
      (group): Group => ({
        ...group,
        id: groupNames.get(group.id) ?? group.id,
        members: group.members.flatMap((id) => names.get(id) ?? []),
      }),
    ) ?? [];
  const notes =
    part.notes?.map(
      (note): Note => ({ ...note, id: noteNames.get(note.id) ?? note.id, position: moved(note.position) }),
    ) ?? [];
  const count = instances.length + notes.length;
  return {
    label:
      count > 1
        ? `${verb} ${count} ${notes.length > 0 ? 'items' : 'instances'}`
        : `${verb} ${part.instances[0]?.id ?? 'note'}`,
    select: {
      stage,
      instances: [...names.values()],
      streams: [],
      ...(notes.length > 0 ? { notes: [...noteNames.values()] } : {}),
    },
    recipe: (draft) => {
      const target = draft.stages[stage];
      const made = { instances, streams, groups, notes } as unknown as Required<Draft<StageGraph>>;
      target.instances.push(...made.instances);
      target.streams.push(...made.streams);
      if (made.groups?.length) target.groups = [...(target.groups ?? []), ...made.groups];
      if (made.notes?.length) target.notes = [...(target.notes ?? []), ...made.notes];
      return undefined;
    },
  };
}

/** Copies what is selected, a little lower, or by another offset. */
export function duplicate(
  design: Design,
  selection: Selection,
  offset: Instance['position'] = { x: 40, y: 40 },
): Edit | Refused {
  const graph = design.stages[selection.stage];
  const part = partOf(graph, selection);
  if (part.instances.length + (part.notes?.length ?? 0) === 0)
    return { refused: 'No instance and no note is selected; select what to duplicate first.' };
  return addCopies(graph, selection.stage, part, offset, 'Duplicate');
}
