import { canvasOf, useCanvasSession } from '../drawing/session.ts';
import { stopPresenting, usePresent } from '../present/present.ts';
import { noteNodeId } from '../drawing/node-ids.ts';
import { openDialog } from '../state/dialogs.ts';
import { selectedGroup } from '../../core/edit/groups.ts';
import { duplicate } from '../../core/edit/copies.ts';
import { selectedCount } from '../../core/edit/edit.ts';
import { removeSelection } from '../../core/edit/instances.ts';
import { loadAhead } from '../state/late-views.ts';
import { focusLater } from '../state/preferences.ts';
import { copySelection, cutSelection, pasteClipboard } from './clipboard.ts';
import { openChain, openQuickAdd } from './quick-add.ts';
import type { Action } from './action.ts';
import { state, selected, things } from './what-is-selected.ts';

const any = (): boolean => selectedCount(state().selection) > 0;
const theGroup = () => selectedGroup(state().design, state().selection);

function remove(): void {
  if (any()) state().edit((design) => removeSelection(design, state().selection));
}

function selectAll(): void {
  const { stage, design, select } = state();
  const { instances, notes = [] } = design.stages[stage];
  select({
    stage,
    instances: instances.map(({ id }) => id),
    streams: [],
    ...(notes.length > 0 ? { notes: notes.map(({ id }) => id) } : {}),
  });
}

/** Instances along the streams, by a module that is loaded when it is first asked for. */
async function selectAlong(way: 'upstream' | 'downstream'): Promise<void> {
  const { reach } = await import('../../core/edit/reach.ts');
  const { design, selection, select } = state();
  select(reach(design, selection, way));
}

async function deleteAndReconnect(): Promise<void> {
  const { removeAndReconnect } = await import('../../core/edit/reach.ts');
  state().edit((design) => removeAndReconnect(design, state().selection));
}

/** Edits of groups and notes are loaded when one is first asked for. */
const annotations = () => import('../../core/edit/annotations.ts');

async function removeGroup(): Promise<void> {
  const { ungroup } = await annotations();
  const { selection } = state();
  const found = theGroup();
  if (found) state().edit((design) => ungroup(design, selection.stage, found.id));
}

async function fold(): Promise<void> {
  const { foldGroup } = await annotations();
  const { selection } = state();
  const found = theGroup();
  if (found) state().edit((design) => foldGroup(design, selection.stage, found.id, !found.collapsed));
}

function writeNote(): void {
  const { selection } = state();
  const [note] = selection.notes ?? [];
  if (!note) return;
  useCanvasSession.setState({ writing: `${selection.stage}/${note}` });
  const isOpen = (): boolean => document.querySelector('.note__writing') !== null;
  setTimeout(() => {
    const canvas = canvasOf(selection.stage);
    // Out of sight nothing is mounted that could be written in; at an edge it may lie behind the tools.
    if (isOpen()) canvas?.keepInView(noteNodeId(note));
    else canvas?.reveal([noteNodeId(note)]);
  }, 400);
  setTimeout(() => isOpen() || useCanvasSession.setState({ writing: undefined }), 4000);
}

async function note(): Promise<void> {
  // The card is loaded first, so that what is typed next is its text.
  const [{ addNote }] = await Promise.all([annotations(), loadAhead('note-card')]);
  const { stage, edit } = state();
  const canvas = canvasOf(stage);
  const at = canvas?.pointer() ?? canvas?.middle() ?? { x: 0, y: 0 };
  if (edit((design) => addNote(design, stage, at))) writeNote();
}

/** Step by step back to a canvas on which nothing is selected: the message first, then the focus, then the selection. */
function clear(): void {
  if (usePresent.getState().presenting) {
    stopPresenting();
    return;
  }
  const { notice, dismiss, selection, select } = state();
  if (notice) dismiss();
  else if (document.activeElement?.closest('#inspector')) canvasOf(state().stage)?.focus();
  else select({ stage: selection.stage, instances: [], streams: [] });
}

/** The panel is loaded first, so that what is typed next is the title. */
async function group(): Promise<void> {
  const [{ makeGroup }] = await Promise.all([annotations(), loadAhead('group-panel')]);
  if (state().edit((design) => makeGroup(design, state().selection))) focusLater('group-title');
}

