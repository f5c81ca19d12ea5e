import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../models/hf-config.ts';
import { MODEL_LIMITS } from '../models/limits.ts';
import { MOBY_LLAMA_1M } from '../models/samples.ts';
import { SAMPLES, sampleById } from '../templates/samples.ts';
import { formatDesign, parseDesign, readDesign } from './schema.ts';
import type { Design } from './types.ts';

type Json = Record<string, unknown>;

const moby = (): Json => JSON.parse(formatDesign(sampleById('moby-u280')?.design() as Design)) as Json;

/** The place of a key and its holder, for all of a document. */
function places(
  value: unknown,
  path: readonly string[] = [],
): { path: readonly string[]; holder: Json; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { path: [...path, key], holder: value as Json, key },
    ...places(inner, [...path, key]),
  ]);
}

function refusals(document: unknown) {
  const result = readDesign(document);
  return result.ok ? [] : result.problems;
}

/** What is said of moby-u280 when the value at `path` is another. */
function said(path: string, value: unknown): string {
  const document = moby();
  const place = places(document).find((one) => one.path.join('.') === path);
  const keys = path.split('.');
  const holder = place?.holder ?? (keys.slice(0, -1).reduce<unknown>((at, key) => (at as Json)[key], document) as Json);
  if (value === undefined) delete holder[keys.at(-1) as string];
  else holder[keys.at(-1) as string] = value;
  return refusals(document)
    .map(({ message }) => message)
    .join('\n');
}

const IDENTIFIER = 'a name of at most 40 lower-case letters, digits and single underscores that begins with a letter';

