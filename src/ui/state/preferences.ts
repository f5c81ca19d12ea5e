import { create } from 'zustand';
import { showPane } from './panes.ts';

export type SidePanel = 'modules' | 'outline' | 'history';

interface Kept {
  readonly minimap: boolean;
  readonly side: SidePanel;
  /** The strip that shows the whole system is open. */
  readonly strip: boolean;
  /** Both canvases one above the other, not side by side. */
  readonly stacked: boolean;
  /** The start page has been seen and left. */
  readonly greeted: boolean;
}

/** How the user likes the window; kept in the browser, no part of any design. */
interface Preferences extends Kept {
  readonly change: (part: Partial<Kept>) => void;
  /** Opens a side panel and moves the focus to an element in it. */
  readonly show: (side: SidePanel, focus: string) => void;
}

const KEY = 'flexllm-composer/preferences';
const DEFAULTS: Kept = { minimap: false, side: 'modules', strip: true, stacked: false, greeted: false };

function stored(): Kept {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
    return {
      minimap: value.minimap === true,
      side: value.side === 'outline' || value.side === 'history' ? value.side : 'modules',
      strip: value.strip !== false,
      stacked: value.stacked === true,
      greeted: value.greeted === true,
    };
  } catch {
    return DEFAULTS;
  }
}

/** Moves the focus to an element (or what in it takes it); a text in it is selected. False when there is no such element. */
function focusNow(id: string): boolean {
  const element = document.getElementById(id);
  const target = element?.querySelector<HTMLElement>('[tabindex="0"], [aria-current]') ?? element;
  target?.focus();
  if (target instanceof HTMLInputElement && target.type === 'text') target.select();
  return target !== null;
}

/** The same for an element that is still to be drawn or loaded. */
export function focusLater(id: string): void {
  let tries = 0;
  const look = (): void => {
    tries += 1;
    if (!focusNow(id) && tries < 80) setTimeout(look, 25);
  };
  setTimeout(look);
}

export const usePreferences = create<Preferences>((set, get) => ({
  ...stored(),
  change: (part) => {
    set(part);
    const { minimap, side, strip, stacked, greeted } = get();
    try {
      localStorage.setItem(KEY, JSON.stringify({ minimap, side, strip, stacked, greeted } satisfies Kept));
    } catch {
      // Not kept; it still holds for this visit.
    }
  },
  show: (side, focus) => {
    showPane('side');
    // At once where the panel is open: what is typed next belongs to it.
    const open = get().side === side;
    get().change({ side });
    if (!open || !focusNow(focus)) focusLater(focus);
  },
}));
