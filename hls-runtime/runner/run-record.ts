/** build/run.json: what a run on the card gave. */
import * as z from 'zod/mini';

const amount = z.number().check(z.gte(0), z.lte(1e15));
const figure = z.nullable(amount);
const ids = z.array(z.number().check(z.int(), z.gte(0)));

const schema = z.strictObject({
  format: z.literal('flexllm-run'),
  version: z.literal(1),
  design: z.string(),
  board: z.enum(['u280', 'v80']),
  target: z.enum(['hw', 'hw_emu', 'sim', 'emu']),
  device: z.nullable(z.string().check(z.maxLength(200))),
  finished: z.string(),
  promptIds: ids,
  ids,
  text: z.string(),
  /** Seconds of the host program's own clock, 0 where it said nothing. */
  seconds: z.strictObject({ load: amount, prefill: amount, decode: amount, handover: amount }),
  /** Watts of the card, null where they were not measured. */
  watts: z.strictObject({ idle: figure, prefill: figure, decode: figure }),
  /** Prefill, hand-over and one decode step (their mean), in seconds. */
  timeToFirstToken: figure,
  decodeTokensPerSecond: figure,
});

export type RunResult = z.infer<typeof schema>;

/** @throws Error saying what is wrong with the text. */
export function readRun(text: string): RunResult {
  const result = schema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`it has a wrong value at ${issue?.path.join('.') ?? 'its top'}`);
}
