import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ProjectFile } from '../core/generate/project.ts';
import { fileName } from '../core/generate/text.ts';
import { fileInZip } from '../core/generate/unzip.ts';
import { zipProject } from '../core/generate/zip.ts';
import { InputError } from './errors.ts';
import { besideOf } from './leftovers.ts';
import { clearExports, isManifest, MAX_MANIFEST, writeProjectFolder } from './project-folder.ts';

/** Exports as zips are far below. */
const MAX_ZIP = 500e6;

/** Writes a file whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const target = resolve(path);
  const parent = dirname(target);
  try {
    mkdirSync(parent, { recursive: true });
    clearExports(parent);
    const temporary = besideOf(target, 'part');
    try {
      writeFileSync(temporary, content);
      renameSync(temporary, target);
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw new InputError(
      `${path} cannot be written (${error instanceof Error ? error.message : String(error)}); choose another place.`,
    );
  }
}

/** Whether there is nothing at the place of a zip but an export, or nothing at all. */
function mayReplaceZip(path: string): boolean {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return true;
  if (!info.isFile() || info.size > MAX_ZIP) return false;
  const manifest = fileInZip(readFileSync(path), /^[^/]+\/manifest\.json$/, MAX_MANIFEST);
  return manifest !== undefined && 'bytes' in manifest && isManifest(new TextDecoder().decode(manifest.bytes));
}

/** Writes a project as a zip (a path that ends in .zip) or a folder; an export is replaced, anything else refused. */
export function writeProject(out: string, files: readonly ProjectFile[], name: string): string {
  const target = resolve(out);
  if (!target.toLowerCase().endsWith('.zip')) return writeProjectFolder(out, files);
  if (!mayReplaceZip(target))
    throw new InputError(`${out} exists and is no export of the composer; choose another name, or move it away.`);
  writeWhole(target, zipProject(files, fileName(name)));
  return target;
}
