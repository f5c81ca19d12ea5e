/** What can be wrong with what a user gives, and how it is said. Each folder of the core defines its own in one table. */

/** Arguments of a sentence. They are plain data: a problem keeps them, and the terminal prints them as JSON. */
export type Args = Readonly<Record<string, unknown>>;

/** A diagnostic without arguments. */
type None = Readonly<Record<string, never>>;

interface Definition<Of extends Args> {
  /** Says what is wrong, where, and what to do. */
  sentence(args: Of): string;
  /** Arguments as they occur, for the page of all diagnostics. */
  readonly sample: Of;
  /** Why the hardware or the format needs it. */
  readonly why: string;
  /** What to do about it, where the sentence is too short to say all. */
  readonly remedy: string;
}

/** One thing that can be wrong. An error keeps the design from being built; a warning does not. */
export interface Diagnostic<Of extends Args = Args> extends Definition<Of> {
  readonly severity: 'error' | 'warning';
}

export const error = <Of extends Args = None>(of: Definition<Of>): Diagnostic<Of> => ({ severity: 'error', ...of });
export const warning = <Of extends Args = None>(of: Definition<Of>): Diagnostic<Of> => ({ severity: 'warning', ...of });

/** Diagnostics by their codes: stable words that programs may rely on, where sentences may be worded anew. */
export type DiagnosticTable = Readonly<Record<string, Diagnostic>>;

export type CodeOf<Table extends DiagnosticTable> = keyof Table & string;

/** A diagnostic that applies: a problem but for its place. */
export interface Finding<Code extends string = string> {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly args: Args;
}

/** Makes the findings of a table. */
export const findingsOf =
  <Table extends DiagnosticTable>(table: Table) =>
  <Code extends CodeOf<Table>>(code: Code, args: Table[Code]['sample']): Finding<Code> => {
    const diagnostic = table[code] as Diagnostic;
    return { code, severity: diagnostic.severity, message: diagnostic.sentence(args), args };
  };

/** A finding that ends what was being done. */
export class FindingError<Code extends string = string> extends Error {
  readonly finding: Finding<Code>;

  constructor(finding: Finding<Code>) {
    super(finding.message);
    this.finding = finding;
  }

  get code(): Code {
    return this.finding.code;
  }
}