describe('a refusal names the key, what it must be and what it is', () => {
  test.each([
    ['zz', 1, 'The document: "zz" is not a known key; correct it or remove it.'],
    ['clocks.decoed', 300, 'clocks: "decoed" is not a known key; correct it or remove it.'],
    ['clocks.decode', 1500, 'clocks.decode: must be a number from 10 to 1000, but is 1500; correct it or remove it.'],
    ['clocks.decode', '300', 'clocks.decode: must be a number from 10 to 1000, but is "300"; correct it or remove it.'],
    ['clocks', undefined, 'clocks: must be an object, but is missing; correct it or remove it.'],
    ['model.layers', 1.5, 'model.layers: must be a whole number from 1 to 512, but is 1.5; correct it or remove it.'],
    ['model.ropeTheta', 0, 'model.ropeTheta: must be a number greater than 0 and at most 1000000000000, but is 0; '],
    ['model.eos', Array(17).fill(1), 'model.eos: must have at most 16 entries, but is a list of 17 entries; '],
    ['name', '', 'name: must be a text of 1 to 100 characters on one line, but is ""; '],
    ['target', 'u250', 'target: must be "u280" or "v80", but is "u250"; '],
    ['bitstreams', 3, 'bitstreams: must be 1 or 2, but is 3; '],
    ['recipe.qkvo.activations', 'int8', 'recipe.qkvo.activations: must be "fp32" or an object, but is "int8"; '],
    [
      'recipe.qkvo.activations',
      { bits: 5, symmetric: true },
      'recipe.qkvo.activations.bits: must be 4, 6 or 8, but is 5; ',
    ],
    ['stages.prefill.instances.0.id', 'A b', `stages.prefill.instances.0.id: must be ${IDENTIFIER}, but is "A b"; `],
    [
      'stages.prefill.instances.1.params',
      { X: 1 },
      `stages.prefill.instances.1.params.X: the key must be ${IDENTIFIER}; `,
    ],
    [
      'stages.prefill.instances.1.params',
      { wp: [1] },
      'stages.prefill.instances.1.params.wp: must be a whole number from -1000000 to 1000000 or a text, but is a list of 1 entry; ',
    ],
    ['banks', { 'x y': 'HBM[1]' }, 'banks.x y: the key must be a memory port such as decode.linear_all_w0; '],
  ])('%s = %j', (path, value, sentence) => {
    expect(said(path, value)).toContain(sentence);
  });

  test('of 400 designs with other values, keys and gaps, each refusal names a place of the file and a rule', () => {
    const other = fc.oneof(
      fc.constantFrom(null, true, -1, 0, 1.5, 1e9, -1e9, '', 'x y', 'A', '\u0000', 'x'.repeat(300), [], {}, [[]], [1], {
        a: 1,
      }),
      fc.integer(),
      fc.string(),
      fc.jsonValue(),
    );
    const seen = { refused: 0, unknown: 0, ranges: 0, missing: 0 };
    const kinds = fc.constantFrom('value', 'key', 'gap');
    fc.assert(
      fc.property(fc.nat(SAMPLES.length - 1), fc.nat(), other, kinds, (which, at, value, kind) => {
        const document = JSON.parse(formatDesign(SAMPLES[which]?.design() as Design)) as Json;
        const all = places(document).filter(({ path }) => !['format', 'version'].includes(path[0] as string));
        const { holder, key } = all[at % all.length] as (typeof all)[number];
        if (kind === 'value') holder[key] = value;
        else if (kind === 'gap') delete holder[key];
        else holder[`${key}_other`] = value;
        const text = JSON.stringify(document);
        const result = parseDesign(text);
        if (result.ok) return;
        seen.refused += 1;
        const present = new Set(['', ...places(JSON.parse(text)).map(({ path }) => path.join('.'))]);
        for (const { path = '', message } of result.problems) {
          expect(message).not.toMatch(/Invalid input|undefined|\[object|a form that is not accepted/);
          expect(message).toMatch(/^(The document|\S.*): .+; correct it or remove it\.$/s);
          const missing = message.includes('but is missing');
          expect(present.has(missing ? path.split('.').slice(0, -1).join('.') : path), `${path} in ${message}`).toBe(
            true,
          );
          const unknown = /: (".*") is not a known key;/.exec(message)?.[1];
          if (unknown !== undefined && !unknown.endsWith('..."'))
            expect(present.has([path, JSON.parse(unknown)].filter((part) => part !== '').join('.'))).toBe(true);
          if (unknown !== undefined) seen.unknown += 1;
          else expect(message).toMatch(/ must (be|have) | are not known keys| two (groups|notes) have the same id/);
          if (/from -?\d+ to \d+/.test(message)) seen.ranges += 1;
          if (missing) seen.missing += 1;
        }
      }),
      { numRuns: 400 },
    );
    expect(seen.refused).toBeGreaterThan(150);
    expect(Math.min(seen.unknown, seen.ranges, seen.missing)).toBeGreaterThan(20);
  });
});

test('a byte order mark in front of a design is no part of it', () => {
  const design = sampleById('moby-u280')?.design() as Design;
  expect(parseDesign(`\ufeff${formatDesign(design)}`)).toEqual({ ok: true, design });
  expect(parseDesign(`\ufeff\ufeff${formatDesign(design)}`).ok).toBe(false);
});

test('a design holds every model that a config.json can describe: one set of limits', () => {
  const sizes = {
    num_hidden_layers: MODEL_LIMITS.layers,
    hidden_size: MODEL_LIMITS.hidden,
    num_attention_heads: MODEL_LIMITS.heads,
    num_key_value_heads: MODEL_LIMITS.heads,
    head_dim: MODEL_LIMITS.headDim,
    intermediate_size: MODEL_LIMITS.ffn,
    vocab_size: MODEL_LIMITS.vocab,
    max_position_embeddings: MODEL_LIMITS.maxPositions,
  };
  const near = (most: number) =>
    fc.oneof(fc.constantFrom(0, 1, 2, 3, most - 1, most, most + 1, 2 * most), fc.nat(most));
  const change = fc.record(
    {
      ...Object.fromEntries(Object.entries(sizes).map(([key, most]) => [key, near(most)])),
      rope_theta: fc.constantFrom(0, 1e-9, 1, 1.5, 1e12, 2e12),
      rms_norm_eps: fc.constantFrom(0, 1e-9, 0.5, 1, 1.5),
      eos_token_id: fc.uniqueArray(fc.nat(1023), { maxLength: 40 }),
      bos_token_id: fc.constantFrom(null, 0, 1023, 1024, MODEL_LIMITS.vocab - 1, MODEL_LIMITS.vocab),
      _name_or_path: fc.oneof(fc.string(), fc.constantFrom('a/', `a/${'b'.repeat(300)}`, 'a/b\nc', '\u0000')),
      rope_scaling: fc.record({
        rope_type: fc.constant('llama3'),
        factor: fc.constantFrom(0, 0.5, 1e6, 2e6),
        low_freq_factor: fc.constantFrom(0.5, 1),
        high_freq_factor: fc.constantFrom(1, 4, 1e6, 2e6),
        original_max_position_embeddings: fc.constantFrom(0.5, 1, 8192.5, 8192, MODEL_LIMITS.maxPositions),
      }),
    },
    { requiredKeys: [] },
  );
  const base = {
    model_type: 'llama',
    num_hidden_layers: 4,
    hidden_size: 128,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    intermediate_size: 512,
    vocab_size: 1024,
  };
  let accepted = 0;
  const few = fc.oneof(
    change,
    fc
      .tuple(change, fc.nat(30))
      .map(([all, at]) => Object.fromEntries(Object.entries(all).slice(at % 15, (at % 15) + 1))),
  );
  fc.assert(
    fc.property(few, (fields) => {
      const read = parseConfig({ ...base, ...fields });
      if (!read.ok) return;
      accepted += 1;
      expect(refusals({ ...moby(), model: read.model })).toEqual([]);
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(200);
  expect(refusals({ ...moby(), model: { ...MOBY_LLAMA_1M, ffn: MODEL_LIMITS.ffn + 1 } })).toHaveLength(1);
});
