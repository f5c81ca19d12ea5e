/** Longest text of a design, in characters; a guard against absurd files. */
export const MAX_DESIGN_TEXT = 4_000_000;

/** Most sinks, and most recent tokens, of an attention window. */
export const MOST_WINDOW = 1048576;

/** Most tokens of a segment, and most memories of segments. */
export const MOST_SEGMENT = 1048576;
export const MOST_MEMORIES = 4096;

/** Numbers of a design that a user sets, by their path in the document, with the values that the document may hold. */
export const NUMBERS = {
  tokenParallelism: { label: 'token parallelism', least: 1, most: 64, whole: true },
  cachePorts: { label: 'KV cache memories', least: 1, most: 64, whole: true },
  'workload.prompt': { label: 'prompt of the workload', least: 1, most: 16777216, whole: true },
  'workload.generate': { label: 'generated tokens of the workload', least: 1, most: 16777216, whole: true },
  'limits.prompt': { label: 'prompt limit', least: 1, most: 1048576, whole: true },
  'limits.chunk': { label: 'prefill chunk', least: 1, most: 1048576, whole: true },
  'limits.context': { label: 'context limit', least: 1, most: 1048576, whole: true },
  'clocks.prefill': { label: 'prefill clock', least: 10, most: 1000, whole: false },
  'clocks.decode': { label: 'decode clock', least: 10, most: 1000, whole: false },
} as const;

export type DesignNumber = keyof typeof NUMBERS;
export const DESIGN_NUMBERS = Object.keys(NUMBERS) as readonly DesignNumber[];

/** Why a number cannot be set to a value; undefined when it can. */
export function numberProblem(which: DesignNumber, value: number): string | undefined {
  const { label, least, most, whole } = NUMBERS[which];
  if (Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return undefined;
  return `The ${label} (${which}) is a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`;
}
