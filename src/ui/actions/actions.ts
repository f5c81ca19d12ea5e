import { canvasOf, useCanvasSession } from '../canvas/session.ts';
import { startTour } from '../tour/tour.ts';
import { showHelp } from '../help/help.ts';
import { startPresenting, stopPresenting, usePresent } from '../present/present.ts';
import { tidyCanvas } from '../canvas/tidy-action.ts';
import { noteNodeId } from '../canvas/node-ids.ts';
import { openDialog } from '../dialogs/dialogs.ts';
import { exportProject } from '../export/export.ts';
import { composer } from '../state/app-store.ts';
import { foldGroup, makeGroup, selectedGroup, ungroup } from '../state/annotations.ts';
import { type Alignment, align, distribute, nudge } from '../state/arrange.ts';
import { duplicate } from '../state/copies.ts';
import { selectedCount } from '../state/edit.ts';
import { removeSelection } from '../state/edits.ts';
import { focusLater, usePreferences } from '../state/preferences.ts';
import type { BottomTab } from '../state/store.ts';
import { useTheme } from '../state/theme.ts';
import { copySelection, cutSelection, pasteClipboard } from './clipboard.ts';
import { openFile, saveFile, shareLink } from './files.ts';
import { printCanvases, savePicture } from './pictures.ts';
import { openChain, openQuickAdd } from './quick-add.ts';

export type ActionGroup = 'Design' | 'Edit' | 'Arrange' | 'View';

/** Something that the user can ask for. Menus, keys, the command palette and the sheet of shortcuts are made from this one list. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: ActionGroup;
  /** `Mod` is Ctrl, or Cmd on a Mac. */
  readonly keys: readonly string[];
  /** Other words that it is found by. */
  readonly aliases?: readonly string[];
  /** Works while a text is being edited, too. */
  readonly always?: boolean;
  /** Its keys are left to the browser, whose event calls it (copy, cut, paste). */
  readonly native?: boolean;
  /** Its keys act on a canvas only, not in lists and panels. */
  readonly onCanvas?: boolean;
  /** Not worth a place in the command palette. */
  readonly hidden?: boolean;
  readonly enabled?: () => boolean;
  readonly run: () => void;
}

/** Shows a view of the lower panel and moves the focus to its tab; what it shows is next. */
function showView(view: BottomTab): void {
  state().setBottomTab(view);
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.lower [role="tab"][data-state="active"]')?.focus());
}

/** Focus moves to an element by id. */
const focusOn = (id: string): void => document.getElementById(id)?.focus();
const state = composer.getState;
const selected = (least: number) => (): boolean => state().selection.instances.length >= least;
const any = (): boolean => selectedCount(state().selection) > 0;
/** Instances or notes. */
const things = (): boolean => state().selection.instances.length + (state().selection.notes?.length ?? 0) > 0;
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
  const { reach } = await import('../state/reach.ts');
  const { design, selection, select } = state();
  select(reach(design, selection, way));
}

async function deleteAndReconnect(): Promise<void> {
  const { removeAndReconnect } = await import('../state/reach.ts');
  state().edit((design) => removeAndReconnect(design, state().selection));
}

/** The panel is loaded first, so that what is typed next is the title. */
async function group(): Promise<void> {
  await import('../groups/GroupPanel.tsx');
  if (state().edit((design) => makeGroup(design, state().selection))) focusLater('group-title');
}

function removeGroup(): void {
  const { selection } = state();
  const found = theGroup();
  if (found) state().edit((design) => ungroup(design, selection.stage, found.id));
}

function fold(): void {
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
  // Out of sight nothing is mounted that could be written in.
  setTimeout(() => isOpen() || canvasOf(selection.stage)?.reveal([noteNodeId(note)]), 400);
  setTimeout(() => isOpen() || useCanvasSession.setState({ writing: undefined }), 4000);
}

