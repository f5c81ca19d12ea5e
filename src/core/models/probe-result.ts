/**
 * What the vendor's tools said about the assumptions of the library: `probe.json`, written by `node run.mjs probe` and read by
 * the app and the terminal.
 */
import * as z from 'zod/mini';
import { ASSUMPTION_IDS, type ToolAnswers } from '../targets/assumptions.ts';
import { found } from './diagnostics.ts';
import { readResult, type ResultKind } from './result-file.ts';

/** Version of the shape below. */
export const PROBE_VERSION = 1;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be refused
const line = z.string().check(z.maxLength(600), z.regex(/^[^\u0000-\u001f\u007f]*$/));

const answer = z.strictObject({
  id: z.enum(ASSUMPTION_IDS),
  status: z.enum(['held', 'failed', 'not run']),
  /** What the micro-kernel must show. */
  expected: line,
  /** What the tools said: a measured value, the first error, or why it was not run. */
  seen: line,
  seconds: z.number().check(z.gte(0), z.lte(1e7)),
  /** Log of the tools, relative to the project; null before it ran. */
  log: z.nullable(line),
});

const schema = z.strictObject({
  format: z.literal('flexllm-probe'),
  version: z.literal(PROBE_VERSION),
  board: z.enum(['u280', 'v80']),
  part: line,
  /** Release of the tools, such as 2025.1. */
  release: line.check(z.minLength(1), z.maxLength(40)),
  /** Clock that was asked for, in MHz. */
  clock: z.number().check(z.gt(0), z.lte(2000)),
  created: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)),
  assumptions: z.array(answer).check(
    z.maxLength(ASSUMPTION_IDS.length),
    z.refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'an assumption is there twice'),
  ),
});

export type ProbeResult = z.infer<typeof schema>;
export type ProbeAnswer = ProbeResult['assumptions'][number];

const KIND: ResultKind = {
  format: 'flexllm-probe',
  version: PROBE_VERSION,
  tooLarge: found('probe-too-large', {}),
  notJson: found('probe-not-json', {}),
  unknown: found('probe-unknown', {}),
  otherVersion: (version) => found('probe-version', { version, known: PROBE_VERSION }),
  damaged: (where, reason) => found('probe-damaged', { where, reason }),
};

/**
 * Reads a result of the probe.
 * @throws ModelError with one sentence when the text is none, is of another version, or has a wrong value.
 */
export const parseProbeResult = (text: string): ProbeResult => readResult(text, KIND, schema);

/** What a design keeps of a result. */
export function answersOf({ board, release, assumptions }: ProbeResult): ToolAnswers {
  const ids = (status: ProbeAnswer['status']) =>
    ASSUMPTION_IDS.filter((id) => assumptions.some((answer) => answer.id === id && answer.status === status));
  return { board, release, held: ids('held'), failed: ids('failed') };
}
