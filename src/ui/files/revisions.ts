import { createStore, del, get, set, type UseStore } from 'idb-keyval';

/** One kept state of a document. */
export interface Revision {
  readonly id: string;
  readonly saved: number;
  readonly name: string;
  /** What was done last. */
  readonly label: string;
}

const MAX_REVISIONS = 20;
/** Changes in quick succession are one revision. */
const TOGETHER_MS = 15_000;
const INDEX = 'revisions';
const keyOf = (id: string): string => `revision/${id}`;

let opened: UseStore | undefined;
const store = (): UseStore => {
  opened ??= createStore('flexllm-composer-revisions', 'revisions');
  return opened;
};

let waiting: Promise<unknown> = Promise.resolve();
/** One after another, so that two saves cannot overtake each other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = waiting.then(work, work);
  waiting = next.catch(() => undefined);
  return next;
}

/** The kept revisions, the newest first. */
export async function listRevisions(): Promise<readonly Revision[]> {
  return (await get<readonly Revision[]>(INDEX, store()).catch(() => undefined)) ?? [];
}

export async function revisionText(id: string): Promise<string | undefined> {
  const text = await get<unknown>(keyOf(id), store()).catch(() => undefined);
  return typeof text === 'string' ? text : undefined;
}

/**
 * Which revisions stay when one is added: the newest of each short time, twenty in all. Pure.
 * @param apart it stays beside the one before, however short ago that was
 */
export function withRevision(index: readonly Revision[], added: Revision, apart = false): readonly Revision[] {
  const [newest, ...rest] = index;
  const together =
    newest !== undefined && newest.name === added.name && added.saved - newest.saved < TOGETHER_MS && !apart;
  return [added, ...(together ? rest : index)].slice(0, MAX_REVISIONS);
}

/** Keeps a state: its text is written first, then the list that points at it, then what the list no longer names is removed. */
export function keepRevision(
  { name, label, saved }: Omit<Revision, 'id'>,
  text: string,
  apart: boolean,
): Promise<void> {
  return inTurn(async () => {
    const index = await listRevisions();
    const added: Revision = {
      id: `${saved.toString(36)}-${Math.random().toString(36).slice(2, 8)}`,
      saved,
      name,
      label,
    };
    await set(keyOf(added.id), text, store());
    const next = withRevision(index, added, apart);
    await set(INDEX, next, store());
    const kept = new Set(next.map((revision) => revision.id));
    await Promise.all(
      index.filter((revision) => !kept.has(revision.id)).map((revision) => del(keyOf(revision.id), store())),
    );
  });
}
