/** Files and folders that exist only while something is written, beside it, and what a killed program left of them. */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** `part`: being written, or on its way out: worth nothing. `old`: an export set aside while the new one takes its place. */
type Kind = 'part' | 'old';

const HOST = hostname()
  .replace(/[^\w-]/g, '')
  .slice(0, 20);
const NAME = /^\.(.+)\.composer-(part|old)-(\d+)@([\w-]*)$/;

/** A name beside `target`, on the same file system, that says whose it is: `.NAME.composer-part-PID@HOST`. */
export const besideOf = (target: string, kind: Kind): string =>
  join(dirname(target), `.${basename(target)}.composer-${kind}-${process.pid}@${HOST}`);

/** Whether another process of this machine still works under that number. */
function works(pid: number): boolean {
  if (pid === process.pid) return false; // Left by a program that had the number before.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

/** Removes a file or folder as if at once: half of it is never seen under its own name. */
export function discard(path: string, target: string): void {
  const part = besideOf(target, 'part');
  rmSync(part, { recursive: true, force: true });
  renameSync(path, part);
  rmSync(part, { recursive: true, force: true });
}

/**
 * Clears what killed programs left in a folder; those of other machines and of programs that still work are left alone.
 * `finish` gets every export that was set aside, and the place that it came from.
 */
export function clearLeftovers(folder: string, finish: (aside: string, target: string) => void): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // It does not exist yet.
  }
  for (const name of names) {
    const [, target, kind, pid, host] = NAME.exec(name) ?? [];
    if (target === undefined || host !== HOST || works(Number(pid))) continue;
    try {
      if (kind === 'old') finish(join(folder, name), join(folder, target));
      else rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // Another program is at it, or it is not ours to remove: no reason to write nothing.
    }
  }
}
