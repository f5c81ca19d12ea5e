/** Hashes of file contents, remembered by size and time so that unchanged gigabytes are read once. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeTextAtomically } from '../cleanup.ts';
import { codeOf } from '../errors.ts';

type Known = Readonly<{ size: number; time: number; sha256: string }>;

export interface FileState {
  readonly size: number;
  readonly sha256: string;
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export class FileHashes {
  private readonly root: string;
  private known: Map<string, Known> | undefined;
  private changed = false;

  constructor(root: string) {
    this.root = root;
  }

  /** Size and hash of a file given relative to the root; undefined when there is none. */
  async of(path: string): Promise<FileState | undefined> {
    const known = await this.load();
    const full = join(this.root, path);
    try {
      const info = await stat(full);
      if (!info.isFile()) return undefined;
      const before = known.get(path);
      if (before !== undefined && before.size === info.size && before.time === info.mtimeMs) return before;
      const state = { size: info.size, time: info.mtimeMs, sha256: await hashFile(full) };
      known.set(path, state);
      this.changed = true;
      return state;
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** Files below `path` (or itself), relative to the root, sorted. */
  async filesBelow(path: string): Promise<string[]> {
    const info = await stat(join(this.root, path)).catch(() => undefined);
    if (info === undefined || info.isFile()) return [path];
    const names = (await readdir(join(this.root, path))).sort();
    const below = await Promise.all(names.map((name) => this.filesBelow(`${path}/${name}`)));
    return below.flat();
  }

  /** Keeps what was learnt for the next run. */
  async save(): Promise<void> {
    if (!this.changed || this.known === undefined) return;
    this.changed = false;
    await writeTextAtomically(this.path(), JSON.stringify(Object.fromEntries(this.known)));
  }

  private path(): string {
    return join(this.root, 'build', 'steps', 'hashes.json');
  }

  private async load(): Promise<Map<string, Known>> {
    if (this.known !== undefined) return this.known;
    const value: unknown = await readFile(this.path(), 'utf8')
      .then(JSON.parse)
      .catch(() => ({}));
    const entries =
      typeof value === 'object' && value !== null ? Object.entries(value as Record<string, Known | null>) : [];
    const sound = entries.filter(
      (entry): entry is [string, Known] =>
        entry[1] !== null &&
        typeof entry[1] === 'object' &&
        typeof entry[1].sha256 === 'string' &&
        typeof entry[1].time === 'number',
    );
    this.known = new Map(sound);
    return this.known;
  }
}
