/** Known messages of the tools. Sources: docs/runner.md. The first entry that matches a line explains it. */
import type { StepKind } from '../steps/step.ts';
import { CARD_ERRORS } from './card.ts';
import { HLS_ERRORS } from './hls.ts';
import { LINK_ERRORS } from './link.ts';
import { MACHINE_ERRORS } from './machine.ts';
import type { KnownError } from './types.ts';
import { V80_ERRORS } from './v80.ts';

export type { KnownError } from './types.ts';

export const KNOWN_ERRORS: readonly KnownError[] = [
  ...MACHINE_ERRORS,
  ...HLS_ERRORS,
  ...LINK_ERRORS,
  ...CARD_ERRORS,
  ...V80_ERRORS,
];

/** Cheap test that most lines of a log fail. */
const ANY = new RegExp(KNOWN_ERRORS.map((entry) => `(?:${entry.pattern.source})`).join('|'), 'i');
/** Longest part of a line that is searched. */
const SEARCHED = 4000;

/** The entry that explains a line of a step's log, or undefined. A warning explains a failure only when nothing else does. */
export function lookUp(
  line: string,
  search: { readonly board: 'u280' | 'v80'; readonly kind: StepKind },
): KnownError | undefined {
  const text = line.slice(0, SEARCHED);
  if (/^INFO\b/.test(text) || !ANY.test(text)) return undefined;
  const warning = /^WARNING\b/.test(text);
  const fits = (entry: KnownError): boolean =>
    (!warning || entry.follows === true) &&
    (entry.board === undefined || entry.board === search.board) &&
    (entry.kinds === undefined || entry.kinds.includes(search.kind)) &&
    entry.pattern.test(text);
  const found = KNOWN_ERRORS.filter(fits);
  return found.find((entry) => entry.follows !== true) ?? found[0];
}
