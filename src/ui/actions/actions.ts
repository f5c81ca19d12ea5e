import { canvasOf } from '../canvas/session.ts';
import { tidyCanvas } from '../canvas/tidy-action.ts';
import { openDialog } from '../dialogs/dialogs.ts';
import { exportProject } from '../export/export.ts';
import { composer } from '../state/app-store.ts';
import { type Alignment, align, distribute, nudge } from '../state/arrange.ts';
import { duplicate, removeSelection } from '../state/edits.ts';
import { usePreferences } from '../state/preferences.ts';
import type { BottomTab } from '../state/store.ts';
import { useTheme } from '../state/theme.ts';
import { copySelection, cutSelection, pasteClipboard } from './clipboard.ts';
import { openFile, saveFile, savePicture, shareLink } from './files.ts';
import { openQuickAdd } from './quick-add.ts';

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
const any = (): boolean => state().selection.instances.length + state().selection.streams.length > 0;

function remove(): void {
  if (any()) state().edit((design) => removeSelection(design, state().selection));
}

function selectAll(): void {
  const { stage, design, select } = state();
  select({ stage, instances: design.stages[stage].instances.map((instance) => instance.id), streams: [] });
}

/** Step by step back to a canvas on which nothing is selected: the message first, then the focus, then the selection. */
function clear(): void {
  const { notice, dismiss, selection, select } = state();
  if (notice) dismiss();
  else if (document.activeElement?.closest('#inspector')) canvasOf(state().stage)?.focus();
  else select({ stage: selection.stage, instances: [], streams: [] });
}

const alignment = (how: Alignment, label: string): Action => ({ id: `align-${how}`, label, group: 'Arrange', keys: [], enabled: selected(2), run: () => state().edit((design) => align(design, state().selection, how)) });

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
    enabled: selected(1),
    run: () => state().edit((design) => nudge(design, state().selection, { x: x * size, y: y * size })),
  };
}

const toggleMinimap = (): void => usePreferences.getState().change({ minimap: !usePreferences.getState().minimap });

