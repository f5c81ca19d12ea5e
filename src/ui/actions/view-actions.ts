import { canvasOf } from '../drawing/session.ts';
import { startPresenting } from '../present/present.ts';
import { noteNodeId } from '../drawing/node-ids.ts';
import { openDialog } from '../state/dialogs.ts';
import { showPane, usePane } from '../state/panes.ts';
import { focusLater, usePreferences } from '../state/preferences.ts';
import type { BottomTab } from '../state/store.ts';
import { useTheme } from '../state/theme.ts';
import type { Action } from './action.ts';
import { state, things } from './what-is-selected.ts';

/** Shows a view of the lower panel and moves the focus to its tab; what it shows is next. */
function showView(view: BottomTab): void {
  state().setBottomTab(view);
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.lower [role="tab"][data-state="active"]')?.focus());
}

function goToInspector(): void {
  showPane('inspector');
  const there = document.getElementById('inspector');
  if (there) there.focus();
  else focusLater('inspector');
}

function goToCanvas(): void {
  const { pane } = usePane.getState();
  showPane('canvas');
  if (pane === 'canvas') canvasOf(state().stage)?.focus();
  else requestAnimationFrame(() => canvasOf(state().stage)?.focus());
}

function stack(): void {
  const { stacked, change } = usePreferences.getState();
  change({ stacked: state().view === 'both' ? !stacked : stacked });
  state().setView('both');
}

const toggleMinimap = (): void => usePreferences.getState().change({ minimap: !usePreferences.getState().minimap });

export const VIEW_ACTIONS: readonly Action[] = [
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
  { id: 'resources', label: 'Show the resources', group: 'View', keys: [], run: () => showView('resources') },
  { id: 'roofline', label: 'Show the roofline', group: 'View', keys: [], run: () => showView('roofline') },
  { id: 'memory', label: 'Show the memory banks', group: 'View', keys: [], run: () => showView('memory') },
  { id: 'code', label: 'Show the generated code', group: 'View', keys: [], run: () => showView('code') },
  {
    id: 'theme',
    label: 'Switch between light and dark',
    group: 'View',
    keys: [],
    aliases: ['theme'],
    run: () => useTheme.getState().choose(useTheme.getState().shown === 'dark' ? 'light' : 'dark'),
  },
  { id: 'canvas', label: 'Go to the canvas', group: 'View', keys: ['C'], run: goToCanvas },
  { id: 'inspector', label: 'Go to the inspector', group: 'View', keys: ['I'], run: goToInspector },
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
];
