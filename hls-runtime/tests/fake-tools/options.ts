/** Strict command lines: what the real tools do not know is refused here too. */
import type { Failure } from './world.ts';

export interface Grammar {
  /** Options with a value: `--platform P` or `--platform=P`. */
  readonly values: readonly string[];
  readonly flags: readonly string[];
  /** Short names. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Options whose value is a list up to the next option. */
  readonly lists?: readonly string[];
  readonly positionals?: boolean;
}

export interface Parsed {
  readonly values: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

/** @throws Failure with `refuse(message)` for anything that the grammar does not know. */
export function parseOptions(args: readonly string[], grammar: Grammar, refuse: (message: string) => Failure): Parsed {
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const flags = new Set<string>();
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] as string;
    if (!argument.startsWith('-') || argument === '-') {
      if (grammar.positionals !== true) throw refuse(`unexpected argument '${argument}'`);
      positionals.push(argument);
      continue;
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const name = grammar.aliases?.[written] ?? written;
    if (grammar.flags.includes(name)) flags.add(name);
    else if (grammar.lists?.includes(name)) {
      const list: string[] = [];
      while (at + 1 < args.length && !(args[at + 1] as string).startsWith('-')) list.push(args[++at] as string);
      if (list.length === 0) throw refuse(`option '${written}' needs values`);
      lists[name] = [...(lists[name] ?? []), ...list];
    } else if (grammar.values.includes(name)) {
      const value = equals < 0 ? args[++at] : argument.slice(equals + 1);
      if (value === undefined || value === '') throw refuse(`option '${written}' needs a value`);
      if (values[name] !== undefined) throw refuse(`option '${written}' is given twice`);
      values[name] = value;
    } else throw refuse(`unrecognised option '${written}'`);
  }
  return { values, lists, flags, positionals };
}
