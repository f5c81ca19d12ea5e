import type { Design } from '../../core/design/types.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { chooseText } from './browser-files.ts';
import { lastExport } from './last-export.ts';
import { readFile } from './read-file.ts';
import { revisionText } from './revisions.ts';

/** What another design can be: a sample by its id, an earlier state by the id behind this prefix, or one of those below. */
export const REVISION = 'revision/';
export const LAST_EXPORT = 'last export';
export const FILE = 'file';

/** A design that was chosen, or why there is none. */
export type Chosen = { readonly design: Design } | { readonly problem: string };

/** Reads what was chosen; undefined when the user has chosen no file after all. */
export async function readChoice(id: string): Promise<Chosen | undefined> {
  const sample = SAMPLES.find((candidate) => candidate.id === id);
  if (sample) return { design: sample.design() };
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
