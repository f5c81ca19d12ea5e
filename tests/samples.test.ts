/** The sample designs on the trained model: every recipe, style and prompt length gives the reference's tokens and counts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programOf } from '../src/core/lower/program.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { loadFloatReference } from '../src/core/models/float-reference.ts';
import { generate } from '../src/core/models/generation.ts';
import { needsFastEngines, normalisesResult, RECIPES } from '../src/core/models/recipe.ts';
import { loadReference, type Reference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { type TemplateStyle, TEMPLATE_STYLES } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, packImages, simulate, weightsOf } from './harness.ts';
import { heldoutTokens, mobyDesign, mobyTokens } from './moby.ts';

const LENGTHS = [1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 255];
const TOKENS = 12;

let folder = '';
let weights: WeightSource;
let calibration: Calibration;
let heldout: readonly number[] = [];
let prompts: readonly (readonly number[])[] = [];
let ishmael: readonly number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-samples-'));
  weights = await weightsOf(MOBY_LLAMA_1M);
  heldout = await heldoutTokens(4000);
  prompts = LENGTHS.map((length) => heldout.slice(0, length));
  ishmael = await mobyTokens('Call me Ishmael.');
  calibration = await calibrate(weights, heldout.slice(0, 256));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const designOf = (recipe: string, style: TemplateStyle) =>
  mobyDesign(style, recipe, { name: `moby-${style}`, limits: { prompt: 256, context: 512 } });

/** Index of the largest logit and its distance to the second. */
function margin(logits: Float32Array): { best: number; gap: number } {
  let best = 0;
  for (let id = 1; id < logits.length; id += 1) if ((logits[id] as number) > (logits[best] as number)) best = id;
  let second = Number.NEGATIVE_INFINITY;
  logits.forEach((value, id) => {
    if (id !== best) second = Math.max(second, value);
  });
  return { best, gap: (logits[best] as number) - second };
}

/** Logits may differ by the last bits of exp() in C and JavaScript, amplified by quantization steps. */
const TOLERANCE = 2e-3;

/**
 * Scales of groups and sparsity ask for the same engines in every style, and the runs through the cards have such a recipe in
 * style `fast`; with a cache of 4 bits these are the two kinds of attention. Slices and blocks with weights of 6 bits and with
 * ternary ones are cases of the formats.
 */
const stylesOf = (name: string): readonly TemplateStyle[] => {
  const recipe = RECIPES.find((candidate) => candidate.name === name);
  const own = recipe && ['int6', 'ternary'].includes(recipe.qkvo.weights);
  if (recipe && (needsFastEngines(recipe) || own)) return ['hybrid'];
  return recipe?.cache ? ['hybrid', 'fast'] : TEMPLATE_STYLES;
};

