import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Design, StageName } from '../../core/design/types.ts';
import { type Edit, isRefused, NOTHING, type Refused, selectedCount, type Selection } from '../../core/edit/edit.ts';
import * as history from '../../core/edit/history.ts';
import { counters } from './counters.ts';
import { showPane } from './panes.ts';

export type View = 'both' | StageName;
export type BottomTab =
  | 'schedule'
  | 'time'
  | 'roofline'
  | 'resources'
  | 'memory'
  | 'compare'
  | 'build'
  | 'problems'
  | 'code';
export type Tone = 'info' | 'error' | 'success';

/** A sentence for the user, read out by screen readers; beside the pointer when it has a place. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
  readonly at?: { readonly x: number; readonly y: number };
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Why the document cannot be changed here, and what would help. */
export interface ReadOnly {
  readonly reason: string;
  readonly action?: { readonly label: string; readonly run: () => void | Promise<void> };
}

/** A pass that is pointed at in the schedule: its operations light up on the canvas. */
export interface PassMark {
  readonly stage: StageName;
  readonly index: number;
}

export interface ComposerState extends history.Document {
  /** Stage that palette and keyboard act on. */
  readonly stage: StageName;
  readonly view: View;
  readonly bottomTab: BottomTab;
  readonly notice: Notice | undefined;
  readonly mark: PassMark | undefined;
  /** The pass that a walk through the schedule has come to; it is marked while nothing else is pointed at. */
  readonly played: PassMark | undefined;
  readonly play: (pass: PassMark | undefined) => void;
  readonly readOnly: ReadOnly | undefined;
  readonly setReadOnly: (readOnly: ReadOnly | undefined) => void;
  /** The document has been read from the browser's store, or there was none. */
  readonly restored: boolean;
  /** Plans an edit against the present design and carries it out; what is refused becomes a notice. */
  readonly edit: (plan: (design: Design) => Edit | Refused) => boolean;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Goes to the state after so many steps of the history. */
  readonly travel: (steps: number) => void;
  readonly select: (selection: Selection) => void;
  readonly setStage: (stage: StageName) => void;
  readonly setView: (view: View) => void;
  readonly setBottomTab: (tab: BottomTab) => void;
  readonly setMark: (mark: PassMark | undefined) => void;
  readonly notify: (
    text: string,
    options?: { tone?: Tone; at?: { x: number; y: number }; action?: Notice['action'] },
  ) => void;
  readonly dismiss: () => void;
  /** Starts with a document, and with its past when that is known. */
  readonly restore: (design: Design, past?: history.History) => void;
}

export type ComposerStore = StoreApi<ComposerState>;

const sameIds = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));
const sameSelection = (a: Selection, b: Selection): boolean =>
  a.stage === b.stage &&
  sameIds(a.instances, b.instances) &&
  sameIds(a.streams, b.streams) &&
  sameIds(a.notes, b.notes);

/** The state of the application around one design. The core never sees it. */
export function createComposer(design: Design): ComposerStore {
  let notices = 0;
  return createStore<ComposerState>((set, get) => ({
    design,
    selection: NOTHING,
    history: history.EMPTY_HISTORY,
    stage: 'prefill',
    view: typeof innerWidth === 'number' && innerWidth < 1500 ? 'prefill' : 'both',
    bottomTab: 'schedule',
    notice: undefined,
    mark: undefined,
    played: undefined,
    play: (played) => set({ played, mark: played }),
    restored: false,
    readOnly: undefined,
    setReadOnly: (readOnly) => set({ readOnly }),
    edit: (plan) => {
      const { readOnly } = get();
      if (readOnly) {
        get().notify(readOnly.reason, {
          tone: 'error',
          ...(readOnly.action
            ? { action: { label: readOnly.action.label, run: () => void readOnly.action?.run() } }
            : {}),
        });
        return false;
      }
      const edit = plan(get().design);
      if (isRefused(edit)) {
        get().notify(edit.refused, { tone: 'error' });
        return false;
      }
      set((state) => {
        const next = history.commit(state, edit, Date.now());
        // A step that merges into the last one begins where that one began.
        if (next.design !== state.design && next.history.past.at(-1)?.from === state.design) counters.steps += 1;
        return { ...next, stage: edit.select && selectedCount(edit.select) > 0 ? edit.select.stage : state.stage };
      });
      return true;
    },
    undo: () => set((state) => (state.readOnly ? state : history.undo(state))),
    redo: () => set((state) => (state.readOnly ? state : history.redo(state))),
    travel: (steps) => set((state) => (state.readOnly ? state : history.travel(state, steps))),
    select: (selection) => {
      if (sameSelection(get().selection, selection)) return;
      set((state) => ({ selection, stage: selectedCount(selection) > 0 ? selection.stage : state.stage }));
    },
    setStage: (stage) => {
      if (get().stage !== stage) set({ stage });
    },
    setView: (view) =>
      set((state) => {
        if (view === 'both') return { view };
        // What is selected on the canvas that goes out of sight would be edited unseen.
        return {
          view,
          stage: view,
          selection: state.selection.stage === view ? state.selection : { stage: view, instances: [], streams: [] },
        };
      }),
    setBottomTab: (bottomTab) => {
      set({ bottomTab });
      showPane('views');
    },
    setMark: (mark) => set((state) => ({ mark: mark ?? state.played })),
    notify: (text, { tone = 'info', at, action } = {}) => {
      notices += 1;
      set({ notice: { id: notices, text, tone, ...(at ? { at } : {}), ...(action ? { action } : {}) } });
    },
    dismiss: () => set({ notice: undefined }),
    restore: (restored, past = history.EMPTY_HISTORY) =>
      set({ design: restored, selection: NOTHING, history: past, restored: true }),
  }));
}

/** Hook on a store, for components. */
export function useComposerOf<T>(store: ComposerStore, selector: (state: ComposerState) => T): T {
  return useStore(store, selector);
}
