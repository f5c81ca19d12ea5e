import type { Design } from '../design/types.ts';
import { applyEdit, type Edit, NOTHING, type Selection } from './edit.ts';

/**
 * One step that can be undone. It keeps the designs themselves: they share all that did not change, what was derived of
 * them is still known, and going back gives the very same document, down to the order of its keys.
 */
export interface HistoryEntry {
  readonly label: string;
  readonly from: Design;
  readonly to: Design;
  readonly before: Selection;
  readonly after: Selection;
  readonly extent: Edit['extent'];
  readonly sets: string | undefined;
  readonly merge: string | undefined;
  readonly time: number;
}

export interface History {
  readonly past: readonly HistoryEntry[];
  readonly future: readonly HistoryEntry[];
}

/** A document with its past and future. */
export interface Document {
  readonly design: Design;
  readonly selection: Selection;
  readonly history: History;
}

export const EMPTY_HISTORY: History = { past: [], future: [] };

/** A document without a past. */
export const documentOf = (design: Design): Document => ({ design, selection: NOTHING, history: EMPTY_HISTORY });

const MAX_ENTRIES = 500;
/** Edits with the same merge key within this time are one step. */
const MERGE_MS = 800;

/** Carries out an edit and records it; a change that changes nothing leaves no trace. */
export function commit(document: Document, edit: Edit, time: number): Document {
  const { design } = applyEdit(document.design, edit);
  const selection = edit.select ?? document.selection;
  if (design === document.design) return { ...document, selection };
  const { past } = document.history;
  const last = past.at(-1);
  const merges =
    edit.merge !== undefined &&
    last?.merge === edit.merge &&
    (edit.amends || time - last.time < MERGE_MS) &&
    document.history.future.length === 0;
  const entry: HistoryEntry = merges
    ? { ...last, label: edit.label, to: design, after: selection, time }
    : {
        label: edit.label,
        from: document.design,
        to: design,
        before: document.selection,
        after: selection,
        extent: edit.extent,
        sets: edit.sets,
        merge: edit.merge,
        time,
      };
  const kept = merges ? past.slice(0, -1) : past.slice(-MAX_ENTRIES + 1);
  return { design, selection, history: { past: [...kept, entry], future: [] } };
}

export function undo(document: Document): Document {
  const { past, future } = document.history;
  const entry = past.at(-1);
  if (!entry) return document;
  return {
    design: entry.from,
    selection: entry.before,
    history: { past: past.slice(0, -1), future: [entry, ...future] },
  };
}

export function redo(document: Document): Document {
  const { past, future } = document.history;
  const [entry, ...rest] = future;
  if (!entry) return document;
  return { design: entry.to, selection: entry.after, history: { past: [...past, entry], future: rest } };
}

/** Goes to the state after the first `steps` of all known steps; 0 is the beginning. */
export function travel(document: Document, steps: number): Document {
  let present = document;
  while (present.history.past.length > steps && present.history.past.length > 0) present = undo(present);
  while (present.history.past.length < steps && present.history.future.length > 0) present = redo(present);
  return present;
}
