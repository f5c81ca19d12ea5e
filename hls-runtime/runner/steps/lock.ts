/** One run at a time in a project: build/lock.json names the process that works there. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { trackFile } from '../cleanup.ts';
import { codeOf, fileProblem, StepError } from '../errors.ts';

interface LockRecord {
  readonly pid: number;
  /** Start time of the process, where the system tells it: a number given again is not the same process. */
  readonly start: string;
  readonly host: string;
  readonly command: string;
  /** Variable FLEXLLM_RUN of everything that the run started. */
  readonly run: string;
}

/** Name of the environment variable that marks the children of a run. */
export const RUN_VARIABLE = 'FLEXLLM_RUN';

function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function alive(record: LockRecord): boolean {
  if (record.host !== hostname()) return true;
  try {
    process.kill(record.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const start = startOf(record.pid);
  return start === '' || record.start === '' || start === record.start;
}

function readLock(path: string): LockRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as LockRecord;
    return Number.isInteger(value.pid) &&
      value.pid > 0 &&
      typeof value.host === 'string' &&
      typeof value.run === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** Stops what a killed run left working: processes that carry its mark in their environment. */
function stopOrphans(run: string): number {
  if (!/^[0-9a-f-]{36}$/.test(run)) return 0;
  let stopped = 0;
  let entries: string[] = [];
  try {
    entries = readdirSync('/proc');
  } catch {
    return 0;
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(`${RUN_VARIABLE}=${run}`)) continue;
      process.kill(Number(entry), 'SIGKILL');
      stopped += 1;
    } catch {
      // Gone already, or not ours.
    }
  }
  return stopped;
}

/**
 * Takes the lock of the project in `root`. A lock whose process is gone is taken over, and what that process had
 * started is stopped first.
 * @returns the mark of this run and the function that gives the lock back.
 * @throws StepError when another run works in the project, or the folder cannot be written.
 */
export function takeLock(root: string, command: string): { readonly run: string; readonly release: () => void } {
  const path = join(root, 'build', 'lock.json');
  const record: LockRecord = {
    pid: process.pid,
    start: startOf(process.pid),
    host: hostname(),
    command,
    run: randomUUID(),
  };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(record), { flag: 'wx' });
      const forget = trackFile(path);
      return {
        run: record.run,
        release: () => {
          rmSync(path, { force: true });
          forget();
        },
      };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fileProblem(error, dirname(path)) ?? error;
      const other = readLock(path);
      if (other !== undefined && alive(other)) {
        const where = other.host === hostname() ? '' : ` on ${other.host}`;
        throw new StepError(
          `Another run works in this project: process ${other.pid}${where} ("${other.command}"); wait for it, or stop it. If no such process exists, remove ${path}.`,
        );
      }
      if (other !== undefined) {
        const stopped = stopOrphans(other.run);
        if (stopped > 0) process.stderr.write(`Stopped ${stopped} processes that a killed run had left.\n`);
      }
      rmSync(path, { force: true });
    }
  }
  throw new StepError(`${path} cannot be taken; remove it and run the same command again.`);
}
