import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ProjectFile } from '../core/generate/project.ts';
import { fileName } from '../core/generate/text.ts';
import { zipProject } from '../core/generate/zip.ts';
import { InputError } from './errors.ts';

/** Writes a file whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const target = resolve(path);
  const parent = dirname(target);
  try {
    mkdirSync(parent, { recursive: true });
    const temporary = join(parent, `.${basename(target)}.${process.pid}.part`);
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

/** Writes a project as a zip (a path that ends in .zip) or a folder; an existing project is replaced, anything else refused. */
export function writeProject(out: string, files: readonly ProjectFile[], name: string): string {
  const target = resolve(out);
  if (target.toLowerCase().endsWith('.zip')) {
    writeWhole(target, zipProject(files, fileName(name)));
    return target;
  }
  if (existsSync(target)) {
    let entries: string[];
    try {
      entries = readdirSync(target);
    } catch {
      throw new InputError(`${out} exists and is not a folder; choose another name, or one that ends in .zip.`);
    }
    if (entries.length > 0 && !entries.includes('manifest.json')) {
      throw new InputError(
        `${out} is a folder with other files in it; choose an empty or new folder, or a name that ends in .zip.`,
      );
    }
    for (const file of files) writeWhole(join(target, file.path), file.content);
    return target;
  }
  let temporary: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    temporary = mkdtempSync(join(dirname(target), '.composer-'));
    for (const file of files) {
      const path = join(temporary, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.content);
    }
    renameSync(temporary, target);
  } catch (error) {
    throw new InputError(
      `${out} cannot be written (${error instanceof Error ? error.message : String(error)}); choose another place.`,
    );
  } finally {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}
