import { useCanvasSession } from '../drawing/session.ts';
import { TOUR_CARD } from '../tour/tour.ts';
import { ACTIONS } from './actions.ts';

/** From keys to actions. */

const MAC = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);

/** 'Mod+Z' as this system writes it. */
export const keyName = (keys: string): string =>
  keys
    .replace('Mod', MAC ? '⌘' : 'Ctrl')
    .replace('Delete', 'Del')
    .replace(
      /Arrow(Left|Right|Up|Down)/,
      (_, way: string) => ({ Left: '←', Right: '→', Up: '↑', Down: '↓' })[way] ?? way,
    )
    .replaceAll('+', ' ');

function pressed(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const shift = event.shiftKey && (event.ctrlKey || event.metaKey || digit !== undefined || key.length > 1);
  return `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${shift && digit ? digit : key}`;
}

/** Whether a key belongs to the control that has the focus: everything in a text, letters and arrows in a list. */
function belongsTo(target: Element | null, event: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement)
    return !event.ctrlKey && !event.metaKey && event.key !== 'Delete' && event.key !== 'Escape';
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName));
}

/** Keys that move or add on a canvas act only while nothing else has the focus. */
const onCanvas = (target: Element | null): boolean =>
  !target || target === document.body || (target.closest('.canvas') !== null && target.closest('button') === null);

/** Runs the action of a key, unless it belongs to a text, a menu or a dialog. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  // What is typed while a note opens for writing is no command.
  if (useCanvasSession.getState().writing && !event.ctrlKey && !event.metaKey) return;
  const keys = pressed(event);
  const action = ACTIONS.find((candidate) => candidate.keys.includes(keys));
  if (!action || action.native) return;
  const target = event.target instanceof Element ? event.target : null;
  // The card of the tour stands beside the work: keys act as if it were not there.
  if (target?.closest(`[role="dialog"]:not(#${TOUR_CARD}), [role="menu"], .monaco-editor`)) return;
  if (action.onCanvas && !onCanvas(target)) return;
  const text = belongsTo(target, event);
  if (text && !action.always) return;
  event.preventDefault();
  // What is being typed belongs to what is saved.
  if (text && target instanceof HTMLElement) target.blur();
  if (action.enabled?.() ?? true) action.run();
}
