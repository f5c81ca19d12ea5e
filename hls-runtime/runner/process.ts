import { spawn } from 'node:child_process';
import { interrupted, OWN_GROUP, signalGroup, trackChild } from './cleanup.ts';
import { codeOf, messageOf, StepError } from './errors.ts';
import { LineSplitter } from './lines.ts';

export interface ProcessResult {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Everything written to stdout, or '' when lines were handed out. */
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** All variables of the program; default: those of this one. */
  readonly env?: Environment | undefined;
  readonly input?: string | undefined;
  /** Takes each line of stdout as it arrives. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes each line of stderr as it arrives. */
  readonly onErrorLine?: ((line: string) => void) | undefined;
  /** Takes the raw output of both as it arrives. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Passes all output on to this program's own, as it arrives, and leaves stdin open until the program ends. */
  readonly through?: boolean | undefined;
  /** Milliseconds after which the program is stopped; its result then has a signal. */
  readonly timeout?: number | undefined;
}

/** Of a chatty program only the end of its output is kept. */
const MAX_OUTPUT = 4 << 20;

/** Thrown when a program does not exist. */
export class ProgramMissing extends StepError {}

/**
 * Runs a program without a shell: arguments reach it as they are. It leads a process group of its own, which is
 * stopped as a whole when this program is interrupted, and of which nothing survives the program's end.
 * @throws ProgramMissing when there is no such program.
 */
export function runProcess(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const { cwd, env, onLine, onErrorLine, onOutput } = options;
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      shell: false,
      detached: OWN_GROUP,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    trackChild(child);
    let stdout = '';
    let stderr = '';
    let failure: unknown;
    const guarded =
      (take: (line: string) => void) =>
      (line: string): void => {
        if (failure !== undefined) return;
        try {
          take(line);
        } catch (error) {
          failure = error;
          signalGroup(child, 'SIGTERM');
        }
      };
    const out = onLine && new LineSplitter(guarded(onLine));
    const err = onErrorLine && new LineSplitter(guarded(onErrorLine));
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => signalGroup(child, 'SIGKILL'), options.timeout);
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      if (options.through === true) process.stdout.write(text);
      onOutput?.(text);
      if (out) out.push(text);
      else stdout = (stdout + text).slice(-MAX_OUTPUT);
    });
    child.stderr.on('data', (text: string) => {
      if (options.through === true) process.stderr.write(text);
      onOutput?.(text);
      err?.push(text);
      stderr = (stderr + text).slice(-MAX_OUTPUT);
    });
    child.stdin.on('error', () => undefined);
    if (options.through !== true) child.stdin.end(options.input ?? '');
    child.once('error', (error) => {
      clearTimeout(timer);
      const missing = codeOf(error) === 'ENOENT';
      reject(
        missing
          ? new ProgramMissing(`The program "${program}" was not found; install it.`)
          : new StepError(`"${program}" could not be started: ${messageOf(error)}.`),
      );
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      // The interruption ends this program; what the stopped child says is no result.
      if (interrupted()) return;
      signalGroup(child, 'SIGKILL');
      out?.end();
      err?.end();
      if (failure !== undefined) reject(failure);
      else resolve({ code, signal, stdout, stderr });
    });
  });
}
