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

/** Own prefixes of the tools, by the first number of their messages. */
const TOOL_OF: Readonly<Record<string, string>> = {
  12: 'Vivado',
  17: 'Common',
  30: 'Place',
  35: 'Route',
  60: 'v++',
  82: 'SYSTEM_LINK',
  83: 'CFGEN',
  200: 'HLS',
  203: 'XFORM',
  204: 'SCHED',
  207: 'HLS',
  212: 'COSIM',
  213: 'IMPL',
  214: 'HLS',
};

/**
 * The line with every message under the prefix of the tool that it comes from: drivers hand messages on under their own,
 * `[v++ 214-160]` for `[HLS 214-160]`, `[VPL UTLZ-1]` for `[DRC UTLZ-1]`.
 */
function underOwnPrefix(text: string): string {
  return text
    .replace(/\[(v\+\+|vitis-run|VPL) (\d+)-/g, (whole, driver: string, family: string) => {
      const tool = TOOL_OF[family];
      return tool === undefined || (driver === 'VPL' && tool === 'v++') ? whole : `[${tool} ${family}-`;
    })
    .replace(/\[(?:v\+\+|VPL) (?=[A-Z]+-\d+\])/g, '[DRC ');
}

/** The entry that explains a line of a step's log, or undefined. A warning explains a failure only when nothing else does. */
export function lookUp(
  line: string,
  search: { readonly board: 'u280' | 'v80'; readonly kind: StepKind },
): KnownError | undefined {
  const text = line.slice(0, SEARCHED);
  const own = underOwnPrefix(text);
  const matches = (pattern: RegExp): boolean => pattern.test(text) || (own !== text && pattern.test(own));
  if (/^INFO\b/.test(text) || !matches(ANY)) return undefined;
  const warning = /^WARNING\b/.test(text);
  const fits = (entry: KnownError): boolean =>
    (!warning || entry.follows === true) &&
    (entry.board === undefined || entry.board === search.board) &&
    (entry.kinds === undefined || entry.kinds.includes(search.kind)) &&
    matches(entry.pattern);
  const found = KNOWN_ERRORS.filter(fits);
  return found.find((entry) => entry.follows !== true) ?? found[0];
}