async function note(): Promise<void> {
  // The card is loaded first, so that what is typed next is its text.
  const [{ addNote }] = await Promise.all([import('../state/annotations.ts'), import('../notes/NoteCard.tsx')]);
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

const alignment = (how: Alignment, label: string): Action => ({
  id: `align-${how}`,
  label,
  group: 'Arrange',
  keys: [],
  enabled: selected(2),
  run: () => state().edit((design) => align(design, state().selection, how)),
});

const WAYS = { Left: { x: -1, y: 0 }, Right: { x: 1, y: 0 }, Up: { x: 0, y: -1 }, Down: { x: 0, y: 1 } } as const;

function step(way: keyof typeof WAYS, size: number): Action {
  const { x, y } = WAYS[way];
  const far = size > 8;
  return {
    id: `nudge-${way}-${size}`,
    label: `Move selection ${way.toLowerCase()}${far ? ', far' : ''}`,
    group: 'Arrange',
    keys: [`${far ? 'Shift+' : ''}Arrow${way}`],
    onCanvas: true,
    hidden: true,
    enabled: things,
    run: () => state().edit((design) => nudge(design, state().selection, { x: x * size, y: y * size })),
  };
}

function stack(): void {
  const { stacked, change } = usePreferences.getState();
  change({ stacked: state().view === 'both' ? !stacked : stacked });
  state().setView('both');
}

const toggleMinimap = (): void => usePreferences.getState().change({ minimap: !usePreferences.getState().minimap });

export const ACTIONS: readonly Action[] = [
  { id: 'new', label: 'New design…', group: 'Design', keys: [], run: () => openDialog('new') },
  { id: 'samples', label: 'Open a sample…', group: 'Design', keys: [], run: () => openDialog('samples') },
  {
    id: 'open',
    label: 'Open…',
    group: 'Design',
    keys: ['Mod+O'],
    aliases: ['load', 'import', 'file'],
    always: true,
    run: openFile,
  },
  {
    id: 'save',
    label: 'Save design',
    group: 'Design',
    keys: ['Mod+S'],
    aliases: ['download'],
    always: true,
    run: () => void saveFile(),
  },
  {
    id: 'recover',
    label: 'Recover an earlier state…',
    group: 'Design',
    keys: [],
    aliases: ['revision', 'backup', 'lost'],
    run: () => openDialog('recover'),
  },
  {
    id: 'share',
    label: 'Copy a link to the design',
    group: 'Design',
    keys: [],
    aliases: ['share', 'url'],
    run: () => void shareLink(),
  },
  {
    id: 'picture',
    label: 'Save a picture of the canvas (SVG)',
    group: 'Design',
    keys: [],
    aliases: ['image', 'export', 'paper', 'slide'],
    run: () => void savePicture('svg'),
  },
  {
    id: 'picture-png',
    label: 'Save a picture of the canvas (PNG)',
    group: 'Design',
    keys: [],
    aliases: ['image', 'export', 'slide'],
    run: () => void savePicture('png'),
  },
  {
    id: 'print',
    label: 'Print the canvases…',
    group: 'Design',
    keys: ['Mod+P'],
    aliases: ['paper', 'pdf'],
    run: () => void printCanvases(),
  },
  {
    id: 'recipe',
    label: 'Edit the recipe…',
    group: 'Design',
    keys: [],
    aliases: ['quantization', 'bits', 'perplexity', 'formats'],
    run: () => openDialog('recipe'),
  },
  {
    id: 'compare',
    label: 'Compare with another design…',
    group: 'Design',
    keys: [],
    aliases: ['difference', 'against', 'two designs'],
    run: () => openDialog('compare'),
  },
  {
    id: 'export',
    label: 'Export project (zip)',
    group: 'Design',
    keys: ['Mod+E'],
    aliases: ['generate', 'vitis', 'hls'],
    always: true,
    run: () => void exportProject(),
  },

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
    run: removeGroup,
  },
  {
    id: 'fold',
    label: 'Collapse or expand the group',
    group: 'Edit',
    keys: ['F'],
    aliases: ['fold', 'unfold'],
    enabled: () => theGroup() !== undefined,
    run: fold,
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

  alignment('left', 'Align left edges'),
  alignment('centre', 'Align centres'),
  alignment('right', 'Align right edges'),
  alignment('top', 'Align top edges'),
  alignment('middle', 'Align middles'),
  alignment('bottom', 'Align bottom edges'),
  {
    id: 'distribute-across',
    label: 'Distribute across',
    group: 'Arrange',
    keys: [],
    enabled: selected(3),
    run: () => state().edit((design) => distribute(design, state().selection, 'across')),
  },
  {
    id: 'distribute-down',
    label: 'Distribute down',
    group: 'Arrange',
    keys: [],
    enabled: selected(3),
    run: () => state().edit((design) => distribute(design, state().selection, 'down')),
  },
  ...(['Left', 'Right', 'Up', 'Down'] as const).flatMap((way) => [step(way, 8), step(way, 40)]),
  {
    id: 'tidy',
    label: 'Tidy up the canvas',
    group: 'Arrange',
    keys: ['T'],
    aliases: ['layout', 'arrange'],
    run: () => void tidyCanvas(state().stage),
  },

  {
    id: 'commands',
    label: 'All commands…',
    group: 'View',
    keys: ['Mod+K'],
    always: true,
    hidden: true,
    run: () => openDialog('commands'),
  },
  {
    id: 'find',
    label: 'Find on the canvases…',
    group: 'View',
    keys: ['Mod+F'],
    always: true,
    aliases: ['search', 'go to'],
    run: () => openDialog('find'),
  },
  {
    id: 'fit',
    label: 'Show all of the canvas',
    group: 'View',
    keys: ['Shift+1'],
    aliases: ['zoom', 'fit'],
    run: () => canvasOf(state().stage)?.fit(),
  },
  {
    id: 'fit-selection',
    label: 'Show the selection',
    group: 'View',
    keys: ['Shift+2'],
    aliases: ['zoom', 'fit'],
    enabled: things,
    run: () =>
      canvasOf(state().selection.stage)?.reveal([
        ...state().selection.instances,
        ...(state().selection.notes ?? []).map(noteNodeId),
      ]),
  },
  {
    id: 'present',
    label: 'Present: full screen, panels hidden',
    group: 'View',
    keys: ['P'],
    aliases: ['slides', 'workshop', 'full screen'],
    run: startPresenting,
  },
  {
    id: 'strip',
    label: 'Show or hide the system strip',
    group: 'View',
    keys: [],
    aliases: ['overview', 'system'],
    run: () => usePreferences.getState().change({ strip: !usePreferences.getState().strip }),
  },
  {
    id: 'help',
    label: 'About the selected module',
    group: 'View',
    keys: ['F1'],
    always: true,
    aliases: ['help', 'formula', 'parameters', 'documentation'],
    enabled: selected(1),
    run: showHelp,
  },
  {
    id: 'tour',
    label: 'Take the five-minute tour',
    group: 'View',
    keys: [],
    aliases: ['help', 'introduction', 'first steps', 'lesson'],
    run: startTour,
  },
  { id: 'minimap', label: 'Show or hide the minimap', group: 'View', keys: ['M'], run: toggleMinimap },
  { id: 'prefill', label: 'Show prefill only', group: 'View', keys: [], run: () => state().setView('prefill') },
  { id: 'decode', label: 'Show decode only', group: 'View', keys: [], run: () => state().setView('decode') },
  { id: 'both', label: 'Show both canvases', group: 'View', keys: [], run: () => state().setView('both') },
  {
    id: 'stack',
    label: 'Canvases side by side or one above the other',
    group: 'View',
    keys: [],
    aliases: ['stack', 'below', 'split'],
    run: stack,
  },
  { id: 'schedule', label: 'Show the schedule', group: 'View', keys: [], run: () => showView('schedule') },
  { id: 'time', label: 'Show the time', group: 'View', keys: [], run: () => showView('time') },
  {
    id: 'build',
    label: 'Show the report of a build',
    group: 'View',
    keys: [],
    aliases: ['hardware', 'synthesis', 'measured'],
    run: () => showView('build'),
  },
  { id: 'problems', label: 'Show the problems', group: 'View', keys: [], run: () => showView('problems') },
  {
    id: 'published',
    label: 'Show published figures',
    group: 'View',
    keys: [],
    aliases: ['compare', 'paper', 'GPU'],
    run: () => showView('compare'),
  },
  { id: 'code', label: 'Show the generated code', group: 'View', keys: [], run: () => showView('code') },
  {
    id: 'theme',
    label: 'Switch between light and dark',
    group: 'View',
    keys: [],
    aliases: ['theme'],
    run: () => useTheme.getState().choose(useTheme.getState().shown === 'dark' ? 'light' : 'dark'),
  },
  { id: 'canvas', label: 'Go to the canvas', group: 'View', keys: ['C'], run: () => canvasOf(state().stage)?.focus() },
  { id: 'inspector', label: 'Go to the inspector', group: 'View', keys: ['I'], run: () => focusOn('inspector') },
  {
    id: 'outline',
    label: 'Go to the outline',
    group: 'View',
    keys: ['O'],
    aliases: ['tree'],
    run: () => usePreferences.getState().show('outline', 'outline'),
  },
  {
    id: 'history',
    label: 'Show the history',
    group: 'View',
    keys: ['H'],
    run: () => usePreferences.getState().show('history', 'history'),
  },
  {
    id: 'search',
    label: 'Search modules',
    group: 'View',
    keys: ['/'],
    run: () => usePreferences.getState().show('modules', 'palette-search'),
  },
  {
    id: 'shortcuts',
    label: 'Keyboard shortcuts',
    group: 'View',
    keys: ['?'],
    aliases: ['help', 'keys'],
    run: () => openDialog('shortcuts'),
  },
];

export function actionById(id: string): Action {
  const action = ACTIONS.find((candidate) => candidate.id === id);
  if (!action) throw new Error(`no action ${id}`);
  return action;
}
