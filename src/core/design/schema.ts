import * as z from 'zod/mini';
import { ASSUMPTION_IDS } from '../targets/assumptions.ts';
import { PLATFORM_IDS, TARGETS } from '../targets/targets.ts';
import { migrate } from './migrations.ts';
import { type DesignNumber, MAX_DESIGN_TEXT, MOST_MEMORIES, MOST_SEGMENT, MOST_WINDOW, NUMBERS } from './numbers.ts';
import type { Finding } from '../diagnostics/diagnostic.ts';
import { schemaIssue } from '../diagnostics/schema-issue.ts';
import { parseJson } from '../diagnostics/json.ts';
import { MODEL_LIMITS } from '../models/limits.ts';
import { CACHE_GROUP_SIZES, GROUP_SIZES } from '../models/recipe.ts';
import { NOTE } from './annotations.ts';
import { type DesignCode, found } from './diagnostics.ts';
import { type Design, GROUP_COLOURS, type Problem, type StageGraph } from './types.ts';

/** Most instances and streams of one stage; far more than a card holds. */
export const MAX_INSTANCES = 2000;
const MAX_STREAMS = 5000;

/** A whole number; whichever bound is missed, the whole range is told. Rules follow "must be". */
function integer(least: number, most: number) {
  const rule = `a whole number from ${least} to ${most}`;
  return z.number(rule).check(z.int(rule), z.gte(least, rule), z.lte(most, rule));
}

function real(least: number, most: number) {
  const rule = `a number from ${least} to ${most}`;
  return z.number(rule).check(z.gte(least, rule), z.lte(most, rule));
}

/** A number above 0. */
function positive(most: number) {
  const rule = `a number greater than 0 and at most ${most}`;
  return z.number(rule).check(z.gt(0, rule), z.lte(most, rule));
}

/** A number of the design within its range. */
function ranged(which: DesignNumber) {
  const { least, most, whole } = NUMBERS[which];
  return whole ? integer(least, most) : real(least, most);
}

/** A text of a form; `rule` says the form, and how long it may be. */
const form = (least: number, most: number, pattern: RegExp, rule: string) =>
  z.string(rule).check(z.minLength(least, rule), z.maxLength(most, rule), z.regex(pattern, rule));

const IDENTIFIER = 'a name of at most 40 lower-case letters, digits and single underscores that begins with a letter';
const identifier = form(1, 40, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, IDENTIFIER);
const streamId = form(1, 80, /^[A-Za-z0-9_.\-/>]+$/, '1 to 80 letters, digits and characters of _.-/>');
/** Free text that users read; control characters are not text. */
const LABEL = `a text of 1 to ${MODEL_LIMITS.name} characters on one line`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be refused
const label = form(1, MODEL_LIMITS.name, /^[^\u0000-\u001f\u007f]*$/, LABEL);

const linearRecipe = z.strictObject({
  weights: z.enum(['fp32', 'int8', 'int6', 'int4', 'int2', 'ternary']),
  activations: z.union([
    z.literal('fp32'),
    z.strictObject({ bits: z.union([z.literal(4), z.literal(6), z.literal(8)]), symmetric: z.boolean() }),
  ]),
  group: z.optional(z.union(GROUP_SIZES.map((size) => z.literal(size)))),
  sparsity: z.optional(
    z.strictObject({
      keep: z.union([z.literal(1), z.literal(2), z.literal(4)]),
      of: z.union([z.literal(2), z.literal(4), z.literal(8)]),
      by: z.enum(['magnitude', 'activations']),
      pairs: z.boolean(),
    }),
  ),
});

const recipe = z.strictObject({
  name: label,
  qkvo: linearRecipe,
  ffn: linearRecipe,
  lmHead: linearRecipe,
  attention: z.enum(['fp32', 'int8']),
  cache: z.optional(
    z.strictObject({
      bits: z.literal(4),
      group: z.optional(z.union(CACHE_GROUP_SIZES.map((size) => z.literal(size)))),
    }),
  ),
  downHadamard: z.boolean(),
  normalise: z.optional(z.enum(['probabilities', 'result'])),
});

