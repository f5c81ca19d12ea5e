/** A project, a bundled runner and a machine with stand-ins, in a folder with spaces and unicode; for tests. */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Board } from './fake-hardware.ts';
import { writeFakeProject } from './fake-project.ts';
import { bundle, FakeMachine, type Run, type RunExtras, runProgram } from './fake-world.ts';

export type WriteProject = (root: string, runner: string, board: Board) => void | Promise<void>;

/** Makes folder `to` as `from` is. What has the same size and time is not copied again: a build may hold large images. */
function copyChanged(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const wanted = new Set(readdirSync(from));
  for (const name of readdirSync(to)) if (!wanted.has(name)) rmSync(join(to, name), { recursive: true });
  for (const name of wanted) {
    const [source, target] = [join(from, name), join(to, name)];
    const info = statSync(source);
    const old = existsSync(target) ? lstatSync(target) : undefined;
    if (old !== undefined && old.isDirectory() !== info.isDirectory()) rmSync(target, { recursive: true });
    if (info.isDirectory()) copyChanged(source, target);
    else if (old?.size !== info.size || Math.abs(old.mtimeMs - info.mtimeMs) >= 1) {
      copyFileSync(source, target);
      utimesSync(target, info.atimeMs / 1000, info.mtimeMs / 1000);
    }
  }
}

export class Lab {
  readonly base: string;
  readonly root: string;
  readonly machine: FakeMachine;
  readonly board: Board;
  private readonly write: WriteProject;

  private constructor(base: string, board: Board, machine: FakeMachine, write: WriteProject) {
    this.base = base;
    this.write = write;
    this.root = join(base, `ein Projekt, größer: ${board}`);
    this.machine = machine;
    this.board = board;
  }

  /** @param write writes the project; default: the small stand-in. */
  static async create(board: Board, write: WriteProject = writeFakeProject): Promise<Lab> {
    const base = mkdtempSync(join(tmpdir(), 'flexllm-lab-'));
    await bundle('hls-runtime/runner/cli.ts', join(base, 'bundle'), 'run.mjs');
    mkdirSync(join(base, 'home'));
    const lab = new Lab(base, board, await FakeMachine.create(base), write);
    await lab.restoreProject();
    return lab;
  }

  /** Writes the project's files again; build/ stays. */
  async restoreProject(): Promise<void> {
    await this.write(this.root, join(this.base, 'bundle', 'run.mjs'), this.board);
  }

  /** Keeps build/ as it is now under a name. */
  keep(name: string): void {
    copyChanged(join(this.root, 'build'), join(this.base, 'kept', name));
  }

  /** Brings back what was kept, and a machine on which all is well. */
  reset(name: string): void {
    copyChanged(join(this.base, 'kept', name), join(this.root, 'build'));
    this.mendMachine();
    this.machine.calls();
  }

  mendMachine(): void {
    this.machine.installTools();
    this.machine.installPlatform();
    this.machine.set({});
  }

  run(args: readonly string[], extras: RunExtras = {}): Promise<Run> {
    return runProgram(
      process.execPath,
      [join(this.root, 'run.mjs'), ...args],
      this.base,
      { ...this.machine.env(), ...extras.env },
      extras,
    );
  }

  async json(args: readonly string[], extras: RunExtras = {}): Promise<Record<string, unknown>> {
    const run = await this.run([...args, '--json'], extras);
    try {
      return JSON.parse(run.stdout) as Record<string, unknown>;
    } catch {
      throw new Error(`no JSON from ${args.join(' ')}: ${run.stdout}\n${run.stderr}`);
    }
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

export interface StepLine {
  readonly id: string;
  readonly status: 'done' | 'skipped';
}

/** Steps of an `all`, `build` ... with --json. */
export function stepsOf(result: Readonly<Record<string, unknown>>): StepLine[] {
  return result['steps'] as StepLine[];
}

/** Options of the `all` that the tests of faults run. */
export const ALL = ['all', '--skip-csim', '--tokens', '4'] as const;

/** A project with images, and the same with everything built, both kept. */
export async function builtLab(board: Board): Promise<Lab> {
  const lab = await Lab.create(board);
  const packed = await lab.run(['pack']);
  if (packed.code !== 0) throw new Error(packed.stderr);
  lab.keep('packed');
  const all = await lab.run(ALL);
  if (all.code !== 0) throw new Error(all.stderr);
  lab.keep('built');
  return lab;
}
