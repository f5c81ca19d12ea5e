import { openDialog } from '../state/dialogs.ts';
import { startTour, TOUR_CARD, touring } from '../tour/tour.ts';
import type { Action } from './action.ts';
import { selected } from './what-is-selected.ts';

/** The pages of docs/ come with the application, so that they can be read without a network. */
function openDocs(): void {
  window.open(new URL('docs/index.html', document.baseURI), '_blank', 'noopener');
}

export const HELP_ACTIONS: readonly Action[] = [
  {
    id: 'tour',
    label: 'Take the tour',
    group: 'Help',
    keys: [],
    aliases: ['help', 'introduction', 'first steps', 'lesson', 'tutorial'],
    run: startTour,
  },
  {
    id: 'tour-card',
    label: 'Go to the card of the tour',
    group: 'Help',
    keys: ['F6'],
    always: true,
    enabled: touring,
    run: () => document.getElementById(TOUR_CARD)?.focus(),
  },
  {
    id: 'docs',
    label: 'Documentation',
    group: 'Help',
    keys: [],
    aliases: ['help', 'guide', 'manual', 'concepts', 'reference'],
    run: openDocs,
  },
  {
    id: 'glossary',
    label: 'Glossary…',
    group: 'Help',
    keys: ['Shift+F1'],
    aliases: ['help', 'words', 'abbreviations', 'what is'],
    run: () => openDialog('glossary'),
  },
  {
    id: 'shortcuts',
    label: 'Keyboard shortcuts',
    group: 'Help',
    keys: ['?'],
    aliases: ['help', 'keys'],
    run: () => openDialog('shortcuts'),
  },
  {
    id: 'help',
    label: 'About the selected module',
    group: 'Help',
    keys: ['F1'],
    always: true,
    aliases: ['help', 'formula', 'parameters', 'documentation'],
    enabled: selected(1),
    run: () => openDialog('help'),
  },
  {
    id: 'start',
    label: 'Start page…',
    group: 'Help',
    keys: [],
    aliases: ['welcome', 'first visit'],
    run: () => openDialog('start'),
  },
];
