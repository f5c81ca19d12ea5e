/** One argument as a POSIX shell reads it back: as it is when harmless, else in single quotes. */
export function shellQuote(argument: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A command line that can be pasted into a shell. */
export function shellLine(program: string, args: readonly string[]): string {
  return [program, ...args].map(shellQuote).join(' ');
}