const model = z.strictObject({
  name: label,
  layers: integer(1, MODEL_LIMITS.layers),
  hidden: integer(1, MODEL_LIMITS.hidden),
  heads: integer(1, MODEL_LIMITS.heads),
  kvHeads: integer(1, MODEL_LIMITS.heads),
  headDim: integer(2, MODEL_LIMITS.headDim),
  ffn: integer(1, MODEL_LIMITS.ffn),
  vocab: integer(1, MODEL_LIMITS.vocab),
  maxPositions: integer(1, MODEL_LIMITS.maxPositions),
  ropeTheta: positive(MODEL_LIMITS.ropeTheta),
  ropeScaling: z.nullable(
    z.strictObject({
      factor: positive(MODEL_LIMITS.ropeFactor),
      lowFrequencyFactor: positive(MODEL_LIMITS.ropeFactor),
      highFrequencyFactor: positive(MODEL_LIMITS.ropeFactor),
      originalMaxPositions: integer(1, MODEL_LIMITS.maxPositions),
    }),
  ),
  normEpsilon: positive(1),
  tiedHead: z.boolean(),
  bos: z.nullable(integer(0, MODEL_LIMITS.vocab - 1)),
  eos: z.array(integer(0, MODEL_LIMITS.vocab - 1)).check(z.maxLength(MODEL_LIMITS.endTokens)),
});

const endpoint = z.strictObject({ instance: identifier, operation: identifier, port: identifier });

const parameters = z.record(identifier, z.union([integer(-1e6, 1e6), z.string().check(z.maxLength(40))]));
const amount = real(0, 1e9);
const position = z.strictObject({
  x: real(-1e6, 1e6),
  y: real(-1e6, 1e6),
});
const ownIds = (items: readonly { readonly id: string }[]): boolean =>
  new Set(items.map(({ id }) => id)).size === items.length;

const group = z.strictObject({
  id: identifier,
  title: label,
  colour: z.enum(GROUP_COLOURS),
  members: z.array(identifier).check(z.maxLength(400)),
  collapsed: z.optional(z.boolean()),
});

const NOTE_TEXT = `a text of at most ${NOTE.mostCharacters} characters without control characters`;
const note = z.strictObject({
  id: identifier,
  // Line ends and tabs belong to the text of a note; other control characters do not.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be refused
  text: form(0, NOTE.mostCharacters, /^[^\u0000-\u0008\u000b-\u001f\u007f]*$/, NOTE_TEXT),
  position,
  size: z.strictObject({
    width: real(NOTE.least.width, NOTE.most.width),
    height: real(NOTE.least.height, NOTE.most.height),
  }),
});

const stageGraph = z.strictObject({
  instances: z
    .array(
      z.strictObject({
        id: identifier,
        module: identifier,
        params: parameters,
        operations: z.array(z.strictObject({ id: identifier, role: identifier })).check(z.maxLength(64)),
        slr: z.optional(integer(0, 7)),
        position,
      }),
    )
    .check(z.maxLength(MAX_INSTANCES)),
  streams: z
    .array(
      z.strictObject({
        id: streamId,
        from: endpoint,
        to: endpoint,
        depth: z.optional(integer(1, 16777216)),
        carry: z.optional(z.enum(['fifo', 'memory'])),
      }),
    )
    .check(z.maxLength(MAX_STREAMS)),
  groups: z.optional(z.array(group).check(z.maxLength(100), z.refine(ownIds, 'two groups have the same id'))),
  notes: z.optional(z.array(note).check(z.maxLength(200), z.refine(ownIds, 'two notes have the same id'))),
});

const target = z.enum(TARGETS.map(({ id }) => id) as [string, ...string[]]);
const assumptions = z.array(z.enum(ASSUMPTION_IDS)).check(z.maxLength(ASSUMPTION_IDS.length));

