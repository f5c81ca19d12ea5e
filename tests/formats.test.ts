/** Weights of two and of six bits, ternary weights, scales of groups of input channels, a KV cache of four bits: hardware equals the reference, cycles and bytes are counted exactly. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { errorsOf } from '../src/core/design/problems.ts';
import { cacheBytes } from '../src/core/estimate/workload/workload.ts';
import { bytesOf } from '../src/core/ir/cpp-type.ts';
import { programOf } from '../src/core/lower/program.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { isWeights } from '../src/core/models/manifest.ts';
import {
  type CacheGroupSize,
  type GroupSize,
  type LinearRecipe,
  type Recipe,
  withGroupsFor,
} from '../src/core/models/recipe.ts';
import { recipeProblems } from '../src/core/models/recipe-problems.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { instanceContext } from '../src/core/schedule/types.ts';
import { targetById } from '../src/core/targets/targets.ts';
import { type ComposeOptions, composeDesign } from '../src/core/templates/compose.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compileByBoth, exportDesign, packImages, simulate } from './harness.ts';
import { SMALL } from './whole-design.ts';

/** Two KV heads in a memory, which several query heads share. */
const MODEL: Architecture = { ...SMALL, name: 'grouped', heads: 8, kvHeads: 4, headDim: 8, ffn: 96 };
const HEADS_OF_16: Architecture = { ...MODEL, name: 'long_heads', hidden: 64, heads: 4, kvHeads: 2, headDim: 16 };
const TEXT = Array.from({ length: 24 }, (_, index) => (index * 7) % 50);
const PROMPTS = [1, 7, 24].map((length) => TEXT.slice(0, length));

const linear = (weights: 'int4' | 'int2' | 'ternary', group?: GroupSize): LinearRecipe => ({
  weights,
  activations: { bits: 8, symmetric: true },
  ...(group === undefined ? {} : { group }),
});
/** As FlexQ mixes them: 6-bit weights, activations of 6 bits or, where they matter more, of 8. */
const six = (bits: 6 | 8): LinearRecipe => ({ weights: 'int6', activations: { bits, symmetric: true } });
const SPARSE: LinearRecipe = {
  ...linear('int4'),
  sparsity: { keep: 2, of: 4, by: 'magnitude', pairs: true },
};
const recipe = (qkvo: LinearRecipe, ffn = qkvo, lmHead = qkvo): Recipe => ({
  name: 'own',
  qkvo,
  ffn,
  lmHead,
  attention: 'int8',
  downHadamard: false,
});

