import { get, set } from 'idb-keyval';
import { formatDesign, parseDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';
import type { ComposerStore } from './store.ts';

const KEY = 'flexllm-composer/document';
const SAVE_AFTER_MS = 500;

interface Stored {
  readonly json: string;
  readonly saved: number;
}

/** IndexedDB cannot be waited for while a page goes away; the last unsaved text goes here as well. */
function keepAtExit(stored: Stored): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(stored));
  } catch {
    // Full or forbidden: IndexedDB has been asked too.
  }
}

function keptAtExit(): Stored | undefined {
  try {
    const text = localStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Stored) : undefined;
  } catch {
    return undefined;
  }
}

/** The document of the last visit; undefined when there is none or the browser does not keep any. */
async function load(): Promise<{ design?: Design; problem?: string }> {
  const stored = await get<Stored>(KEY).catch(() => undefined);
  const exit = keptAtExit();
  const newest = exit && (!stored || exit.saved > stored.saved) ? exit : stored;
  if (!newest || typeof newest.json !== 'string') return {};
  const result = parseDesign(newest.json);
  return result.ok ? { design: result.design } : { problem: result.problems[0]?.message ?? 'It cannot be read.' };
}

/** Restores the last document and saves every change from then on: shortly after it, and when the page goes away. */
export async function keepDocument(store: ComposerStore): Promise<void> {
  const { design, problem } = await load();
  if (store.getState().history.past.length === 0) store.getState().restore(design ?? store.getState().design);
  if (problem) store.getState().notify(`The design of your last visit could not be restored. ${problem}`, { tone: 'error' });

  let saved = store.getState().design;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (leaving: boolean): void => {
    clearTimeout(timer);
    const current = store.getState().design;
    if (current === saved) return;
    saved = current;
    const stored: Stored = { json: formatDesign(current), saved: Date.now() };
    if (leaving) keepAtExit(stored);
    set(KEY, stored).catch(() => keepAtExit(stored));
  };
  store.subscribe((state, before) => {
    if (state.design === before.design) return;
    clearTimeout(timer);
    timer = setTimeout(() => save(false), SAVE_AFTER_MS);
  });
  window.addEventListener('pagehide', () => save(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save(true);
  });
}
