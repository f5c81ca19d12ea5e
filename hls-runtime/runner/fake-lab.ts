/** A project, a bundled runner and a machine with stand-ins, in a folder with spaces and unicode; for tests. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Board } from './fake-hardware.ts';
import { writeFakeProject } from './fake-project.ts';
import { bundle, FakeMachine, type Run, type RunExtras, runProgram } from './fake-world.ts';

export class Lab {
  readonly base: string;
  readonly root: string;
  readonly machine: FakeMachine;
  readonly board: Board;

  private constructor(base: string, board: Board, machine: FakeMachine) {
    this.base = base;
    this.root = join(base, `ein Projekt, größer: ${board}`);
    this.machine = machine;
    this.board = board;
  }

  static async create(board: Board): Promise<Lab> {
    const base = mkdtempSync(join(tmpdir(), 'flexllm-lab-'));
    await bundle('hls-runtime/runner/cli.ts', join(base, 'bundle'), 'run.mjs');
    mkdirSync(join(base, 'home'));
    const lab = new Lab(base, board, await FakeMachine.create(base));
    lab.restoreProject();
    return lab;
  }

  /** Writes the project's files again; build/ stays. */
  restoreProject(): void {
    writeFakeProject(this.root, join(this.base, 'bundle', 'run.mjs'), this.board);
  }

  /** Keeps build/ as it is now under a name. */
  keep(name: string): void {
    cpSync(join(this.root, 'build'), join(this.base, 'kept', name), { recursive: true, preserveTimestamps: true });
  }

  /** Brings back what was kept, and a machine on which all is well. */
  reset(name: string): void {
    rmSync(join(this.root, 'build'), { recursive: true, force: true });
    cpSync(join(this.base, 'kept', name), join(this.root, 'build'), { recursive: true, preserveTimestamps: true });
    this.mendMachine();
    this.machine.calls();
  }

  mendMachine(): void {
    this.machine.installTools();
    this.machine.installPlatform();
    this.machine.set({});
  }

  run(args: readonly string[], extras: RunExtras = {}): Promise<Run> {
    return runProgram(process.execPath, [join(this.root, 'run.mjs'), ...args], this.base, { ...this.machine.env(), ...extras.env }, extras);
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

/** Something that goes wrong on the way to tokens from the card. */
export interface FaultCase {
  readonly name: string;
  /** What is done before it; default: images packed, nothing built. */
  readonly from?: 'packed' | 'built';
  /** Breaks something; what it returns mends it, besides the machine, which is always mended. */
  readonly break: (lab: Lab) => (() => void) | undefined;
  /** In what is printed. */
  readonly says: readonly string[];
  /** Entry of the catalogue of errors. */
  readonly known?: string;
  /** Steps that are finished by then and not done again. */
  readonly kept?: readonly string[];
}

/** Runs `all` with the fault, and again without; what is wrong with either, or undefined. */
export async function suffer(lab: Lab, fault: FaultCase): Promise<{ readonly failed: Run & { readonly json: Record<string, unknown> }; readonly again: Record<string, unknown> }> {
  lab.reset(fault.from ?? 'packed');
  const mend = fault.break(lab);
  const failed = await lab.run([...ALL, '--json']);
  mend?.();
  lab.mendMachine();
  const again = await lab.json(ALL);
  return { failed: { ...failed, json: JSON.parse(failed.stdout) as Record<string, unknown> }, again };
}