export const EDIT_ACTIONS: readonly Action[] = [
  {
    id: 'undo',
    label: 'Undo',
    group: 'Edit',
    keys: ['Mod+Z'],
    enabled: () => state().history.past.length > 0,
    run: () => state().undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    enabled: () => state().history.future.length > 0,
    run: () => state().redo(),
  },
  {
    id: 'cut',
    label: 'Cut',
    group: 'Edit',
    keys: ['Mod+X'],
    native: true,
    enabled: things,
    run: () => void cutSelection(),
  },
  {
    id: 'copy',
    label: 'Copy',
    group: 'Edit',
    keys: ['Mod+C'],
    native: true,
    enabled: things,
    run: () => void copySelection(),
  },
  { id: 'paste', label: 'Paste', group: 'Edit', keys: ['Mod+V'], native: true, run: () => void pasteClipboard() },
  {
    id: 'duplicate',
    label: 'Duplicate selection',
    group: 'Edit',
    keys: ['Mod+D'],
    enabled: things,
    run: () => state().edit((design) => duplicate(design, state().selection)),
  },
  { id: 'delete', label: 'Delete selection', group: 'Edit', keys: ['Delete', 'Backspace'], enabled: any, run: remove },
  {
    id: 'delete-reconnect',
    label: 'Delete and reconnect the neighbours',
    group: 'Edit',
    keys: ['Mod+Delete', 'Mod+Backspace'],
    aliases: ['remove', 'take out', 'bypass'],
    enabled: selected(1),
    run: () => void deleteAndReconnect(),
  },
  {
    id: 'group',
    label: 'Group selection',
    group: 'Edit',
    keys: ['Mod+G'],
    aliases: ['frame', 'collapse'],
    enabled: selected(1),
    run: () => void group(),
  },
  {
    id: 'ungroup',
    label: 'Ungroup',
    group: 'Edit',
    keys: ['Mod+Shift+G'],
    enabled: () => theGroup() !== undefined,
    run: () => void removeGroup(),
  },
  {
    id: 'fold',
    label: 'Collapse or expand the group',
    group: 'Edit',
    keys: ['F'],
    aliases: ['fold', 'unfold'],
    enabled: () => theGroup() !== undefined,
    run: () => void fold(),
  },
  {
    id: 'group-rename',
    label: 'Rename the group',
    group: 'Edit',
    keys: [],
    aliases: ['title'],
    enabled: () => theGroup() !== undefined,
    run: () => focusLater('group-title'),
  },
  {
    id: 'note',
    label: 'Add a note',
    group: 'Edit',
    keys: ['N'],
    aliases: ['comment', 'sticky', 'text'],
    run: () => void note(),
  },
  {
    id: 'note-write',
    label: 'Write the selected note',
    group: 'Edit',
    keys: ['F2'],
    enabled: () => (state().selection.notes?.length ?? 0) === 1,
    run: writeNote,
  },
  { id: 'select-all', label: 'Select all on the canvas', group: 'Edit', keys: ['Mod+A'], run: selectAll },
  {
    id: 'upstream',
    label: 'Select what feeds the selection',
    group: 'Edit',
    keys: ['U'],
    aliases: ['upstream', 'sources', 'before'],
    enabled: selected(1),
    run: () => void selectAlong('upstream'),
  },
  {
    id: 'downstream',
    label: 'Select what the selection feeds',
    group: 'Edit',
    keys: ['D'],
    aliases: ['downstream', 'targets', 'after'],
    enabled: selected(1),
    run: () => void selectAlong('downstream'),
  },
  {
    id: 'escape',
    label: 'Back to the canvas, clear the selection',
    group: 'Edit',
    keys: ['Escape'],
    hidden: true,
    run: clear,
  },
  {
    id: 'add',
    label: 'Add a module…',
    group: 'Edit',
    keys: ['Space'],
    onCanvas: true,
    aliases: ['quick-add', 'insert'],
    run: () => openQuickAdd(),
  },
  {
    id: 'connect',
    label: 'Connect an output to an input…',
    group: 'Edit',
    keys: ['W'],
    aliases: ['wire', 'stream'],
    run: () => openDialog('connect'),
  },
  {
    id: 'chain',
    label: 'Add what reads the selected instance…',
    group: 'Edit',
    keys: ['A'],
    aliases: ['next', 'chain', 'follow'],
    enabled: () => state().selection.instances.length === 1,
    run: openChain,
  },
];
