import { get, set } from 'idb-keyval';
import { config } from 'zod/mini';
import { formatDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import type { History } from '../../core/edit/history.ts';
import { ownDocument } from './ownership.ts';
import { fileText, readFile } from './read-file.ts';
import { keepRevision } from './revisions.ts';
import { openDialog } from '../state/dialogs.ts';
import { usePreferences } from '../state/preferences.ts';
import type { ComposerState, ComposerStore } from '../state/store.ts';

// The page's content policy forbids compiling code; without this, zod would try. Every schema of the page is used after this.
config({ jitless: true });

const KEY = 'flexllm-composer/document';
const SAVE_AFTER_MS = 500;
/** The browser's small store is written at once only for designs that do not fill it. */
const MAX_AT_ONCE = 1_000_000;

interface Stored {
  readonly json: string;
  readonly saved: number;
}

/** IndexedDB answers too late for a page that goes away or is killed; what it has not yet goes here as well. */
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
  const read = readFile(newest.json);
  if ('problem' in read) return { problem: read.problem };
  return read.newer
    ? { problem: 'It was saved by a newer version; reload the page to get that version.' }
    : { design: read.design };
}

/** Opens the design of a link on top of the document, so that undo brings that back. False when the address holds none. */
async function openLink(store: ComposerStore): Promise<boolean> {
  if (!location.hash.startsWith('#d=')) return false;
  const { readShareHash } = await import('./share.ts');
  const { edit, notify, readOnly } = store.getState();
  const shared = readShareHash(location.hash);
  const read = 'problem' in shared ? shared : readFile(shared.text);
  if ('problem' in read) notify(`The design in the link was not opened. ${read.problem}`, { tone: 'error' });
  else if (readOnly) {
    notify('The link holds a design, but this tab is read-only. Edit here, then follow the link again.', {
      tone: 'error',
    });
    return true;
  } else if (edit(() => replaceDesign(read.design, `Open link to ${read.design.name}`)))
    notify(`Opened ${read.design.name} from the link. Undo brings the former design back.`, { tone: 'success' });
  history.replaceState(null, '', location.href.split('#')[0]);
  return true;
}

/** Restores the last document and saves every change from then on: shortly after it, and when the page goes away. */
export async function keepDocument(store: ComposerStore): Promise<void> {
  let visited = false;
  const restore = async (past?: History): Promise<void> => {
    const { design, problem } = await load();
    visited = design !== undefined || problem !== undefined;
    store.getState().restore(design ?? store.getState().design, design ? past : undefined);
    if (problem)
      store.getState().notify(`The design of your last visit could not be restored. ${problem}`, { tone: 'error' });
    saved = store.getState().design;
  };

  let saved = store.getState().design;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = async (leaving: boolean): Promise<void> => {
    clearTimeout(timer);
    const { design, history: steps, readOnly } = store.getState();
    if (design === saved || readOnly) return;
    saved = design;
    const stored: Stored = { json: fileText(design), saved: Date.now() };
    if (leaving) keepAtExit(stored);
    // The revision is written before the document is replaced: at any moment one of them is whole.
    const last = steps.past.at(-1);
    const revision = keepRevision(
      { name: design.name, label: last?.label ?? 'As opened', saved: stored.saved },
      formatDesign(design),
      last?.extent !== undefined,
    ).catch(() => undefined);
    if (!leaving) await revision;
    await set(KEY, stored).catch(() => keepAtExit(stored));
  };

  /** Right behind an edit, before the user can do the next thing: a tab that is killed loses nothing. */
  let journal: ReturnType<typeof setTimeout> | undefined;
  const keepAtOnce = (): void => {
    const { design, readOnly } = store.getState();
    if (design === saved || readOnly) return;
    const json = fileText(design);
    if (json.length < MAX_AT_ONCE) keepAtExit({ json, saved: Date.now() });
  };
  /** A design that another takes the place of is kept as it was last, however short ago that was. */
  const keepReplaced = (before: ComposerState): void => {
    const last = before.history.past.at(-1);
    if (before.design !== saved && !before.readOnly)
      void keepRevision(
        { name: before.design.name, label: last?.label ?? 'As opened', saved: Date.now() },
        formatDesign(before.design),
        last?.extent !== undefined,
      ).catch(() => undefined);
  };

  if (store.getState().history.past.length === 0) await restore();
  await ownDocument(store, { save: () => save(false), load: restore });
  const linked = await openLink(store);
  // Who comes with work of their own, here or in a link, knows what this is.
  if (!visited && !linked && !store.getState().readOnly && !usePreferences.getState().greeted) openDialog('start');
  store.subscribe((state, before) => {
    if (state.design === before.design) return;
    if (state.design.stages !== before.design.stages && state.history.past.at(-1)?.extent === 'document')
      keepReplaced(before);
    clearTimeout(journal);
    journal = setTimeout(keepAtOnce);
    clearTimeout(timer);
    timer = setTimeout(() => void save(false), SAVE_AFTER_MS);
  });
  if (store.getState().design !== saved) timer = setTimeout(() => void save(false), SAVE_AFTER_MS);
  window.addEventListener('hashchange', () => void openLink(store));
  window.addEventListener('pagehide', () => void save(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void save(true);
  });
}