export const ACTIONS: readonly Action[] = [
  { id: 'new', label: 'New design…', group: 'Design', keys: [], run: () => openDialog('new') },
  { id: 'samples', label: 'Open a sample…', group: 'Design', keys: [], run: () => openDialog('samples') },
  { id: 'open', label: 'Open…', group: 'Design', keys: ['Mod+O'], aliases: ['load', 'import', 'file'], always: true, run: openFile },
  { id: 'save', label: 'Save design', group: 'Design', keys: ['Mod+S'], aliases: ['download'], always: true, run: () => void saveFile() },
  { id: 'recover', label: 'Recover an earlier state…', group: 'Design', keys: [], aliases: ['revision', 'backup', 'lost'], run: () => openDialog('recover') },
  { id: 'share', label: 'Copy a link to the design', group: 'Design', keys: [], aliases: ['share', 'url'], run: () => void shareLink() },
  { id: 'picture', label: 'Save a picture of the canvas (SVG)', group: 'Design', keys: [], aliases: ['image', 'export', 'paper', 'slide'], run: () => void savePicture('svg') },
  { id: 'picture-png', label: 'Save a picture of the canvas (PNG)', group: 'Design', keys: [], aliases: ['image', 'screenshot', 'slide'], run: () => void savePicture('png') },
  { id: 'recipe', label: 'Edit the recipe…', group: 'Design', keys: [], aliases: ['quantization', 'bits', 'perplexity', 'formats'], run: () => openDialog('recipe') },
  { id: 'compare', label: 'Compare with another design…', group: 'Design', keys: [], aliases: ['difference'], run: () => openDialog('compare') },
  { id: 'export', label: 'Export project (zip)', group: 'Design', keys: ['Mod+E'], aliases: ['generate', 'vitis', 'hls'], always: true, run: () => void exportProject() },

  { id: 'undo', label: 'Undo', group: 'Edit', keys: ['Mod+Z'], enabled: () => state().history.past.length > 0, run: () => state().undo() },
  { id: 'redo', label: 'Redo', group: 'Edit', keys: ['Mod+Shift+Z', 'Mod+Y'], enabled: () => state().history.future.length > 0, run: () => state().redo() },
  { id: 'cut', label: 'Cut', group: 'Edit', keys: ['Mod+X'], native: true, enabled: selected(1), run: () => void cutSelection() },
  { id: 'copy', label: 'Copy', group: 'Edit', keys: ['Mod+C'], native: true, enabled: selected(1), run: () => void copySelection() },
  { id: 'paste', label: 'Paste', group: 'Edit', keys: ['Mod+V'], native: true, run: () => void pasteClipboard() },
  { id: 'duplicate', label: 'Duplicate selection', group: 'Edit', keys: ['Mod+D'], enabled: selected(1), run: () => state().edit((design) => duplicate(design, state().selection)) },
  { id: 'delete', label: 'Delete selection', group: 'Edit', keys: ['Delete', 'Backspace'], enabled: any, run: remove },
  { id: 'select-all', label: 'Select all on the canvas', group: 'Edit', keys: ['Mod+A'], run: selectAll },
  { id: 'escape', label: 'Back to the canvas, clear the selection', group: 'Edit', keys: ['Escape'], hidden: true, run: clear },
  { id: 'add', label: 'Add a module…', group: 'Edit', keys: ['Space'], onCanvas: true, aliases: ['quick-add', 'insert'], run: () => openQuickAdd() },
  { id: 'connect', label: 'Connect an output to an input…', group: 'Edit', keys: ['W'], aliases: ['wire', 'stream'], run: () => openDialog('connect') },

  alignment('left', 'Align left edges'),
  alignment('centre', 'Align centres'),
  alignment('right', 'Align right edges'),
  alignment('top', 'Align top edges'),
  alignment('middle', 'Align middles'),
  alignment('bottom', 'Align bottom edges'),
  { id: 'distribute-across', label: 'Distribute across', group: 'Arrange', keys: [], enabled: selected(3), run: () => state().edit((design) => distribute(design, state().selection, 'across')) },
  { id: 'distribute-down', label: 'Distribute down', group: 'Arrange', keys: [], enabled: selected(3), run: () => state().edit((design) => distribute(design, state().selection, 'down')) },
  ...(['Left', 'Right', 'Up', 'Down'] as const).flatMap((way) => [step(way, 8), step(way, 40)]),
  { id: 'tidy', label: 'Tidy up the canvas', group: 'Arrange', keys: ['Shift+2'], aliases: ['layout', 'arrange'], run: () => void tidyCanvas(state().stage) },

  { id: 'commands', label: 'All commands…', group: 'View', keys: ['Mod+K'], always: true, hidden: true, run: () => openDialog('commands') },
  { id: 'find', label: 'Find on the canvases…', group: 'View', keys: ['Mod+F'], always: true, aliases: ['search', 'go to'], run: () => openDialog('find') },
  { id: 'fit', label: 'Show all of the canvas', group: 'View', keys: ['Shift+1'], aliases: ['zoom', 'fit'], run: () => canvasOf(state().stage)?.fit() },
  { id: 'minimap', label: 'Show or hide the minimap', group: 'View', keys: ['M'], run: toggleMinimap },
  { id: 'prefill', label: 'Show prefill only', group: 'View', keys: [], run: () => state().setView('prefill') },
  { id: 'decode', label: 'Show decode only', group: 'View', keys: [], run: () => state().setView('decode') },
  { id: 'both', label: 'Show both canvases', group: 'View', keys: [], run: () => state().setView('both') },
  { id: 'schedule', label: 'Show the schedule', group: 'View', keys: [], run: () => showView('schedule') },
  { id: 'time', label: 'Show the time', group: 'View', keys: [], run: () => showView('time') },
  { id: 'problems', label: 'Show the problems', group: 'View', keys: [], run: () => showView('problems') },
  { id: 'code', label: 'Show the generated code', group: 'View', keys: [], run: () => showView('code') },
  { id: 'theme', label: 'Switch between light and dark', group: 'View', keys: [], aliases: ['theme'], run: () => useTheme.getState().choose(useTheme.getState().shown === 'dark' ? 'light' : 'dark') },
  { id: 'canvas', label: 'Go to the canvas', group: 'View', keys: ['C'], run: () => canvasOf(state().stage)?.focus() },
  { id: 'inspector', label: 'Go to the inspector', group: 'View', keys: ['I'], run: () => focusOn('inspector') },
  { id: 'outline', label: 'Go to the outline', group: 'View', keys: ['O'], aliases: ['tree'], run: () => usePreferences.getState().show('outline', 'outline') },
  { id: 'history', label: 'Show the history', group: 'View', keys: ['H'], run: () => usePreferences.getState().show('history', 'history') },
  { id: 'search', label: 'Search modules', group: 'View', keys: ['/'], run: () => usePreferences.getState().show('modules', 'palette-search') },
  { id: 'shortcuts', label: 'Keyboard shortcuts', group: 'View', keys: ['?'], aliases: ['help', 'keys'], run: () => openDialog('shortcuts') },
];

export function actionById(id: string): Action {
  const action = ACTIONS.find((candidate) => candidate.id === id);
  if (!action) throw new Error(`no action ${id}`);
  return action;
}
