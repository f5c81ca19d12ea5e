/** What a step is: inputs, commands, outputs. Paths are relative to the project unless said otherwise. */
import { join } from 'node:path';
import type { Environment } from '../process.ts';
import { shellLine, shellQuote } from '../quote.ts';

/** A command of a step. It runs without a shell. */
export interface StepCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Folder that it runs in. */
  readonly cwd: string;
  /** All variables it gets. */
  readonly env: Environment;
  /** Variables worth showing in front of the command line. */
  readonly shown: readonly string[];
  /** Seconds that it may take; no bound when absent. */
  readonly seconds?: number;
}

/** Copies the first file named `name` (or matching `*.ext`) below `from` to `to`: tools of different releases put it in different places. */
export interface Collect {
  readonly from: string;
  readonly name: string;
  readonly to: string;
}

export interface Step {
  /** Safe as a file name: `synth-prefill`. */
  readonly id: string;
  readonly title: string;
  /** Which entries of the catalogue of errors belong to it: `synth`, `link`, `run` ... */
  readonly kind: StepKind;
  /** Files or folders whose contents decide whether the step must run again. */
  readonly inputs: readonly string[];
  /** Everything else that does: releases, clocks, options. */
  readonly settings: unknown;
  /** Files that exist after it. */
  readonly outputs: readonly string[];
  /** Files and folders removed before it runs, besides the outputs. */
  readonly scratch: readonly string[];
  /** Folders made and files written before the commands run. */
  readonly folders: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly commands: readonly StepCommand[];
  readonly collect: readonly Collect[];
  /** Logs of the tools, the most telling first; a `*` in a path stands for any name of one folder. */
  readonly logs: readonly string[];
  /** Done inside this program instead of by commands; `log` takes lines for the step's log. */
  readonly work?: ((log: (line: string) => void) => Promise<void>) | undefined;
  /** The command line that does the same, for --dry-run. */
  readonly equivalent?: string | undefined;
}

export type StepKind = 'pack' | 'csim' | 'synth' | 'cosim' | 'link' | 'package' | 'configure' | 'host' | 'run';

/** A step with nothing in it, to be filled. */
export const EMPTY_STEP = {
  inputs: [],
  settings: null,
  outputs: [],
  scratch: [],
  folders: [],
  files: [],
  commands: [],
  collect: [],
  logs: [],
} as const;

function commandLine(root: string, command: StepCommand): string {
  const variables = command.shown.flatMap((name) =>
    command.env[name] === undefined ? [] : [`${name}=${shellQuote(command.env[name])}`],
  );
  const line = [...variables, shellLine(command.program, command.args)].join(' ');
  return `(cd ${shellQuote(join(root, command.cwd))} && ${line})`;
}

function printFile(root: string, file: { readonly path: string; readonly text: string }): string[] {
  let end = 'END_OF_FILE';
  while (file.text.split('\n').includes(end)) end += '_';
  return [`cat > ${shellQuote(join(root, file.path))} <<'${end}'`, ...file.text.replace(/\n$/, '').split('\n'), end];
}

/** The step as lines for a shell: what --dry-run prints. */
export function printStep(root: string, step: Step): string[] {
  const absolute = (path: string): string => shellQuote(join(root, path));
  const lines = [`# ${step.title}`];
  if (step.equivalent !== undefined) lines.push(step.equivalent);
  const removed = [...step.scratch, ...step.outputs];
  if (removed.length > 0 && step.commands.length > 0) lines.push(`rm -rf ${removed.map(absolute).join(' ')}`);
  if (step.folders.length > 0 && step.commands.length > 0)
    lines.push(`mkdir -p ${step.folders.map(absolute).join(' ')}`);
  for (const file of step.files) lines.push(...printFile(root, file));
  for (const command of step.commands) lines.push(commandLine(root, command));
  for (const { from, name, to } of step.collect)
    lines.push(`cp "$(find ${absolute(from)} -name ${shellQuote(name)} | sort | head -n 1)" ${absolute(to)}`);
  return lines;
}
