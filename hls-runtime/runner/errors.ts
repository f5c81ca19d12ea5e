/** The command line or one of the user's files is wrong: exit code 2. One sentence: what, where, what to do. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** A step (compiling, running, writing) failed: exit code 1. */
export class StepError extends Error {
  override readonly name = 'StepError';
  /** Output of the failed program, shown below the sentence. */
  readonly log: string;

  constructor(message: string, log = '') {
    super(message);
    this.log = log;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a failed system call ("ENOENT"), or ''. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}
