import { strToU8, zipSync } from 'fflate';
import type { ProjectFile } from './project.ts';

/** A zip with one top folder; equal files give equal bytes in every time zone. */
export function zipProject(files: readonly ProjectFile[], folder: string): Uint8Array {
  const mtime = new Date(1990, 0, 2);
  const entries: Record<string, [Uint8Array, { mtime: Date }]> = {};
  for (const file of files) {
    entries[`${folder}/${file.path}`] = [
      typeof file.content === 'string' ? strToU8(file.content) : file.content,
      { mtime },
    ];
  }
  return zipSync(entries, { level: 6 });
}
