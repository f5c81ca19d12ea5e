/** What must not survive an interrupted run: child processes and half-written files. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const children = new Set<ChildProcess>();
const files = new Set<string>();

/** Exit code of a program that was interrupted by Ctrl-C. */
const INTERRUPTED = 130;

function onSignal(): void {
  for (const child of children) child.kill('SIGTERM');
  for (const file of files) rmSync(file, { force: true });
  process.stderr.write('\nInterrupted; nothing half-written was left behind.\n');
  process.exit(INTERRUPTED);
}

/** Signals are caught only while there is something to clean up, so that Ctrl-C ends long computations at once. */
function update(): void {
  const needed = children.size + files.size > 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.off(signal, onSignal);
    if (needed) process.on(signal, onSignal);
  }
}

/** Stops `child` when the run is interrupted. */
export function trackChild(child: ChildProcess): void {
  children.add(child);
  update();
  const forget = (): void => {
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
