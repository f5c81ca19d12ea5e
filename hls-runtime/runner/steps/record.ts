/** build/steps/<id>.json: what a finished step was made from and what it left. Written only on success. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTextAtomically } from '../cleanup.ts';
import type { FileHashes } from './hashes.ts';
import type { Step } from './step.ts';

/** Raised when steps of the same inputs leave something else. */
const RECORD_VERSION = 1;

export interface StepRecord {
  readonly format: 'flexllm-step';
  readonly version: number;
  readonly id: string;
  /** Hash of inputs, settings and commands. */
  readonly key: string;
  /** Settings of the step. */
  readonly settings: unknown;
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly seconds: number;
  readonly finished: string;
}

function recordPath(root: string, id: string): string {
  return join(root, 'build', 'steps', `${id}.json`);
}

/** Hash of all that decides what the step leaves. */
export async function stepKey(step: Step, hashes: FileHashes): Promise<string> {
  const inputs: (readonly [string, string])[] = [];
  for (const path of step.inputs) {
    for (const file of await hashes.filesBelow(path)) inputs.push([file, (await hashes.of(file))?.sha256 ?? 'missing']);
  }
  const commands = step.commands.map(({ program, args, cwd, env, shown }) => [
    program,
    args,
    cwd,
    shown.map((name) => env[name] ?? null),
  ]);
  const parts = [RECORD_VERSION, step.id, step.settings, commands, step.files, step.collect, step.outputs, inputs];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The record of a step that was finished; undefined when there is none. */
export async function readRecord(root: string, id: string): Promise<StepRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath(root, id), 'utf8')) as StepRecord;
    return record.version === RECORD_VERSION && record.id === id && Array.isArray(record.outputs) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Why the step must run: undefined when it need not. */
export async function reasonToRun(
  root: string,
  step: Step,
  key: string,
  hashes: FileHashes,
): Promise<string | undefined> {
  const record = await readRecord(root, step.id);
  if (record === undefined) return 'not done yet';
  if (record.key !== key) return 'its inputs changed';
  for (const output of record.outputs) {
    const state = await hashes.of(output.path);
    if (state === undefined) return `${output.path} is gone`;
    if (state.sha256 !== output.sha256) return `${output.path} is not as this step left it`;
  }
  return undefined;
}

export async function removeRecord(root: string, id: string): Promise<void> {
  await rm(recordPath(root, id), { force: true });
}

export async function writeRecord(
  root: string,
  step: Step,
  key: string,
  seconds: number,
  hashes: FileHashes,
): Promise<StepRecord> {
  const outputs: StepRecord['outputs'][number][] = [];
  for (const path of step.outputs) {
    const state = await hashes.of(path);
    if (state !== undefined) outputs.push({ path, bytes: state.size, sha256: state.sha256 });
  }
  const record: StepRecord = {
    format: 'flexllm-step',
    version: RECORD_VERSION,
    id: step.id,
    key,
    settings: step.settings,
    outputs,
    seconds,
    finished: new Date().toISOString(),
  };
  await writeTextAtomically(recordPath(root, step.id), `${JSON.stringify(record, null, 1)}\n`);
  await hashes.save();
  return record;
}
