/** Runs steps in order: skips what has not changed, logs each, explains the first failure. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { trackFile } from '../cleanup.ts';
import { fileProblem, messageOf, StepError } from '../errors.ts';
import { ProgramMissing, runProcess } from '../process.ts';
import { shellLine } from '../quote.ts';
import { explainFailure, failureOf } from './explain.ts';
import { FileHashes } from './hashes.ts';
import { LiveStatus } from './live.ts';
import { reasonToRun, removeRecord, stepKey, writeRecord } from './record.ts';
import { printStep, type Step, type StepCommand } from './step.ts';

export interface StepOutcome {
  readonly id: string;
  readonly title: string;
  readonly status: 'done' | 'skipped';
  readonly seconds: number;
  /** Relative to the project. */
  readonly log: string;
}

export interface EngineOptions {
  readonly root: string;
  readonly board: 'u280' | 'v80';
  /** Takes lines for people; nothing with --json. */
  readonly say: (line: string) => void;
}

/** Log of a step, relative to the project. */
export function logPath(id: string): string {
  return `build/logs/${id}.log`;
}

/** A file being appended to whose errors surface when it is closed. */
class StepLog {
  private readonly stream: WriteStream;
  private problem: Error | undefined;

  constructor(path: string) {
    this.stream = createWriteStream(path);
    this.stream.on('error', (error) => {
      this.problem ??= error;
    });
  }

  write(text: string): void {
    if (this.problem === undefined) this.stream.write(text);
  }

  close(): Promise<Error | undefined> {
    return new Promise((resolve) => {
      if (this.problem !== undefined) resolve(this.problem);
      else this.stream.end(() => resolve(this.problem));
    });
  }
}

async function runCommand(
  options: EngineOptions,
  step: Step,
  command: StepCommand,
  log: StepLog,
  live: LiveStatus,
): Promise<void> {
  const line = shellLine(command.program, command.args);
  const started = Date.now();
  log.write(`$ cd ${command.cwd}\n$ ${line}\n`);
  const take = (text: string): void => live.line(text);
  const result = await runProcess(command.program, command.args, {
    cwd: join(options.root, command.cwd),
    env: command.env,
    onLine: take,
    onErrorLine: take,
    onOutput: (text) => log.write(text),
    timeout: command.seconds === undefined ? undefined : command.seconds * 1000,
  }).catch((error: unknown) => {
    if (error instanceof ProgramMissing) log.write(`${command.program}: command not found\n`);
    throw error;
  });
  const end = result.signal === null ? `exit code ${result.code}` : `signal ${result.signal}`;
  log.write(`\n$ ended with ${end}\n`);
  if (command.seconds !== undefined && result.signal !== null && Date.now() - started >= command.seconds * 1000)
    throw new StepError(
      `${step.title}: ${basename(command.program)} was stopped after ${command.seconds} s, the limit; give it more with --limit.`,
      '',
      { stopped: true },
    );
  if (result.code !== 0) throw failureOf(command.program, result.code, result.signal, step);
}

async function findFile(dir: string, name: string): Promise<string | undefined> {
  const pattern = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return found.sort()[0];
}

async function collect(root: string, step: Step): Promise<void> {
  for (const { from, name, to } of step.collect) {
    const found = await findFile(join(root, from), name);
    if (found === undefined)
      throw new StepError(
        `${step.title}: the tool ended well but left no ${name} below ${from}; see ${logPath(step.id)}.`,
      );
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(found, join(root, to));
  }
}

async function checkOutputs(root: string, step: Step): Promise<void> {
  for (const path of step.outputs) {
    const info = await stat(join(root, path)).catch(() => undefined);
    if (info === undefined || info.size === 0) {
      throw new StepError(
        `${step.title}: the tool ended well but ${path} is ${info === undefined ? 'missing' : 'empty'}; see ${logPath(step.id)}.`,
      );
    }
  }
}

async function prepare(root: string, step: Step): Promise<void> {
  for (const path of [...step.scratch, ...step.outputs]) await rm(join(root, path), { recursive: true, force: true });
  for (const path of ['build/logs', 'build/steps', ...step.folders]) await mkdir(join(root, path), { recursive: true });
  for (const file of step.files) await writeFile(join(root, file.path), file.text);
}

async function runStep(options: EngineOptions, step: Step, label: string, hashes: FileHashes): Promise<number> {
  const { root } = options;
  const started = Date.now();
  // Outputs of an interrupted step are not left behind: they would look finished.
  const releases = step.outputs.map((path) => trackFile(join(root, path)));
  const live = new LiveStatus(label);
  let log: StepLog | undefined;
  try {
    await removeRecord(root, step.id);
    const key = await stepKey(step, hashes);
    await prepare(root, step);
    log = new StepLog(join(root, logPath(step.id)));
    log.write(`# ${step.title}, started ${new Date(started).toISOString()}\n`);
    await step.work?.((line) => log?.write(`${line}\n`));
    for (const command of step.commands) await runCommand(options, step, command, log, live);
    await collect(root, step);
    await checkOutputs(root, step);
    const problem = await log.close();
    log = undefined;
    if (problem !== undefined) throw problem;
    const seconds = (Date.now() - started) / 1000;
    await writeRecord(root, step, key, seconds, hashes);
    return seconds;
  } catch (error) {
    await log?.close();
    live.end();
    for (const path of step.outputs)
      await rm(join(root, path), { recursive: true, force: true }).catch(() => undefined);
    const mended = fileProblem(error, relative(root, (error as { path?: string }).path ?? root) || root);
    throw await explainFailure(
      options,
      step,
      mended ?? (error instanceof Error ? error : new StepError(messageOf(error))),
    );
  } finally {
    live.end();
    for (const release of releases) release();
  }
}

/** Runs the steps; those whose inputs, settings and outputs are as they were are skipped. */
export async function runSteps(options: EngineOptions, steps: readonly Step[]): Promise<StepOutcome[]> {
  const hashes = new FileHashes(options.root);
  const outcomes: StepOutcome[] = [];
  for (const [index, step] of steps.entries()) {
    const label = `[${index + 1}/${steps.length}] ${step.title}`;
    const outcome = { id: step.id, title: step.title, log: logPath(step.id) };
    const reason = await reasonToRun(options.root, step, await stepKey(step, hashes), hashes);
    if (reason === undefined) {
      options.say(`${label}: unchanged, skipped.`);
      outcomes.push({ ...outcome, status: 'skipped', seconds: 0 });
      continue;
    }
    options.say(`${label} (${reason}) ...`);
    const seconds = await runStep(options, step, label, hashes);
    options.say(`${label}: done in ${seconds.toFixed(1)} s.`);
    outcomes.push({ ...outcome, status: 'done', seconds });
  }
  return outcomes;
}

/** The steps as a script, nothing done. */
export function printSteps(root: string, steps: readonly Step[]): string {
  return `${steps.map((step) => printStep(root, step).join('\n')).join('\n\n')}\n`;
}