describe.each(RECIPES.map((recipe) => recipe.name))('recipe %s', (recipe) => {
  let reference: Reference;
  /** What a style must generate, by whether it normalises the result of attention. */
  const wanted = new Map<boolean, readonly (readonly number[])[]>();
  beforeAll(async () => {
    const found = RECIPES.find((candidate) => candidate.name === recipe);
    if (!found) throw new Error('no recipe');
    reference = await loadReference(weights, found, calibration);
    const forms: [boolean, Reference][] = [[false, reference]];
    if (stylesOf(recipe).includes('fast'))
      forms.push([true, await loadReference(weights, { ...found, normalise: 'result' }, calibration)]);
    for (const [normalised, by] of forms)
      wanted.set(
        normalised,
        prompts.map((prompt) => generate(by, prompt, TOKENS)),
      );
  });

  test.each(stylesOf(recipe))(
    '%s: tokens of the reference at every prompt length, and counted cycles of the formulas',
    { timeout: 300_000 },
    async (style) => {
      const design = designOf(recipe, style);
      const project = join(folder, `${recipe}-${style}`);
      await packImages(project, exportDesign(design, project), weights, calibration);
      // Optimized as the runner does it; clang++ is faster at that.
      const binary = await compile(project, style === 'hybrid' ? 'g++' : 'clang++');
      const result = await simulate(project, binary, prompts, { tokens: TOKENS });
      expect(result.ids).toEqual(wanted.get(normalisesResult(design.recipe)));
      const { stages } = analyze(design);
      const counts = expectedCounts(
        programOf(stages.prefill),
        programOf(stages.decode),
        LENGTHS,
        result.ids.map((ids) => ids.length),
      );
      expect(measuredCounts(result.counts)).toEqual(counts);
    },
  );

  test('teacher-forced: logits within the tolerance, the chosen token equal wherever the margin exceeds it', {
    timeout: 300_000,
  }, async () => {
    const project = join(folder, `${recipe}-hybrid`);
    const prompt = heldout.slice(0, 9);
    const forced = heldout.slice(0, 120);
    const result = await simulate(project, 'build/testbench-g++', [forced], {
      score: true,
      promptLength: prompt.length,
      logits: true,
    });
    const session = reference.session(forced.length);
    const vocab = MOBY_LLAMA_1M.vocab;
    let worst = 0;
    forced.slice(0, -1).forEach((id, index) => {
      const logits = session.step(id);
      const step = index - (prompt.length - 1);
      if (step < 0) return;
      const simulated = result.logits.subarray(step * vocab, (step + 1) * vocab);
      expect(simulated).toHaveLength(vocab);
      simulated.forEach((value, channel) => {
        worst = Math.max(worst, Math.abs(value - (logits[channel] as number)));
      });
      const expected = margin(logits);
      if (expected.gap > 2 * TOLERANCE) expect(margin(simulated).best).toBe(expected.best);
    });
    expect(worst).toBeLessThan(TOLERANCE);
  });
});

test('fp32: the first 120 greedy tokens behind "Call me Ishmael." equal the independent float reference', {
  timeout: 300_000,
}, async () => {
  const project = join(folder, 'fp32-hybrid');
  const result = await simulate(project, 'build/testbench-g++', [ishmael], { tokens: 120 });
  const reference = await loadFloatReference(weights);
  // One pass over the generated sequence: every token must be the best one behind all before it.
  const sequence = [...ishmael, ...(result.ids[0] ?? [])];
  const logits = await reference.logits(sequence);
  const best = sequence.map(
    (_, position) =>
      margin(Float32Array.from(logits.subarray(position * MOBY_LLAMA_1M.vocab, (position + 1) * MOBY_LLAMA_1M.vocab)))
        .best,
  );
  expect(result.ids[0]).toHaveLength(120);
  expect(result.ids[0]).toEqual(best.slice(ishmael.length - 1, -1));
});

test('sampling with top-k, temperature and seed equals the reference', { timeout: 300_000 }, async () => {
  const project = join(folder, 'w8a8kv8-hybrid');
  const options = { temperature: 0.9, topK: 5, seed: 42 };
  const result = await simulate(project, 'build/testbench-g++', [ishmael], {
    tokens: 60,
    extra: ['--temperature', '0.9', '--top-k', '5', '--seed', '42'],
  });
  const recipe = RECIPES.find((candidate) => candidate.name === 'w8a8kv8');
  if (!recipe) throw new Error('no recipe');
  const reference = await loadReference(weights, recipe, calibration);
  expect(result.ids[0]).toEqual(generate(reference, ishmael, 60, options));
  const other = await simulate(project, 'build/testbench-g++', [ishmael], {
    tokens: 60,
    extra: ['--temperature', '0.9', '--top-k', '5', '--seed', '43'],
  });
  expect(other.ids[0]).not.toEqual(result.ids[0]);
});

test('the address and undefined-behaviour sanitizers find nothing, and the tokens stay the same', {
  timeout: 600_000,
}, async () => {
  const project = join(folder, 'w4a4kv8-hybrid');
  const prompt = heldout.slice(0, 17);
  const first = await simulate(project, 'build/testbench-g++', [prompt], { tokens: 4 });
  const sanitized = await compile(project, 'g++', ['-O0', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']);
  const second = await simulate(project, sanitized, [prompt], { tokens: 4 });
  expect(second.ids).toEqual(first.ids);
});
