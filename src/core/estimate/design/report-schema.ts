import * as z from 'zod/mini';

const count = z.number().check(z.gte(0));
const whole = z.number().check(z.int(), z.gte(0));
const counts = { lut: count, ff: count, dsp: count, bram18: count, uram: count };
const amounts = z.strictObject(counts);
const range = z.strictObject({ low: count, high: count, evidence: z.string() });
const stage = z.enum(['prefill', 'decode']);

/** An operation in its pass, in cycles from the start of the pass. */
const operation = z.strictObject({
  operation: z.string(),
  module: z.string(),
  role: z.string(),
  start: whole,
  end: whole,
  /** Counted cycles of its slowest process, and the same with pipeline latency and the time of its memory port. */
  countedCycles: count,
  cycles: whole,
  limit: z.enum(['compute', 'memory', 'input']),
  /** The memory port or the operation that it waits for; null where its own work is the limit. */
  waitsFor: z.nullable(z.string()),
  /** Over memory ports. */
  bytes: count,
});

/** Bandwidth in bytes per second. */
const bandwidth = z.strictObject({
  /** Of the ports that stream in the busiest pass, and of HBM; their quotient; that pass. */
  peak: count,
  ceiling: count,
  share: count,
  pass: z.number().check(z.int()),
  /** From 0 to 1: `memoryBusy` of all passes, each as often as it runs. */
  busy: count,
});

const pass = z.strictObject({
  pass: whole,
  section: z.enum(['begin', 'layer', 'end', 'summary', 'memory']),
  /** Runs per prompt (prefill) or token (decode): layers, or 1. */
  runs: whole,
  /** Of one run. */
  cycles: whole,
  /** Of the stage. */
  share: count,
  /** From 0 to 1: bytes that its ports on HBM move over what HBM could deliver at its peak in the time of the pass. */
  memoryBusy: count,
  /** What sets its time, in words; null for a pass without work. */
  limitedBy: z.nullable(z.string()),
  operations: z.array(operation),
});

/** Schema of what `composer estimate --json` prints; published as public/schemas/estimate.schema.json. */
export const estimateSchema = z.strictObject({
  format: z.literal('flexllm-composer-estimate'),
  version: z.literal(1),
  design: z.string(),
  target: z.string(),
  platform: z.string(),
  /** How the figures came about: nothing here was measured. */
  basis: z.string(),
  /** MHz: those that the design asks for, and what published designs of like fill reach. */
  clocks: z.strictObject({ prefill: count, decode: count }),
  expectedClocks: z.strictObject({ prefill: range, decode: range }),
  /** The lower of the two: all figures of speed, memory traffic and power are at these. */
  leadingClocks: z.strictObject({ prefill: count, decode: count }),
  /** Speed at the clocks entered where one is above the expected range; else null. */
  atEnteredClocks: z.nullable(
    z.strictObject({ prefillSeconds: count, decodeSeconds: count, tokensPerSecond: count, timeToFirstToken: count }),
  ),
  prefill: z.strictObject({
    tokens: whole,
    cycles: whole,
    countedCycles: whole,
    /** Of the modelled cycles, those in which the kernel loads its constants when it starts. */
    loadingCycles: whole,
    seconds: count,
    boundSeconds: z.nullable(count),
    /** What sets its pace, as a sentence; null where nothing takes time. */
    limitedBy: z.nullable(z.string()),
    /** Of a text in segments: launches, and what searching the memory and remembering take per segment. */
    segments: z.optional(
      z.strictObject({ launches: whole, overheadCycles: whole, overheadSeconds: count, share: count }),
    ),
  }),
  decode: z.strictObject({
    context: whole,
    tokens: whole,
    cycles: whole,
    countedCycles: whole,
    /** Of the modelled cycles, those in which the kernel loads its constants when it starts. */
    loadingCycles: whole,
    seconds: count,
    tokensPerSecond: count,
    boundSeconds: z.nullable(count),
    limitedBy: z.nullable(z.string()),
  }),
  /** Of decode, at the first token after the prompt. */
  passes: z.strictObject({ prefill: z.array(pass), decode: z.array(pass) }),
  timeToFirstToken: count,
  endToEnd: z.strictObject({
    seconds: count,
    batch: whole,
    reconfigurationSeconds: count,
    handOverSeconds: count,
    handOverBytes: whole,
    timeToFirstToken: count,
    tokensPerSecond: count,
  }),
  resources: z.strictObject({
    prefill: z.strictObject({ ...counts, perSlr: z.array(amounts) }),
    decode: z.strictObject({ ...counts, perSlr: z.array(amounts) }),
    total: amounts,
    perSlr: z.array(amounts),
    budget: amounts,
    fill: amounts,
    bitstreams: z.union([z.literal(1), z.literal(2)]),
    light: z.enum(['green', 'amber', 'red']),
    reasons: z.array(z.string()),
  }),
  memory: z.strictObject({
    bandwidth: z.strictObject({ prefill: bandwidth, decode: bandwidth }),
    hbmPorts: whole,
    hbmPortLimit: whole,
    ports: z.array(
      z.strictObject({
        stage,
        name: z.string(),
        direction: z.enum(['read', 'write', 'both']),
        content: z.enum(['weights', 'cache', 'table', 'buffer']),
        widthBits: whole,
        size: count,
        bank: z.nullable(z.string()),
        automatic: z.boolean(),
        bytes: count,
        fullRate: count,
        demand: count,
        duty: count,
        ceiling: count,
        share: count,
        passes: z.array(z.strictObject({ pass: whole, bytes: count, duty: count })),
      }),
    ),
    banks: z.array(z.strictObject({ name: z.string(), bytes: count, capacity: count, ports: z.array(z.string()) })),
    problems: z.array(z.string()),
  }),
  energy: z.strictObject({
    limitWatts: count,
    prefill: z.strictObject({ watts: count, joules: count }),
    decode: z.strictObject({ watts: count, joules: count, tokensPerJoule: count }),
    tokensPerJoule: count,
    withinLimit: z.boolean(),
  }),
});

export type EstimateReport = z.infer<typeof estimateSchema>;

/** The JSON Schema of the report. */
export function estimateJsonSchema(): Record<string, unknown> {
  return {
    title: 'Estimate of a FlexLLM Composer design',
    description:
      'Printed by composer estimate --json. Times in seconds, sizes in bytes, rates per second, cycles at the leading clock (MHz) of the stage.',
    ...z.toJSONSchema(estimateSchema),
  };
}
