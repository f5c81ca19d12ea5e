/** What a schema found wrong with a document, in words: which key, what it must be, and what it is. */
import type * as z from 'zod/mini';

type Issue = z.core.$ZodIssue;

/** What schemas say where they define no rule of their own. */
const UNSAID = 'Invalid input';

/** The rule that a schema defines: what a value must be, in words. */
function ruleOf({ message: rule }: Issue): string | undefined {
  return rule === UNSAID ? undefined : rule;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

const or = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const both = (first: string, second: string): string => [first, second].filter((part) => part !== '').join('.');

const pathOf = (issue: Issue): string => issue.path.map(String).join('.');

/** A value as it stands in the document, cut to what fits a sentence. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 entry' : `a list of ${value.length} entries`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The value at a path of a document; undefined where there is none. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    document,
  );
}

/** What would be accepted, to follow "must be"; undefined where the rule is no such list. */
function accepted(issue: Issue): string[] | undefined {
  const rule = ruleOf(issue);
  if (rule !== undefined) return [rule];
  if (issue.code === 'invalid_type') return [TYPES[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value) ?? String(value));
  if (issue.code !== 'invalid_union') return undefined;
  const lists = issue.errors.map(([first]) => (first && first.path.length === 0 ? accepted(first) : undefined));
  return lists.some((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function size(issue: Issue): string | undefined {
  if (issue.code !== 'too_big' && issue.code !== 'too_small') return undefined;
  const big = issue.code === 'too_big';
  const bound = big ? issue.maximum : issue.minimum;
  const counted = COUNTED[issue.origin];
  if (counted) return `must have at ${big ? 'most' : 'least'} ${bound} ${counted}`;
  const word = issue.inclusive === false ? (big ? 'less than' : 'greater than') : big ? 'at most' : 'at least';
  return `must be ${word} ${bound}`;
}

/** An alternative whose kind of value is the one that stands there: what is wrong lies within it. */
function nearest(issue: z.core.$ZodIssueInvalidUnion): Issue | undefined {
  return issue.errors.find((issues) => !issues.some(({ path, code }) => path.length === 0 && KIND.has(code)))?.[0];
}
const KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/**
 * The place of an issue as a JSON path, and what is wrong there as the rest of a sentence.
 * @param document what was read; the value that stands at the path is told.
 */
export function schemaIssue(issue: Issue, document: unknown): { readonly path: string; readonly reason: string } {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => shown(key));
    return { path, reason: keys.length === 1 ? `${keys[0]} is not a known key` : `${or(keys)} are not known keys` };
  }
  if (issue.code === 'invalid_key') {
    const rule = issue.issues[0] ? schemaIssue(issue.issues[0], undefined).reason : 'is not accepted';
    return { path, reason: `the key ${rule.replace(/ but is missing$/, '')}`.replace(/,$/, '') };
  }
  const value = valueAt(document, issue.path);
  if (issue.code === 'invalid_union' && value !== undefined) {
    const inner = nearest(issue);
    if (inner) {
      const found = schemaIssue(inner, value);
      return { path: both(path, found.path), reason: found.reason };
    }
  }
  // What holds for a whole list says itself what is wrong.
  if (issue.code === 'custom') return { path, reason: ruleOf(issue) ?? 'is not accepted' };
  const list = accepted(issue);
  const rule =
    list === undefined ? (size(issue) ?? 'has a form that is not accepted') : `must be ${or([...new Set(list)])}`;
  return { path, reason: `${rule}, but is ${value === undefined ? 'missing' : shown(value)}` };
}