/** Schema of the current version of the document. */
export const designSchema = z.strictObject({
  format: z.literal('flexllm-composer'),
  version: z.literal(1),
  name: label,
  target,
  platform: z.optional(z.enum(PLATFORM_IDS as [string, ...string[]])),
  bitstreams: z.optional(z.union([z.literal(1), z.literal(2)])),
  split: z.optional(z.literal('slr')),
  model,
  recipe,
  workload: z.strictObject({
    prompt: ranged('workload.prompt'),
    generate: ranged('workload.generate'),
    batch: integer(1, 1024),
  }),
  limits: z.strictObject({
    prompt: ranged('limits.prompt'),
    context: ranged('limits.context'),
    chunk: z.optional(ranged('limits.chunk')),
  }),
  window: z.optional(z.strictObject({ sinks: integer(1, MOST_WINDOW), recent: integer(1, MOST_WINDOW) })),
  hmt: z.optional(
    z.strictObject({
      segment: integer(1, MOST_SEGMENT),
      summary: integer(1, MOST_SEGMENT),
      recall: integer(1, MOST_SEGMENT),
      memories: integer(1, MOST_MEMORIES),
      projections: z.optional(z.literal(true)),
    }),
  ),
  tokenParallelism: ranged('tokenParallelism'),
  cachePorts: ranged('cachePorts'),
  clocks: z.strictObject({ prefill: ranged('clocks.prefill'), decode: ranged('clocks.decode') }),
  banks: z.optional(
    z.record(
      form(1, 120, /^(prefill|decode)\.[a-z][a-z0-9_]*$/, 'a memory port such as decode.linear_all_w0'),
      form(1, 20, /^[A-Za-z]+\[?\d+([:-]\d+)?\]?$/, 'a bank such as HBM[3]'),
    ),
  ),
  reconfiguration: z.optional(real(0, 3600)),
  built: z.optional(
    z
      .array(
        z.strictObject({
          stage: z.enum(['prefill', 'decode']),
          instance: identifier,
          params: parameters,
          from: z.enum(['synthesised', 'implemented']),
          lut: amount,
          ff: amount,
          dsp: amount,
          bram18: amount,
          uram: amount,
        }),
      )
      .check(z.maxLength(800)),
  ),
  probe: z.optional(z.strictObject({ board: target, release: label, held: assumptions, failed: assumptions })),
  builtClocks: z.optional(
    z
      .array(
        z.strictObject({
          stage: z.enum(['prefill', 'decode']),
          clock: real(10, 1000),
          of: form(16, 16, /^[0-9a-f]+$/, 'the print of the hardware that was built'),
        }),
      )
      .check(z.maxLength(2)),
  ),
  stages: z.strictObject({ prefill: stageGraph, decode: stageGraph }),
});

export type DesignResult =
  | { readonly ok: true; readonly design: Design }
  | { readonly ok: false; readonly problems: readonly Problem<DesignCode>[] };

const refuse = (finding: Finding<DesignCode>, path = ''): DesignResult => ({
  ok: false,
  problems: [{ ...finding, path }],
});

/** Validates a parsed document of any version; migrates older ones. Problems are located by JSON path. */
export function readDesign(document: unknown): DesignResult {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return refuse(found('no-design', {}));
  const head = document as { format?: unknown; version?: unknown };
  if (head.format !== 'flexllm-composer') return refuse(found('format-unknown', {}), 'format');
  const migrated = migrate(document as Record<string, unknown>);
  if ('refused' in migrated) return refuse(migrated.refused, 'version');
  const parsed = designSchema.safeParse(migrated.document);
  if (parsed.success) return { ok: true, design: parsed.data as Design };
  return {
    ok: false,
    problems: parsed.error.issues.slice(0, 20).map((issue) => {
      const place = schemaIssue(issue, migrated.document);
      return { ...found('value-invalid', place), path: place.path };
    }),
  };
}

/** Parses the text of a design file. */
export function parseDesign(text: string): DesignResult {
  if (text.length > MAX_DESIGN_TEXT) return refuse(found('file-too-long', { characters: text.length }));
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (error) {
    return refuse(found('file-not-json', { reason: error instanceof Error ? error.message : 'unknown error' }));
  }
  return readDesign(document);
}

/** Places of the keys that come and go; keys without a value are not written. */
const STREAM = { id: undefined, from: undefined, to: undefined, depth: undefined, carry: undefined };
const INSTANCE = {
  id: undefined,
  module: undefined,
  params: undefined,
  operations: undefined,
  slr: undefined,
  position: undefined,
};
const GROUP = { id: undefined, title: undefined, colour: undefined, members: undefined, collapsed: undefined };

const inOrder = (graph: StageGraph) => ({
  ...graph,
  instances: graph.instances.map((instance) => ({ ...INSTANCE, ...instance })),
  streams: graph.streams.map((stream) => ({ ...STREAM, ...stream })),
  groups: graph.groups?.map((one) => ({ ...GROUP, ...one })),
  notes: graph.notes,
});

/** The text of a design file: two-space JSON with a final newline, the same for equal designs, however they were edited. */
export function formatDesign(design: Design): string {
  return `${JSON.stringify({ ...design, stages: { prefill: inOrder(design.stages.prefill), decode: inOrder(design.stages.decode) } }, null, 2)}\n`;
}
