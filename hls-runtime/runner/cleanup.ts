/** What must not survive an interrupted run: child processes with all that they started, and half-written files. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { codeOf } from './errors.ts';

const children = new Set<ChildProcess>();
const files = new Set<string>();
let stopping = false;

/** Exit code of a program that was interrupted by Ctrl-C. */
const INTERRUPTED = 130;
/** How long children may take to stop by themselves before they are killed. */
const GRACE_MS = 4000;
const POLL_MS = 50;

/** Children lead process groups of their own, so that a signal reaches everything they started. */
export const OWN_GROUP = platform() !== 'win32';

/** True from the moment that an interruption is being handled: what children report from then on does not count. */
export function interrupted(): boolean {
  return stopping;
}

/** Sends `signal` to the child and all that it started; false when none of them is left. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return OWN_GROUP ? process.kill(-child.pid, signal) : child.kill(signal);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function finish(): never {
  for (const child of children) signalGroup(child, 'SIGKILL');
  for (const file of files) rmSync(file, { force: true });
  process.stderr.write('\nInterrupted; nothing half-written was left behind.\n');
  process.exit(INTERRUPTED);
}

function onSignal(): void {
  if (stopping) finish();
  stopping = true;
  const groups = [...children];
  for (const child of groups) signalGroup(child, 'SIGTERM');
  const started = Date.now();
  const wait = (): void => {
    const left = groups.some((child) => signalGroup(child, 0));
    if (left && Date.now() - started < GRACE_MS) {
      setTimeout(wait, POLL_MS);
      return;
    }
    for (const child of groups) signalGroup(child, 'SIGKILL');
    finish();
  };
  wait();
}

/** Signals are caught only while there is something to clean up, so that Ctrl-C ends long computations at once. */
function update(): void {
  const needed = children.size + files.size > 0 || stopping;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.off(signal, onSignal);
    if (needed) process.on(signal, onSignal);
  }
}

/** Stops `child` and all that it started when the run is interrupted. */
export function trackChild(child: ChildProcess): void {
  children.add(child);
  update();
  const forget = (): void => {
    if (stopping) return;
    children.delete(child);
    update();
  };
  child.once('close', forget);
  child.once('error', forget);
}

/** Removes `path` when the run is interrupted, until the returned function is called. */
export function trackFile(path: string): () => void {
  files.add(path);
  update();
  return () => {
    files.delete(path);
    update();
  };
}

/** A name beside `path` for writing it, distinct per process. */
export function temporaryName(path: string): string {
  return `${path}.tmp-${process.pid}`;
}

/** Writes a file under a temporary name and renames it when `write` has succeeded; removes it otherwise. */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  const release = trackFile(temporary);
  try {
    const file = await open(temporary, 'w');
    try {
      await write(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    release();
  }
}

export async function writeTextAtomically(path: string, text: string): Promise<void> {
  await writeAtomically(path, (file) => writeFile(file, text));
}
