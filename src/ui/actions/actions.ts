import { canvasOf } from '../canvas/session.ts';
import { tidyCanvas } from '../canvas/tidy-action.ts';
import { openDialog } from '../dialogs/dialogs.ts';
import { exportProject } from '../export/export.ts';
import { composer } from '../state/app-store.ts';
import { duplicate, removeSelection } from '../state/edits.ts';
import { openFile, saveFile } from './files.ts';

/** Something that the user can ask for: by menu, by keyboard, later by command palette. One list, so that none is forgotten. */
export interface Action {
  readonly id: string;
  readonly label: string;
  /** `Mod` is Ctrl, or Cmd on a Mac. */
  readonly keys: readonly string[];
  /** Works while a text is being edited, too. */
  readonly always?: boolean;
  readonly run: () => void;
}

/** Focus moves to an element by id. */
const focusOn = (id: string): void => document.getElementById(id)?.focus();

function remove(): void {
  const { selection, edit } = composer.getState();
  if (selection.instances.length + selection.streams.length > 0) edit((design) => removeSelection(design, selection));
}

function selectAll(): void {
  const { stage, design, select } = composer.getState();
  select({ stage, instances: design.stages[stage].instances.map((instance) => instance.id), streams: [] });
}

function clear(): void {
  const { notice, dismiss, selection, select } = composer.getState();
  if (notice) dismiss();
  else select({ stage: selection.stage, instances: [], streams: [] });
}

export const ACTIONS: readonly Action[] = [
  { id: 'undo', label: 'Undo', keys: ['Mod+Z'], run: () => composer.getState().undo() },
  { id: 'redo', label: 'Redo', keys: ['Mod+Shift+Z', 'Mod+Y'], run: () => composer.getState().redo() },
  { id: 'open', label: 'Open…', keys: ['Mod+O'], always: true, run: openFile },
  { id: 'save', label: 'Save design', keys: ['Mod+S'], always: true, run: saveFile },
  { id: 'export', label: 'Export project (zip)', keys: ['Mod+E'], always: true, run: () => void exportProject() },
  { id: 'new', label: 'New design…', keys: [], run: () => openDialog('new') },
  { id: 'delete', label: 'Delete selection', keys: ['Delete', 'Backspace'], run: remove },
  { id: 'duplicate', label: 'Duplicate selection', keys: ['Mod+D'], run: () => composer.getState().edit((design) => duplicate(design, composer.getState().selection)) },
  { id: 'select-all', label: 'Select all on the canvas', keys: ['Mod+A'], run: selectAll },
  { id: 'escape', label: 'Clear selection', keys: ['Escape'], run: clear },
  { id: 'fit', label: 'Show all of the canvas', keys: ['Shift+1'], run: () => canvasOf(composer.getState().stage)?.fit() },
  { id: 'tidy', label: 'Tidy up the canvas', keys: ['Shift+2'], run: () => tidyCanvas(composer.getState().stage) },
  { id: 'canvas', label: 'Go to the canvas', keys: ['C'], run: () => canvasOf(composer.getState().stage)?.focus() },
  { id: 'inspector', label: 'Go to the inspector', keys: ['I'], run: () => focusOn('inspector') },
  { id: 'search', label: 'Search modules', keys: ['/'], run: () => focusOn('palette-search') },
  { id: 'shortcuts', label: 'Keyboard shortcuts', keys: ['?'], run: () => openDialog('shortcuts') },
];

const MAC = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);

/** 'Mod+Z' as this system writes it. */
export const keyName = (keys: string): string =>
  keys
    .replace('Mod', MAC ? '⌘' : 'Ctrl')
    .replace('Delete', 'Del')
    .replaceAll('+', ' ');

function pressed(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const shift = event.shiftKey && (event.ctrlKey || event.metaKey || digit !== undefined || key.length > 1);
  return `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${shift ? 'Shift+' : ''}${shift && digit ? digit : key}`;
}

/** Whether a key belongs to the control that has the focus: everything in a text, letters and arrows in a list. */
function belongsTo(target: Element | null, event: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement) return !event.ctrlKey && !event.metaKey && event.key !== 'Delete' && event.key !== 'Escape';
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName));
}

/** Runs the action of a key, unless it belongs to a text, a menu or a dialog. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const keys = pressed(event);
  const action = ACTIONS.find((candidate) => candidate.keys.includes(keys));
  if (!action) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('[role="dialog"], [role="menu"], .monaco-editor')) return;
  const text = belongsTo(target, event);
  if (text && !action.always) return;
  event.preventDefault();
  // What is being typed belongs to what is saved.
  if (text && target instanceof HTMLElement) target.blur();
  action.run();
}

export function actionById(id: string): Action {
  const action = ACTIONS.find((candidate) => candidate.id === id);
  if (!action) throw new Error(`no action ${id}`);
  return action;
}
