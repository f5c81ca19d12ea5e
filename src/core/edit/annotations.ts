import type { Draft } from 'immer';
import { groupsOf, NOTE } from '../design/annotations.ts';
import { type Design, type Group, GROUP_COLOURS, type Instance, type Note, type StageName } from '../design/types.ts';
import type { Edit, Refused, Selection } from './edit.ts';
import { findGroup, selectedGroup, groupSelection } from './groups.ts';
import { uniqueName } from './naming.ts';

/** Edits of groups and notes: how a canvas is read, never what is built. */

/** Makes a group of the selected instances; they leave the groups that they were in. */
export function makeGroup(design: Design, selection: Selection, title?: string): Edit | Refused {
  const { stage } = selection;
  const graph = design.stages[stage];
  const members = graph.instances.filter(({ id }) => selection.instances.includes(id)).map(({ id }) => id);
  if (members.length === 0) return { refused: 'Select the instances that belong together, then group them.' };
  const before = groupsOf(graph);
  const own = selectedGroup(design, selection);
  if (own)
    return {
      refused: `These instances are the group '${own.title}' already; rename it in the inspector, or ungroup it.`,
    };
  if (before.length >= 100) return { refused: 'A canvas holds at most 100 groups.' };
  const id = uniqueName('group', new Set(graph.groups?.map((group) => group.id)));
  const colour = GROUP_COLOURS.find((candidate) => !before.some((group) => group.colour === candidate)) ?? 'blue';
  const made: Group = { id, title: title ?? `Group ${before.length + 1}`, colour, members };
  return {
    label: `Group ${members.length === 1 ? members[0] : `${members.length} instances`}`,
    select: groupSelection(stage, made),
    recipe: (draft) => {
      const target = draft.stages[stage];
      const others = before.map((group) => ({
        ...group,
        members: group.members.filter((member) => !members.includes(member)),
      }));
      target.groups = [
        ...others.filter((group) => group.members.length > 0),
        { ...made, members: [...members] },
      ] as Draft<Group>[];
    },
  };
}

/** The instances stay, the group goes. */
export function ungroup(design: Design, stage: StageName, id: string): Edit | Refused {
  const group = findGroup(design, stage, id);
  if (!group) return { refused: 'There is no such group any more.' };
  return {
    label: `Ungroup ${group.title}`,
    select: groupSelection(stage, group),
    recipe: (draft) => {
      const target = draft.stages[stage];
      target.groups = target.groups?.filter((other) => other.id !== id);
    },
  };
}

const editGroup = (stage: StageName, id: string, label: string, change: (group: Draft<Group>) => void): Edit => ({
  label,
  recipe: (draft) => {
    const found = draft.stages[stage].groups?.find((group) => group.id === id);
    if (found) change(found);
  },
});

/** Text of one line without control characters, as titles need it; empty when nothing is left. */
const line = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 100);

export function renameGroup(stage: StageName, id: string, title: string): Edit | Refused {
  const clean = line(title);
  if (clean === '') return { refused: 'A group needs a title.' };
  return editGroup(stage, id, `Name the group ${clean}`, (group) => {
    group.title = clean;
  });
}

export function colourGroup(stage: StageName, id: string, colour: Group['colour']): Edit {
  return editGroup(stage, id, `Colour the group ${colour}`, (group) => {
    group.colour = colour;
  });
}

/** One card in place of the instances, or the instances again. */
export function foldGroup(design: Design, stage: StageName, id: string, collapsed: boolean): Edit | Refused {
  const found = findGroup(design, stage, id);
  if (!found) return { refused: 'There is no such group any more.' };
  return {
    ...editGroup(stage, id, `${collapsed ? 'Collapse' : 'Expand'} ${found.title}`, (group) => {
      if (collapsed) group.collapsed = true;
      else delete group.collapsed;
    }),
    select: groupSelection(stage, found),
  };
}

/** An instance leaves its group. */
export function leaveGroup(stage: StageName, id: string, instance: string): Edit {
  return editGroup(stage, id, `Take ${instance} out of the group`, (group) => {
    group.members = group.members.filter((member) => member !== instance);
  });
}

const onGrid = (value: number): number => Math.round(value / 8) * 8;

/** An empty note at a place. */
export function addNote(design: Design, stage: StageName, at: Instance['position'], text = ''): Edit | Refused {
  const notes = design.stages[stage].notes ?? [];
  if (notes.length >= 200) return { refused: 'A canvas holds at most 200 notes.' };
  const id = uniqueName('note', new Set(notes.map((note) => note.id)));
  return {
    label: 'Add a note',
    select: { stage, instances: [], streams: [], notes: [id] },
    recipe: (draft) => {
      const target = draft.stages[stage];
      target.notes = [
        ...(target.notes ?? []),
        { id, text, position: { x: onGrid(at.x), y: onGrid(at.y) }, size: { ...NOTE.first } },
      ];
    },
  };
}

/** The text of a note as it is kept: line ends of one kind, no control characters, not too long. */
const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .slice(0, NOTE.mostCharacters);

export function writeNote(stage: StageName, id: string, text: string): Edit {
  return {
    label: 'Write a note',
    recipe: (draft) => {
      const note = draft.stages[stage].notes?.find((other) => other.id === id);
      if (note) note.text = clean(text);
    },
  };
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, onGrid(value)));

/** Size of a note, within bounds; its place as well when it is pulled at another corner. */
export function resizeNote(stage: StageName, id: string, size: Note['size'], at?: Note['position']): Edit {
  return {
    label: 'Resize a note',
    merge: `note/${stage}/${id}`,
    recipe: (draft) => {
      const note = draft.stages[stage].notes?.find((other) => other.id === id);
      if (!note) return;
      note.size = {
        width: within(size.width, NOTE.least.width, NOTE.most.width),
        height: within(size.height, NOTE.least.height, NOTE.most.height),
      };
      if (at) note.position = { x: Math.round(at.x), y: Math.round(at.y) };
    },
  };
}
