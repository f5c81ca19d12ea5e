/** What can be wrong with what a user gives, and how it is said. Each folder of the core defines its own in one table. */

/** Arguments of a sentence. They are plain data: a problem keeps them, and the terminal prints them as JSON. */
export type Args = Readonly<Record<string, unknown>>;

/** A diagnostic without arguments. */
type None = Readonly<Record<string, never>>;

interface Definition<Of extends Args> {
  /** Says what is wrong, where, and what to do. */
  sentence(args: Of): string;
}

/** One thing that can be wrong. An error keeps the design from being built; a warning does not. */
export interface Diagnostic<Of extends Args = Args> extends Definition<Of> {
  readonly severity: 'error' | 'warning';
}

export const error = <Of extends Args = None>(of: Definition<Of>): Diagnostic<Of> => ({ severity: 'error', ...of });
export const warning = <Of extends Args = None>(of: Definition<Of>): Diagnostic<Of> => ({ severity: 'warning', ...of });

/** Diagnostics by their codes: stable words that programs may rely on, where sentences may be worded anew. */
export type DiagnosticTable = Readonly<Record<string, Diagnostic>>;

type ArgsOf<Of extends Diagnostic> = Parameters<Of['sentence']>[0];

/** What the page of all diagnostics says beside the sentence. It stands apart: neither the app nor the runner carries it. */
export interface Explanation<Of extends Args = Args> {
  /** Arguments as they occur. */
  readonly sample: Of;
  /** Why the hardware or the format needs it. */
  readonly why: string;
  /** What to do about it, where the sentence is too short to say all. */
  readonly remedy: string;
}

/** Explanations of all diagnostics of a table. */
export type Explanations<Table extends DiagnosticTable> = {
  readonly [Code in keyof Table]: Explanation<ArgsOf<Table[Code]>>;
};

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
  <Code extends CodeOf<Table>>(code: Code, args: ArgsOf<Table[Code]>): Finding<Code> => {
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
