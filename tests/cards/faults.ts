/** What a fault is, ways to cause one, and the check that every one passes: the right words, and an `all` afterwards that goes on and completes. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stepsOf } from '../../hls-runtime/runner/fake-lab.ts';
import { runProgram } from '../../hls-runtime/runner/fake-world.ts';
import type { World } from '../../hls-runtime/tests/fake-tools/world.ts';
import type { Manifest } from '../../src/core/models/manifest.ts';
import { ALL, RUN, type SampleLab } from './sample-lab.ts';

type Action = (sample: SampleLab) => (() => void) | undefined;

/** Something that goes wrong on the way to tokens from the card. */
export interface Fault {
  readonly name: string;
  /**
   * The step that it hits. It is not done before, and neither is what follows, but for the host program, which depends on no other step.
   * Default: everything is done, the fault is the machine's or the card's.
   */
  readonly at?: string;
  /** Breaks something; what it returns mends it, besides the machine, which is always mended. */
  readonly break: Action;
  /** More options of both runs. */
  readonly options?: readonly string[];
  /** Only the card is used, by `run`, which repairs nothing as `all` does. */
  readonly onlyRun?: true;
  /** Ends the runner with this signal when the log of the step holds the word. */
  readonly stop?: { readonly signal: 'SIGINT' | 'SIGKILL'; readonly word: string };
  /** In what is printed. */
  readonly says: readonly string[];
  /** In what the second `all` prints. */
  readonly saysAgain?: readonly RegExp[];
  /** Entry of the catalogue of errors. */
  readonly known?: string;
  /** Steps that the second `all` does, where they are not those from `at` on. */
  readonly again?: readonly string[];
}

/** Faults of the tools. */
export const tool =
  (...faults: World['faults'][number][]): Action =>
  ({ lab }) => {
    lab.machine.set({ faults });
    return undefined;
  };

/** Another state of the machine. */
export const world =
  (change: Partial<World>): Action =>
  ({ lab }) => {
    lab.machine.set(change);
    return undefined;
  };

/** Programs that are not there. */
export const without =
  (...tools: readonly string[]): Action =>
  ({ lab }) => {
    for (const name of tools) lab.machine.remove(name);
    return undefined;
  };

/** A file of the project changed by hand, and put back. @throws when there is nothing to replace */
export const edited =
  (path: string, from: string | RegExp, to: string): Action =>
  ({ lab }) => {
    const file = join(lab.root, path);
    const before = readFileSync(file, 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${path} has no ${from}`);
    writeFileSync(file, after);
    return () => writeFileSync(file, before);
  };

/** A file of the project moved away, and back. */
export const gone =
  (path: string): Action =>
  ({ lab }) => {
    const file = join(lab.root, path);
    renameSync(file, `${file}.away`);
    return () => renameSync(`${file}.away`, file);
  };

/** A file that was built, overwritten; nobody mends it but `all`. @throws when there is none */
export const damaged =
  (path: (manifest: Manifest) => string): Action =>
  (sample) => {
    const file = join(sample.lab.root, path(JSON.parse(sample.read('manifest.json')) as Manifest));
    writeFileSync(file, 'rubbish', { flag: 'r+' });
    return undefined;
  };

/** What the card says when the host program loads a bitstream. */
export const cardSays =
  (words: string): Action =>
  (sample) => {
    sample.says(words);
    return () => sample.says('');
  };

/** Files below build/ that must not be there after an end of any kind. */
function leftovers(root: string): string[] {
  return readdirSync(join(root, 'build'), { recursive: true })
    .map(String)
    .filter((name) => /\.tmp-|lock\.json$/.test(name));
}

/** Processes of the stand-ins that work for this lab. */
function working({ lab }: SampleLab): number {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(join(lab.machine.tools, 'fake-tools.mjs'));
    } catch {
      return false;
    }
  }).length;
}

/** True once the log of a step holds the word: its tool is past its last words before it waits. */
function logged({ lab }: SampleLab, step: string, word: string): boolean {
  try {
    return readFileSync(join(lab.root, `build/logs/${step}.log`), 'utf8').includes(word);
  } catch {
    return false;
  }
}

async function firstRun(sample: SampleLab, fault: Fault) {
  const { lab } = sample;
  const { stop, at = '', options = [] } = fault;
  if (stop === undefined) return lab.run([...(fault.onlyRun === true ? RUN : ALL), ...options, '--json']);
  rmSync(join(lab.root, `build/logs/${at}.log`), { force: true });
  const run = await runProgram(process.execPath, [join(lab.root, 'run.mjs'), ...ALL], lab.base, lab.machine.env(), {
    stopWhen: () => logged(sample, at, stop.word),
    signal: stop.signal,
  });
  // After Ctrl-C nothing works on; who is killed cannot see to that.
  expect(working(sample) > 0).toBe(stop.signal === 'SIGKILL');
  if (stop.signal === 'SIGINT') expect(leftovers(lab.root)).toEqual([]);
  return run;
}

/** Brings the sample to where the fault hits, lets it hit, and goes on without it. */
export async function suffer(sample: SampleLab, fault: Fault): Promise<void> {
  const { lab, steps } = sample;
  lab.reset('built');
  const from = fault.at === undefined ? steps.length : steps.indexOf(fault.at);
  if (from < 0) throw new Error(`there is no step ${fault.at}, but ${steps.join(', ')}`);
  const todo = steps.slice(from).filter((step) => step !== 'host' || fault.at === 'host');
  for (const step of todo) rmSync(join(lab.root, `build/steps/${step}.json`));
  const mend = fault.break(sample);
  const failed = await firstRun(sample, fault);
  mend?.();
  lab.mendMachine();
  expect(failed.code, failed.stderr).not.toBe(0);
  expect(failed.stderr).not.toContain('Unexpected error');
  for (const words of fault.says) expect(failed.stderr).toContain(words);
  if (fault.known !== undefined)
    expect(JSON.parse(failed.stdout)).toMatchObject({
      known: fault.known,
      log: expect.stringContaining('build/logs/'),
      explanation: expect.any(String),
      remedy: expect.any(String),
    });

  const second = await lab.run([...ALL, ...(fault.options ?? []), '--json']);
  expect(second.code, second.stderr).toBe(0);
  for (const words of fault.saysAgain ?? []) expect(second.stderr).toMatch(words);
  const again = JSON.parse(second.stdout) as Record<string, unknown>;
  expect((again['run'] as { ids: number[] }).ids).toEqual(sample.ids);
  const done = stepsOf(again)
    .filter((step) => step.status === 'done')
    .map((step) => step.id);
  expect(done).toEqual(fault.again ?? todo);
  expect(working(sample)).toBe(0);
  expect(leftovers(lab.root)).toEqual([]);
}
