import { spawn } from 'node:child_process';
import { trackChild } from './cleanup.ts';
import { codeOf, messageOf, StepError } from './errors.ts';

export interface ProcessResult {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Everything written to stdout, or '' when lines were handed out. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a chatty program only the end of its output is kept. */
const MAX_OUTPUT = 4 << 20;

/** Thrown when a program does not exist. */
export class ProgramMissing extends StepError {}

/**
 * Runs a program without a shell: arguments reach it as they are.
 * @param onLine takes each line of stdout as it arrives.
 * @throws ProgramMissing when there is no such program.
 */
export function runProcess(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly onLine?: (line: string) => void } = {},
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, shell: false, windowsHide: true, stdio: ['pipe', 'pipe', 'pipe'] });
    trackChild(child);
    let stdout = '';
    let stderr = '';
    let rest = '';
    let failure: unknown;
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_OUTPUT);
    });
    child.stdout.on('data', (text: string) => {
      if (options.onLine === undefined) {
        stdout = (stdout + text).slice(-MAX_OUTPUT);
        return;
      }
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      try {
        for (const line of lines) options.onLine(line.replace(/\r$/, ''));
      } catch (error) {
        failure ??= error;
        child.kill('SIGTERM');
      }
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('error', (error) => {
      const missing = codeOf(error) === 'ENOENT';
      reject(
        missing
          ? new ProgramMissing(`The program "${program}" was not found; install it.`)
          : new StepError(`"${program}" could not be started: ${messageOf(error)}.`),
      );
    });
    child.once('close', (code, signal) => {
      if (failure !== undefined) reject(failure);
      else {
        if (rest !== '') options.onLine?.(rest);
        resolve({ code, signal, stdout, stderr });
      }
    });
  });
}
