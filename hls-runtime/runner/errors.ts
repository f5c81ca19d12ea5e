/** The command line or one of the user's files is wrong: exit code 2. One sentence: what, where, what to do. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** A step (compiling, running, writing) failed: exit code 1. */
export class StepError extends Error {
  override readonly name = 'StepError';
  /** Output of the failed program, shown below the sentence. */
  readonly log: string;
  /** What --json says beyond the sentence. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, log = '', details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.log = log;
    this.details = details;
  }
}

/** Nothing could be asked, which is no failure of what was to be asked: exit code 3. */
export class NotRun extends StepError {}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a failed system call ("ENOENT"), or ''. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The sentence for a file operation that failed in a way the user can mend, or undefined. */
export function fileProblem(error: unknown, path: string): StepError | undefined {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StepError(
        `The disk of ${path} is full; free some space and run the same command again, finished steps are kept.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StepError(
        `${path} cannot be written (${messageOf(error)}); give yourself the right to write there, or copy the project elsewhere.`,
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return new StepError(`${path} is in the way (${messageOf(error)}); remove it and run the same command again.`);
    default:
      return undefined;
  }
}
