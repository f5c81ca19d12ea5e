/**
 * What the tools and the card said of an exported project: `report.json`, written by the runner and read by the app.
 * A figure that nobody gave is null. Estimates are modelled; synthesised figures come from C synthesis, implemented
 * ones from placement and routing, measured ones from a run.
 */
import * as z from 'zod/mini';
import { found } from './diagnostics.ts';
import { readResult, type ResultKind } from './result-file.ts';

/** Version of the shape below. */
export const HARDWARE_REPORT_VERSION = 1;

const amount = z.number().check(z.gte(0), z.lte(1e15));
const figure = z.nullable(amount);
const signed = z.nullable(z.number().check(z.gte(-1e6), z.lte(1e6)));
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be refused
const label = z.string().check(z.maxLength(300), z.regex(/^[^\u0000-\u001f\u007f]*$/));
const stage = z.enum(['prefill', 'decode']);

/** BRAM in halves of a block (18 Kb); cycles of one run of all passes of the stage for the workload of the estimate. */
const resources = { lut: figure, ff: figure, dsp: figure, bram18: figure, uram: figure };
const amounts = z.strictObject(resources);

const instance = z.strictObject({
  stage,
  instance: label,
  module: label,
  kernel: label,
  estimated: z.strictObject({ ...resources, cycles: figure }),
  /** `cycles` is the latency of one call where the tool could tell it, `ii` the largest initiation interval of its loops. */
  synthesised: z.nullable(z.strictObject({ ...resources, cycles: figure, ii: figure })),
  implemented: z.nullable(amounts),
});

const kernel = z.strictObject({
  name: label,
  stage,
  bitstream: z.nullable(label),
  synthesised: z.nullable(amounts),
  implemented: z.nullable(amounts),
  clock: z.strictObject({
    /** Asked for, in MHz. */
    asked: figure,
    /** What C synthesis estimates, in MHz. */
    synthesised: figure,
    /** 1000 / (period - worst slack) of the routed design, in MHz. */
    implemented: figure,
    /** What the bitstream runs at, in MHz. */
    achieved: figure,
  }),
  /** Worst slack of the routed design in ns. */
  worstSlack: signed,
  /** Cycles of the kernel in RTL co-simulation of the test bench (the largest, where it was called more than once). */
  cosimCycles: figure,
});

const performance = z.strictObject({
  prefillSeconds: figure,
  decodeSeconds: figure,
  timeToFirstToken: figure,
  tokensPerSecond: figure,
  prefillWatts: figure,
  decodeWatts: figure,
});

const schema = z.strictObject({
  format: z.literal('flexllm-report'),
  version: z.literal(HARDWARE_REPORT_VERSION),
  design: label,
  board: z.enum(['u280', 'v80']),
  /** Build that the implemented figures are of. */
  target: z.enum(['hw', 'hw_emu', 'sim', 'emu']),
  /** Release of the tools, such as 2025.1. */
  release: z.nullable(label),
  created: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)),
  workload: z.strictObject({ prompt: amount, generate: amount }),
  instances: z.array(instance).check(z.maxLength(4096)),
  kernels: z.array(kernel).check(z.maxLength(64)),
  performance: z.strictObject({
    estimated: performance,
    /** Of the run in build/run.json; null before the first. `prompt` and `generated` are its tokens. */
    measured: z.nullable(
      z.strictObject({
        ...performance.shape,
        idleWatts: figure,
        device: z.nullable(label),
        target: z.enum(['hw', 'hw_emu', 'sim', 'emu']),
        prompt: amount,
        generated: amount,
      }),
    ),
  }),
  /** Files that were looked at: `problem` says why one could not be used. */
  files: z.array(z.strictObject({ path: label, kind: label, problem: z.nullable(label) })).check(z.maxLength(4096)),
});

export type HardwareReport = z.infer<typeof schema>;
export type ReportInstance = HardwareReport['instances'][number];
export type ReportKernel = HardwareReport['kernels'][number];
export type ReportAmounts = z.infer<typeof amounts>;

const KIND: ResultKind = {
  format: 'flexllm-report',
  version: HARDWARE_REPORT_VERSION,
  tooLarge: found('report-too-large', {}),
  notJson: found('report-not-json', {}),
  unknown: found('report-unknown', {}),
  otherVersion: (version) => found('report-version', { version, known: HARDWARE_REPORT_VERSION }),
  damaged: (where, reason) => found('report-damaged', { where, reason }),
};

/**
 * Reads a report.
 * @throws ModelError with one sentence when the text is none, is of another version, or has a wrong value.
 */
export const parseHardwareReport = (text: string): HardwareReport => readResult(text, KIND, schema);
