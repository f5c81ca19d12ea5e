/** Packing on several threads. The runner is one file, so a thread runs that file again: cli.ts hands it over to `serve`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Finding } from '../../src/core/diagnostics/diagnostic.ts';
import type { ModelCode } from '../../src/core/models/diagnostics.ts';
import { ModelError } from '../../src/core/models/model-error.ts';
import { temporaryName, trackFile } from './cleanup.ts';
import { codeOf, InputError, messageOf, StepError } from './errors.ts';
import { type OnBytes, openPackWorker, type PackedImage, type PackSetup, type PackTask } from './pack-work.ts';

const SELF = fileURLToPath(import.meta.url);
const MARK = 'flexllm-pack';

/** Errors lose their class on the way between threads. */
interface Failure {
  readonly kind: 'input' | 'step' | 'model' | 'other';
  readonly message: string;
  readonly code: string;
  readonly path: string | undefined;
  readonly finding: Finding<ModelCode> | undefined;
}

type Answer =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'done'; readonly images: readonly PackedImage[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

function failureOf(error: unknown): Failure {
  const kind =
    error instanceof InputError
      ? 'input'
      : error instanceof StepError
        ? 'step'
        : error instanceof ModelError
          ? 'model'
          : 'other';
  return {
    kind,
    message: messageOf(error),
    code: codeOf(error),
    path: (error as { path?: string } | null)?.path,
    finding: error instanceof ModelError ? error.finding : undefined,
  };
}

function errorOf({ kind, message, code, path, finding }: Failure): Error {
  if (finding !== undefined) return new ModelError(finding);
  if (kind === 'input') return new InputError(message);
  if (kind === 'step') return new StepError(message);
  return Object.assign(new Error(message), { code, path });
}

/** Whether this is a thread of a pool. */
export const isPoolThread = (): boolean => !isMainThread && (workerData as { mark?: unknown } | null)?.mark === MARK;

/** What a thread of a pool does: it answers tasks until it is ended. */
export function serve(): void {
  const port = parentPort;
  if (port === null) return;
  const say = (answer: Answer): void => port.postMessage(answer);
  const opening = openPackWorker((workerData as { setup: PackSetup }).setup);
  opening.catch(() => undefined);
  port.on('message', async (task: PackTask) => {
    try {
      const worker = await opening;
      say({
        kind: 'done',
        images: await worker.perform(task, (name, bytes) => say({ kind: 'bytes', name, bytes })),
      });
    } catch (error) {
      say({ kind: 'failed', failure: failureOf(error) });
    }
  });
}

/** Does many pieces of work at a time. */
export interface Pool {
  readonly threads: number;
  /** Results in the order of the tasks, which are begun in that order. The first failure ends all. */
  perform(tasks: readonly PackTask[], onBytes?: OnBytes): Promise<readonly PackedImage[]>;
  close(): Promise<void>;
}

/** Files that a task has half-written while it runs. */
const filesOf = (setup: PackSetup, task: PackTask): string[] =>
  task.kind === 'images' ? task.specs.map(({ name }) => temporaryName(join(setup.imagesDir, `${name}.bin`))) : [];

/** One task in a thread; rejects when it fails or the thread ends. */
function taskIn(thread: Worker, task: PackTask, onBytes: OnBytes): Promise<readonly PackedImage[]> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      thread.off('message', onAnswer);
      thread.off('error', onError);
      thread.off('exit', onExit);
      end();
    };
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (): void => settle(() => reject(new StepError('A thread ended by itself; run the command again.')));
    const onAnswer = (answer: Answer): void => {
      if (answer.kind === 'bytes') onBytes(answer.name, answer.bytes);
      else if (answer.kind === 'done') settle(() => resolve(answer.images));
      else settle(() => reject(errorOf(answer.failure)));
    };
    thread.on('message', onAnswer);
    thread.on('error', onError);
    thread.on('exit', onExit);
    thread.postMessage(task);
  });
}

/** A pool of `threads` threads; the present one alone if that is 1, or if the runner is not the one file that it is exported as. */
export async function openPool(setup: PackSetup, threads: number): Promise<Pool> {
  if (threads <= 1 || !SELF.endsWith('.mjs')) {
    const worker = await openPackWorker(setup);
    return {
      threads: 1,
      perform: async (tasks, onBytes = () => undefined) => {
        const images: PackedImage[] = [];
        for (const task of tasks) images.push(...(await worker.perform(task, onBytes)));
        return images;
      },
      close: () => worker.close(),
    };
  }
  const pool = Array.from({ length: threads }, () => new Worker(SELF, { workerData: { mark: MARK, setup } }));
  const close = async (): Promise<void> => {
    await Promise.all(pool.map((thread) => thread.terminate()));
  };
  return {
    threads,
    perform: async (tasks, onBytes = () => undefined) => {
      const results = new Map<number, readonly PackedImage[]>();
      const failures: unknown[] = [];
      const waiting = tasks.entries();
      const work = async (thread: Worker): Promise<void> => {
        for (const [index, task] of waiting) {
          if (failures.length > 0) return;
          const files = filesOf(setup, task);
          const releases = files.map(trackFile);
          try {
            results.set(index, await taskIn(thread, task, onBytes));
          } catch (error) {
            failures.push(error);
            await close();
            for (const file of files) await rm(file, { force: true });
          } finally {
            for (const release of releases) release();
          }
        }
      };
      await Promise.all(pool.map(work));
      if (failures.length > 0) throw failures[0];
      return tasks.flatMap((_, index) => results.get(index) ?? []);
    },
    close,
  };
}
