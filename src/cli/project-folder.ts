/** Exported projects as folders: written beside the place and renamed into it, so that the place is wholly old or wholly new. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseDesign } from '../core/design/schema.ts';
import type { ProjectFile } from '../core/generate/project.ts';
import { MANIFEST_FORMAT } from '../core/models/manifest.ts';
import { usesSampleModel } from '../core/templates/samples.ts';
import { InputError } from './errors.ts';
import { besideOf, clearLeftovers, discard } from './leftovers.ts';

/** Names that an export can have at its top, besides config_*.cfg and the sample's model/. All else in there is the user's. */
const OWN = new Set(
  'README.md LICENSE design.json manifest.json run.mjs CMakeLists.txt src include csim host tb cfg scripts hls'.split(
    ' ',
  ),
);
const LINKER_CONFIG = /^config_[\w.-]+\.cfg$/;

/** Manifests are below; more is not read. */
export const MAX_MANIFEST = 64e6;

function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format;
  } catch {
    return undefined;
  }
}

/** Whether a text is the manifest of an export, of whatever version. */
export const isManifest = (text: string): boolean => formatOf(text) === MANIFEST_FORMAT;

/** Whether a folder is an export of the composer: its manifest and its design say so. */
function isExport(folder: string): boolean {
  const read = (name: string): string => {
    const path = join(folder, name);
    const info = statSync(path, { throwIfNoEntry: false });
    return info?.isFile() && info.size <= MAX_MANIFEST ? readFileSync(path, 'utf8') : '';
  };
  return isManifest(read('manifest.json')) && formatOf(read('design.json')) === 'flexllm-composer';
}

/** Names at the top of an export that are not of it: build/ with images and bitstreams, notes, a repository, a model. */
function namesOfUser(folder: string): string[] {
  const design = parseDesign(readFileSync(join(folder, 'design.json'), 'utf8'));
  const shipsModel = design.ok && usesSampleModel(design.design);
  return readdirSync(folder).filter(
    (name) => !OWN.has(name) && !LINKER_CONFIG.test(name) && !(name === 'model' && shipsModel),
  );
}

/** Ends a replacement after its two renames: what the user has in the old export goes into the new one, the rest goes. */
function finishReplacement(aside: string, target: string): void {
  if (!isExport(aside)) return;
  if (!existsSync(target)) {
    renameSync(aside, target); // Killed between the renames: the old export is back.
    return;
  }
  if (!isExport(target)) return; // Somebody has put something else there; nothing of it is touched.
  for (const name of namesOfUser(aside)) {
    // After a kill the user may have made a new build/ already: the old one is kept beside it.
    const free = [name, `${name}.old`].find((other) => !existsSync(join(target, other)));
    if (free === undefined) return;
    renameSync(join(aside, name), join(target, free));
  }
  discard(aside, target);
}

/** Clears what exports that were killed left in a folder. */
export const clearExports = (folder: string): void => clearLeftovers(folder, finishReplacement);

function refuseWhatIsNotOurs(out: string, target: string, files: readonly ProjectFile[]): void {
  let entries: string[];
  try {
    entries = readdirSync(target);
  } catch {
    throw new InputError(`${out} exists and is not a folder; choose another name, or one that ends in .zip.`);
  }
  const inside = relative(target, process.cwd());
  if (inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`)))
    throw new InputError(
      `${out} is the folder that you are in, and it would be replaced as a whole; go up (cd ..) and name it from there.`,
    );
  if (entries.length === 0) return;
  if (!isExport(target))
    throw new InputError(
      `${out} is a folder with other files in it, and no export of the composer; choose an empty or new folder, or a name that ends in .zip.`,
    );
  const written = new Set(files.map((file) => file.path.split('/')[0]));
  const kept = namesOfUser(target).find((name) => written.has(name));
  if (kept !== undefined)
    throw new InputError(
      `${join(out, kept)} is yours and the export has a ${kept} too; move it away, or choose another folder.`,
    );
}

/**
 * Writes a project as a folder. An export that is there is replaced as a whole, but for what the user has put at its top,
 * build/ for one, which moves into the new one. Anything else that is there is refused.
 * @throws InputError with a sentence; then everything is as it was.
 */
export function writeProjectFolder(out: string, files: readonly ProjectFile[]): string {
  let target = resolve(out);
  try {
    // A link stays one: what it points to is replaced.
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink())
      target = resolve(dirname(target), readlinkSync(target));
    clearExports(dirname(target));
    if (existsSync(target)) refuseWhatIsNotOurs(out, target, files);
    const part = besideOf(target, 'part');
    try {
      for (const file of files) {
        const path = join(part, file.path);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, file.content);
      }
      place(part, target);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${out} cannot be written (${error instanceof Error ? error.message : String(error)}); choose another place.`,
    );
  }
  return target;
}

/** Puts a whole project in its place. Without a way to swap two folders at once, the old one is aside for an instant. */
function place(part: string, target: string): void {
  if (!existsSync(target) || readdirSync(target).length === 0) {
    renameSync(part, target);
    return;
  }
  const aside = besideOf(target, 'old');
  renameSync(target, aside);
  try {
    renameSync(part, target);
  } catch (error) {
    renameSync(aside, target);
    throw error;
  }
  finishReplacement(aside, target);
}
