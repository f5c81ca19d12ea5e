/** Turns a failed step into what the user needs: the first real error, why, what to do, where the log is. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from '../errors.ts';
import { type KnownError, lookUp } from '../known/catalogue.ts';
import { LineSplitter } from '../lines.ts';
import { ProgramMissing } from '../process.ts';
import { logPath } from './engine.ts';
import type { Step } from './step.ts';

/** A command that ended badly; `explainFailure` says why. */
class CommandFailed extends StepError {}

/** Longest part of an error line that is shown. */
const SHOWN = 600;
const LAST_LINES = 8;
/** The kernel's killer ends programs with SIGKILL: exit code 137. */
const KILLED = 137;

export function failureOf(program: string, code: number | null, signal: string | null, step: Step): StepError {
  const how = signal === null ? `${program} ended with exit code ${code}` : `${program} was ended by ${signal}`;
  const killed = signal === 'SIGKILL' || code === KILLED ? 'Killed' : '';
  return new CommandFailed(`${step.title} failed: ${how}.`, killed);
}

interface Finding {
  readonly line: string;
  readonly number: number;
  readonly file: string;
  readonly known: KnownError | undefined;
}

interface Scan {
  /** The best line of the file, by `rank`. */
  readonly finding: Finding | undefined;
  readonly tail: readonly string[];
}

const ERROR = /^(?:ERROR|CRITICAL WARNING)\b/;

const isWarning = (finding: Finding): boolean => /^(?:CRITICAL )?WARNING\b/.test(finding.line);
const isUnknownError = (finding: Finding): boolean => finding.known === undefined && !isWarning(finding);
const isFollower = (finding: Finding): boolean => finding.known?.follows === true && !isWarning(finding);

/** How little a line tells of the cause, from 0: an explained cause, an unknown error, a message that follows, a warning. */
function rank(finding: Finding): number {
  if (finding.known !== undefined && finding.known.follows !== true) return 0;
  if (isWarning(finding)) return finding.known === undefined ? 4 : 3;
  return finding.known === undefined ? 1 : 2;
}

/** Reads a log of any size, line by line, with bounded memory. */
async function scanLog(
  path: string,
  file: string,
  search: { readonly board: 'u280' | 'v80'; readonly kind: Step['kind'] },
): Promise<Scan> {
  let best: Finding | undefined;
  let number = 0;
  const tail: string[] = [];
  const splitter = new LineSplitter((raw) => {
    number += 1;
    const line = raw.trim();
    if (line === '' || line.startsWith('$ ')) return;
    tail.push(line.slice(0, SHOWN));
    if (tail.length > LAST_LINES) tail.shift();
    if (best !== undefined && rank(best) === 0) return;
    const known = lookUp(line, search);
    if (known === undefined && !ERROR.test(line)) return;
    const finding = { line: line.slice(0, SHOWN), number, file, known };
    // An unknown error after a message that only follows is one more follower: what comes first is nearer to the cause.
    if (best === undefined || (rank(finding) < rank(best) && !(isUnknownError(finding) && isFollower(best))))
      best = finding;
  });
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) splitter.push(chunk as string);
  } catch {
    // A log that is missing or cannot be read tells nothing.
  }
  splitter.end();
  return { finding: best, tail };
}

/** Files that a path with `*` for folder or file names stands for. */
export async function expand(root: string, pattern: string): Promise<string[]> {
  let paths = [''];
  for (const part of pattern.split('/')) {
    if (!part.includes('*')) {
      paths = paths.map((path) => (path === '' ? part : `${path}/${part}`));
      continue;
    }
    const match = new RegExp(`^${part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const next: string[] = [];
    for (const path of paths) {
      const names = await readdir(join(root, path)).catch((): string[] => []);
      for (const name of names.sort()) if (match.test(name)) next.push(path === '' ? name : `${path}/${name}`);
    }
    paths = next;
  }
  return paths;
}

/** The error to show for a failed step: sentence, first real error, explanation, remedy, place of the log. */
export async function explainFailure(
  options: { readonly root: string; readonly board: 'u280' | 'v80' },
  step: Step,
  error: Error,
): Promise<Error> {
  const own = logPath(step.id);
  const tool = error instanceof CommandFailed || error instanceof ProgramMissing;
  if (!tool) {
    if (!(error instanceof StepError)) return error;
    return new StepError(error.message, error.log, { step: step.id, log: own, ...error.details });
  }
  const search = { board: options.board, kind: step.kind };
  let best: Finding | undefined;
  let tail: readonly string[] = [];
  for (const pattern of [...step.logs, own]) {
    for (const file of await expand(options.root, pattern)) {
      const scan = await scanLog(join(options.root, file), file, search);
      if (scan.finding !== undefined && (best === undefined || rank(scan.finding) < rank(best))) best = scan.finding;
      if (file === own) tail = scan.tail;
    }
  }
  const killed = error.log === 'Killed' ? lookUp('Killed', search) : undefined;
  if (killed !== undefined && (best === undefined || rank(best) > 0))
    best = { line: 'Killed', number: 0, file: own, known: killed };
  const message = error instanceof ProgramMissing ? `${step.title} failed: ${error.message}` : error.message;
  const lines: string[] = [];
  if (best !== undefined) lines.push(`  ${best.line}`);
  else lines.push(...tail.map((line) => `  ${line}`));
  if (best?.known !== undefined) lines.push(`Why: ${best.known.explanation}`, `Do:  ${best.known.remedy}`);
  else
    lines.push(
      best === undefined
        ? 'These are the last lines; no known message is among them.'
        : 'This message is not in the catalogue of known errors.',
    );
  lines.push(
    `Log: ${best === undefined || best.number === 0 ? own : `${best.file}, line ${best.number}`}${best !== undefined && best.file !== own ? `; all output in ${own}` : ''}`,
  );
  return new StepError(message, lines.join('\n'), {
    step: step.id,
    log: own,
    ...(best === undefined ? {} : { line: best.line, file: best.file, lineNumber: best.number }),
    ...(best?.known === undefined
      ? {}
      : { known: best.known.id, explanation: best.known.explanation, remedy: best.known.remedy }),
  });
}
