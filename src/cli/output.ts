import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ProjectFile } from '../core/generate/project.ts';
import { fileName } from '../core/generate/text.ts';
import { zipProject } from '../core/generate/zip.ts';
import { InputError } from './errors.ts';
import { besideOf } from './leftovers.ts';
import { clearExports, writeProjectFolder } from './project-folder.ts';

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

/** Writes a project as a zip (a path that ends in .zip) or a folder; an export is replaced, any other folder refused. */
export function writeProject(out: string, files: readonly ProjectFile[], name: string): string {
  const target = resolve(out);
  if (!target.toLowerCase().endsWith('.zip')) return writeProjectFolder(out, files);
  writeWhole(target, zipProject(files, fileName(name)));
  return target;
}
