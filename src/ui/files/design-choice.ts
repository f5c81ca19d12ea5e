import type { Design } from '../../core/design/types.ts';
import { STAGE_NAMES } from '../../core/design/types.ts';
import type { HistoryEntry } from '../../core/edit/history.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { composer } from '../state/app-store.ts';
import { chooseText } from './browser-files.ts';
import { lastExport } from './last-export.ts';
import { readFile } from './read-file.ts';
import { listRevisions, revisionText } from './revisions.ts';

/** What another design can be: a sample by its id, an earlier state by the id behind this prefix, or one of those below. */
export const REVISION = 'revision/';
export const LAST_EXPORT = 'last export';
export const FILE = 'file';
export const OPENED = 'as opened';

/** A design that was chosen, or why there is none. */
export type Chosen = { readonly design: Design } | { readonly problem: string };

/** The present design as it was when it took its place: opened, made or recovered. Undefined where nothing has happened since. */
export function openedDesign(past: readonly HistoryEntry[]): Design | undefined {
  const opening = past.map(({ extent }) => extent).lastIndexOf('document');
  const next = past[opening + 1];
  return opening >= 0 && next ? past[opening]?.to : next?.from;
}

const partsOf = ({ stages }: Design): string[] =>
  STAGE_NAMES.flatMap((stage) => stages[stage].instances.map(({ id, module }) => `${stage}.${id}.${module}`));

/** Least share of instances that a design has in common with the sample that it was made from, whatever its name is by now. */
const ALIKE = 0.8;

/** The sample that a design was made from: the one whose name it has, or had, else the one on its card that it is most alike. */
export function ownSample(design: Design, opened: Design | undefined): string | undefined {
  const named = SAMPLES.find(({ id }) => id === design.name) ?? SAMPLES.find(({ id }) => id === opened?.name);
  if (named) return named.id;
  const own = new Set(partsOf(design));
  const [best] = SAMPLES.map((sample) => ({ id: sample.id, of: sample.design() }))
    .filter(({ of }) => of.target === design.target && of.model.name === design.model.name)
    .map(({ id, of }) => {
      const parts = partsOf(of);
      const common = parts.filter((part) => own.has(part)).length;
      return { id, share: common / Math.max(1, parts.length, own.size) };
    })
    .sort((a, b) => b.share - a.share);
  return best && best.share >= ALIKE ? best.id : undefined;
}

/** What a design is compared with before anybody chooses: its own sample, how it was opened, else its last saved state; '' for nothing. */
export async function firstChoice(design: Design, past: readonly HistoryEntry[]): Promise<string> {
  const opened = openedDesign(past);
  const sample = ownSample(design, opened);
  if (sample !== undefined) return sample;
  if (opened) return OPENED;
  const saved = (await listRevisions()).find(({ name }) => name === design.name);
  return saved ? `${REVISION}${saved.id}` : '';
}

/** Reads what was chosen; undefined when the user has chosen no file after all. */
export async function readChoice(id: string): Promise<Chosen | undefined> {
  const sample = SAMPLES.find((candidate) => candidate.id === id);
  if (sample) return { design: sample.design() };
  if (id === OPENED) {
    const design = openedDesign(composer.getState().history.past);
    return design ? { design } : { problem: 'This design has not changed since it was opened.' };
  }
  if (id === LAST_EXPORT) {
    const design = await lastExport();
    return design ? { design } : { problem: 'Nothing has been exported in this browser yet.' };
  }
  const text =
    id === FILE ? (await chooseText('.json,application/json'))?.text : await revisionText(id.slice(REVISION.length));
  if (text === undefined) return id === FILE ? undefined : { problem: 'The browser no longer has this design.' };
  const read = readFile(text);
  return 'problem' in read ? { problem: read.problem } : { design: read.design };
}