function composed(options: Partial<ComposeOptions>): Design {
  const target = targetById('u280');
  if (!target) throw new Error('no target');
  return composeDesign({
    name: 'formats',
    model: MODEL,
    target,
    recipe: recipe(linear('int2', 32)),
    prefill: 'hybrid',
    decode: 'hybrid',
    limits: { prompt: 24, context: 48 },
    ...options,
  });
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CASES: readonly { name: string; design: () => Design }[] = [
  {
    name: 'ternary weights, 256 of them in a slice, and with groups, fast',
    design: () =>
      composed({
        prefill: 'fast',
        decode: 'fast',
        recipe: recipe(linear('ternary'), { ...linear('ternary', 32), activations: { bits: 8, symmetric: false } }),
        parallelism: { bp: 16, slices: 2 },
      }),
  },
  {
    name: '2:4 in groups with a dense head, fast',
    design: () =>
      composed({
        prefill: 'fast',
        decode: 'fast',
        recipe: recipe(
          { ...linear('int2', 16), sparsity: { keep: 2, of: 4, by: 'magnitude', pairs: false } },
          undefined,
          linear('int2', 16),
        ),
      }),
  },
  {
    name: '4:8 and pairs of 1:4 by activations, asymmetric activations, rotated',
    design: () =>
      composed({
        prefill: 'spatial',
        decode: 'spatial',
        recipe: {
          ...recipe(
            {
              weights: 'int8',
              activations: { bits: 8, symmetric: false },
              sparsity: { keep: 4, of: 8, by: 'magnitude', pairs: false },
            },
            { ...linear('int4'), sparsity: { keep: 1, of: 4, by: 'activations', pairs: true } },
            linear('int4'),
          ),
          downHadamard: true,
        },
        parallelism: { tp: 3, slices: 3, wpFfn: 12 },
      }),
  },
  {
    name: 'groups of two formats and two bits without groups, asymmetric activations',
    design: () =>
      composed({
        prefill: 'spatial',
        decode: 'spatial',
        recipe: recipe(
          { ...linear('int4', 32), activations: { bits: 8, symmetric: false } },
          { ...linear('int2', 16), activations: { bits: 4, symmetric: false } },
          linear('int2'),
        ),
        parallelism: { tp: 3, bp: 8, slices: 3, sliceChannels: 4, wpFfn: 12 },
      }),
  },
  {
    name: 'six bits, 8-bit activations in the FFN, a sparse head, three words of a port for two of weights, fast',
    design: () =>
      composed({
        prefill: 'fast',
        decode: 'fast',
        recipe: recipe(six(6), six(8), {
          ...six(6),
          sparsity: { keep: 2, of: 4, by: 'magnitude', pairs: false },
        }),
        parallelism: { bp: 16, lanes: 16, slices: 3, sliceChannels: 8, wpFfn: 24, wpAttention: 12 },
      }),
  },
  {
    name: 'cache of 4 bits, groups of 8 in two words, fast, in chunks and a window',
    design: () =>
      composed({
        model: HEADS_OF_16,
        prefill: 'fast',
        decode: 'fast',
        recipe: { ...recipe(linear('int4')), cache: { bits: 4, group: 8 } },
        parallelism: { decodeKeyParallel: 2, decodeValueParallel: 4, valueParallel: 8 },
        limits: { prompt: 24, context: 48, chunk: 8 },
        window: { sinks: 8, recent: 9 },
      }),
  },
  {
    name: 'cache of 4 bits, a scale per head, fp32 weights',
    design: () =>
      composed({
        model: HEADS_OF_16,
        recipe: {
          ...recipe(linear('int4')),
          qkvo: { weights: 'fp32', activations: 'fp32' },
          cache: { bits: 4 },
        },
        parallelism: { tp: 3, decodeKeyParallel: 16, decodeValueParallel: 8 },
      }),
  },
];

describe('C-simulation gives the tokens of the reference and counts the cycles of the formulas', () => {
  test.each(CASES)('$name', { timeout: 300_000 }, async ({ name, design: compose }) => {
    const design = compose();
    const analysis = analyze(design);
    expect(errorsOf(analysis.problems)).toEqual([]);
    const weights = syntheticWeights(design.model, 3);
    const calibration = await calibrate(weights, TEXT, undefined, undefined, design.recipe);
    const project = join(folder, name.replaceAll(/\W+/g, '-'));
    await packImages(project, exportDesign(design, project), weights, calibration);
    const reference = await loadReference(weights, design.recipe, calibration, design.window);
    const expected = PROMPTS.map((prompt) => generate(reference, prompt, 6));
    // Whole words of weights are what the random designs and the runner compile.
    const binary = await compileByBoth(project, ['-DFLEXLLM_EXACT_WIDTHS']);
    const result = await simulate(project, binary, PROMPTS, { tokens: 6 });
    expect(result.ids).toEqual(expected);
    expect(measuredCounts(result.counts)).toEqual(
      expectedCounts(
        programOf(analysis.stages.prefill),
        programOf(analysis.stages.decode),
        PROMPTS.map((prompt) => prompt.length),
        result.ids.map((ids) => ids.length),
      ),
    );
  });
});

test('weights of 6 bits take three quarters of the bytes of 8 bits, to a word of each port, matrix and layer', () => {
  const images = (weights: 'int6' | 'int8', style: 'fast' | 'hybrid') => {
    const design = composed({
      prefill: style,
      decode: style,
      recipe: recipe({ weights, activations: { bits: 8, symmetric: true } }),
      parallelism: { bp: 8, slices: 2, sliceChannels: 4, wpFfn: 16, wpAttention: 8 },
    });
    const analysis = analyze(design);
    return [analysis.stages.prefill, analysis.stages.decode].flatMap((stage) =>
      programOf(stage).memories.flatMap(({ spec: { content, word } }) =>
        content.kind === 'image' && isWeights(content.layout)
          ? content.segments.map(({ role, words }) => ({ role, word: bytesOf(word), words }))
          : [],
      ),
    );
  };
  for (const style of ['fast', 'hybrid'] as const) {
    const eight = images('int8', style);
    expect(images('int6', style)).toEqual(eight.map((own) => ({ ...own, words: Math.ceil((own.words * 3) / 4) })));
  }
});

test('a cache of 4 bits takes half of the bytes, and reads and writes half of them', () => {
  const bytes = (cache: Recipe['cache']): readonly number[] => {
    const design = composed({ model: HEADS_OF_16, recipe: { ...recipe(linear('int4')), ...(cache ? { cache } : {}) } });
    const caches = programOf(analyze(design).stages.decode).memories.flatMap(({ spec: { content, word } }) =>
      content.kind === 'buffer' && content.buffer.kind === 'kv_cache' ? [content.buffer.bytes, bytesOf(word)] : [],
    );
    return [...caches, cacheBytes(design, 10)];
  };
  expect(bytes({ bits: 4 })).toEqual(bytes(undefined).map((count) => count / 2));
});

test('ternary weights: no DSPs multiply them, and a slice takes a whole word of a port', () => {
  const options: Partial<ComposeOptions> = { prefill: 'fast', decode: 'fast', parallelism: { bp: 16, lanes: 16 } };
  const engines = (weights: 'ternary' | 'int2') => {
    const { stages } = analyze(composed({ ...options, recipe: recipe(linear(weights)) }));
    return [stages.prefill, stages.decode].flatMap((stage) =>
      stage.instances
        .filter(({ entry: { id } }) => id === 'linear_blocks' || id === 'linear_slices')
        .map((resolved) => ({ resolved, context: instanceContext(stage, resolved) })),
    );
  };
  const multipliers = (weights: 'ternary' | 'int2'): readonly boolean[] =>
    engines(weights).map(({ resolved, context }) =>
      resolved.entry.hardware(context).some(({ kind }) => kind === 'multiplier'),
    );
  expect(new Set(multipliers('int2'))).toEqual(new Set([true]));
  expect(new Set(multipliers('ternary'))).toEqual(new Set([false]));
  const words = engines('ternary').flatMap(({ resolved, context }) =>
    resolved.entry.id === 'linear_slices'
      ? resolved.entry.structure(context).memories.map(({ word }) => bytesOf(word))
      : [],
  );
  expect(new Set(words)).toEqual(new Set([64]));
});

describe('refusals say what to do', () => {
  const problemsOf = (design: Design): string[] => errorsOf(analyze(design).problems).map(({ message }) => message);
  const withParams = (design: Design, module: string, params: Record<string, string | number>): Design => {
    const { decode } = design.stages;
    const instances = decode.instances.map((instance) =>
      instance.module === module ? { ...instance, params: { ...instance.params, ...params } } : instance,
    );
    return { ...design, stages: { ...design.stages, decode: { ...decode, instances } } };
  };

  test.each([
    [
      'engines that take sums once',
      { ...composed({ recipe: recipe(linear('int4')) }), recipe: recipe(linear('int4', 32)) },
      /choose the linear engine of slices.*blocks|choose the linear engine of blocks/s,
    ],
    [
      'blocked order',
      {
        ...composed({ recipe: recipe(linear('int4')), parallelism: { slices: 4, order: 'blocked' } }),
        recipe: recipe(linear('int4', 32)),
      },
      /interleaved order/,
    ],
    [
      'too many outputs for a group',
      withParams(composed({ recipe: recipe(linear('int2', 16)) }), 'linear_slices', { wp: 16, kp: 4 }),
      /larger groups/,
    ],
    [
      'heads that share a memory',
      { ...composed({ recipe: recipe(linear('int2', 16)) }), cachePorts: 2 },
      /choose groups that divide a head of 8 channels/,
    ],
    [
      'engines that do not skip zeros',
      { ...composed({ recipe: recipe(linear('int4')) }), recipe: recipe(SPARSE) },
      /leave out zeros, 2:4.*choose the linear engine of (slices|blocks)/,
    ],
    [
      'channels that come one after the other',
      {
        ...composed({ recipe: recipe(linear('int4')), parallelism: { slices: 4, order: 'blocked' } }),
        recipe: recipe(SPARSE),
      },
      /must arrive side by side/,
    ],
    [
      'parts of blocks of channels',
      withParams(composed({ recipe: recipe(SPARSE) }), 'linear_slices', { kp: 1 }),
      /2 must divide 1/,
    ],
    [
      'pairs of outputs that lie apart',
      withParams(composed({ recipe: recipe(SPARSE) }), 'linear_slices', { order: 'blocked' }),
      /choose the interleaved output order/,
    ],
    [
      'dense and sparse weights on an engine of prefill',
      { ...composed({ prefill: 'temporal', recipe: recipe(SPARSE) }), recipe: recipe(SPARSE, linear('int4')) },
      /takes an engine for each in prefill/,
    ],
  ])('%s', (_, design, message) => expect(problemsOf(design).join('\n')).toMatch(message));

  test('recipes: formats and widths', () => {
    const sentences = (own: Recipe, model = MODEL): string[] =>
      recipeProblems(own, model).map(({ message }) => message);
    expect(sentences(recipe(linear('int2', 32)))).toEqual([]);
    expect(sentences(recipe({ weights: 'int8', activations: { bits: 8, symmetric: true }, group: 32 }))[0]).toContain(
      'choose int4, int2 or ternary',
    );
    expect(sentences(recipe(six(8)))).toEqual([]);
    expect(sentences(recipe({ ...six(6), group: 32 }))[0]).toContain('not for int6');
    expect(sentences(recipe(linear('int4', 64)))[0]).toContain('choose groups of 32');
    expect(sentences(recipe(linear('int4', 64)), { ...MODEL, hidden: 36 })[0]).toContain('take the groups away');
    expect(withGroupsFor({ ...MODEL, ffn: 72 }, recipe(linear('int4', 64)))).toMatchObject({
      qkvo: { group: 32 },
      ffn: { weights: 'int4' },
      lmHead: { group: 32 },
    });
    const fp32: LinearRecipe = { ...SPARSE, weights: 'fp32', activations: 'fp32' };
    expect(sentences(recipe(fp32))[0]).toContain('choose int8, int6, int4 or int2');
    expect(sentences(recipe({ ...SPARSE, weights: 'ternary' }))[0]).toContain(
      'ternary weights have zeros of their own',
    );
    expect(sentences(recipe(SPARSE), { ...MODEL, ffn: 98 })[0]).toContain('do not divide a width of 98');
    expect(sentences(recipe({ ...SPARSE, group: 64 }))[0]).toContain('choose groups of 16');
    const four = { ...SPARSE, sparsity: { ...SPARSE.sparsity, keep: 4, of: 4 } } as unknown as LinearRecipe;
    expect(sentences(recipe(four))[0]).toContain('choose one of 2:4, 4:8');
    expect(withGroupsFor({ ...MODEL, ffn: 98 }, recipe(SPARSE)).ffn).toEqual(linear('int4'));
    const cached = (group: CacheGroupSize | undefined): Recipe => ({
      ...recipe(linear('int4')),
      cache: { bits: 4, ...(group === undefined ? {} : { group }) },
    });
    expect(sentences(cached(8))).toEqual([]);
    expect(sentences(cached(32))[0]).toContain('choose groups of 8, or one scale per head');
    expect(sentences(cached(undefined), { ...MODEL, headDim: 6 })[0]).toContain('multiple of 4');
    expect(sentences({ ...cached(8), attention: 'fp32' })[0]).toContain('choose int8 attention');
    expect(withGroupsFor(MODEL, cached(128)).cache).toEqual({ bits: 4, group: 8 });
    expect(withGroupsFor({ ...MODEL, headDim: 12 }, cached(8)).cache).toEqual({ bits: 4 });
    expect(withGroupsFor({ ...MODEL, ffn: 72 }, recipe(linear('int4', 64))).ffn).not.toHaveProperty('group');
  });
});
