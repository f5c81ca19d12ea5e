import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../hls-runtime/runner/model-files.ts';
import { loadTokenizer, type TextCodec } from '../../../hls-runtime/runner/tokenizer.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { loadFloatReference } from './float-reference.ts';
import { generate, negativeLogLikelihood, perplexity, score, scoringWindows } from './generation.ts';
import { RECIPES, type Recipe, recipeByName } from './recipe.ts';
import { loadReference } from './reference.ts';
import { MOBY_LLAMA_1M } from './samples.ts';
import { syntheticWeights } from './synthetic.ts';
import type { WeightSource } from './weights.ts';

const DIR = fileURLToPath(new URL('../../../public/models/moby-llama-1m', import.meta.url));
const BOS = 1022;
let weights: WeightSource;
let codec: TextCodec;
let heldout: number[];
let calibration: Calibration;

beforeAll(async () => {
  weights = (await openModel(DIR, MOBY_LLAMA_1M)).weights;
  codec = await loadTokenizer(DIR, BOS);
  heldout = codec.encode(readFileSync(`${DIR}/heldout.txt`, 'utf8'));
  // Far from the tokens that are scored.
  calibration = await calibrate(weights, [BOS, ...heldout.slice(20_000, 20_511)]);
}, 240_000);

function named(name: string): Recipe {
  const recipe = recipeByName(name);
  if (recipe === undefined) throw new Error(name);
  return recipe;
}

test('the tokenizer counts as the model card does', () => {
  expect(heldout).toHaveLength(33_112);
  expect(heldout).not.toContain(BOS);
});

test('the float reference reaches the published perplexity of 38.454', async () => {
  const reference = await loadFloatReference(weights);
  const nll: number[] = [];
  for (const window of scoringWindows(heldout.slice(0, 4000), 256, BOS)) nll.push(...(await reference.score(window)));
  expect(nll).toHaveLength(4000);
  expect(Math.abs(perplexity(nll) - 38.454)).toBeLessThan(0.001);
}, 120_000);

describe('the reference in the arithmetic of the hardware', () => {
  test('fp32 agrees with the float reference logit by logit', async () => {
    const ids = [BOS, ...heldout.slice(0, 63)];
    const exact = await (await loadFloatReference(weights)).logits(ids);
    const session = (await loadReference(weights, named('fp32'), null)).session();
    for (const [t, id] of ids.entries()) {
      const logits = session.step(id);
      for (let i = 0; i < 1024; i++)
        expect(Math.abs((logits[i] as number) - (exact[t * 1024 + i] as number))).toBeLessThan(1e-3);
    }
    expect(session.position).toBe(64);
  }, 240_000);

  test('every recipe scores close to fp32', async () => {
    const windows = scoringWindows(heldout.slice(0, 512), 256, BOS);
    const results: Record<string, number> = {};
    for (const recipe of [...RECIPES, { ...named('w4a4kv8'), name: 'plain', downHadamard: false }]) {
      const reference = await loadReference(weights, recipe, calibration);
      results[recipe.name] = perplexity(windows.flatMap((window) => score(reference, window)));
    }
    const fp32 = results.fp32 as number;
    const ratio = (name: string): number => (results[name] as number) / fp32;
    expect(Math.abs(ratio('w8a8kv8') - 1)).toBeLessThan(0.02);
    expect(ratio('w4a8kv8')).toBeLessThan(1.1);
    expect(ratio('w4a4kv8')).toBeLessThan(1.15);
    expect(ratio('plain')).toBeGreaterThan(ratio('w4a4kv8'));
    expect(ratio('plain')).toBeLessThan(1.4);
  }, 240_000);

  test('classes of tensors can be mixed', async () => {
    const fp32 = named('fp32');
    const w8a8 = named('w8a8kv8');
    const asymmetric = { weights: 'int8', activations: { bits: 8, symmetric: false } } as const;
    const window = [BOS, ...heldout.slice(0, 100)];
    const base = perplexity(score(await loadReference(weights, fp32, null), window));
    for (const change of [
      { lmHead: w8a8.lmHead },
      { ffn: w8a8.ffn },
      { qkvo: asymmetric },
      { attention: 'int8' as const },
      { attention: 'int8' as const, cache: { bits: 4 as const, group: 8 as const } },
      { downHadamard: true },
      { ffn: asymmetric, downHadamard: true },
    ]) {
      const value = perplexity(
        score(await loadReference(weights, { ...fp32, name: 'mixed', ...change }, calibration), window),
      );
      expect(Math.abs(value / base - 1), JSON.stringify(change)).toBeLessThan(0.02);
    }
    await expect(loadReference(weights, w8a8, null)).rejects.toThrow('needs a calibration');
  }, 240_000);
});

test('generation: greedy is the most likely token, end tokens stop it, sampling repeats with its seed', async () => {
  const reference = await loadReference(weights, named('w8a8kv8'), calibration);
  const prompt = [BOS, ...codec.encode('Call me')];
  const ids = generate(reference, prompt, 12);
  expect(ids).toHaveLength(12);
  expect(codec.decode(ids).length).toBeGreaterThan(12);
  const session = reference.session();
  let logits = session.hidden;
  for (const id of prompt) logits = session.step(id);
  expect(ids[0]).toBe(logits.indexOf(Math.max(...logits)));
  expect(negativeLogLikelihood(logits, ids[0] as number)).toBeGreaterThan(0);
  const stopped = { ...reference, model: { ...reference.model, eos: [ids[3] as number] } };
  const upTo = generate(stopped, prompt, 12);
  expect(upTo).toEqual(ids.slice(0, ids.indexOf(ids[3] as number) + 1));
  const options = { temperature: 0.9, topK: 16, seed: 7 };
  const sampled = generate(reference, prompt, 12, options);
  expect(generate(reference, prompt, 12, options)).toEqual(sampled);
  expect(generate(reference, prompt, 12, { ...options, seed: 8 })).not.toEqual(sampled);
  expect(() => session.step(1024)).toThrow('vocabulary');
  const full = reference.session(1);
  full.step(BOS, false);
  expect(() => full.step(BOS)).toThrow('full');
}, 240_000);

test('an untied head, Llama 3 scaling and one KV head per query head', async () => {
  const model = {
    ...MOBY_LLAMA_1M,
    layers: 1,
    kvHeads: 8,
    tiedHead: false,
    vocab: 50,
    bos: null,
    eos: [],
    ropeScaling: { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 32 },
  };
  const made = syntheticWeights(model, 3);
  const ids = Array.from({ length: 40 }, (_, i) => (i * 17) % 50);
  const exact = await (await loadFloatReference(made)).score(ids);
  const close = score(await loadReference(made, named('fp32'), null), ids);
  exact.forEach((value, i) => {
    expect(close[i]).toBeCloseTo(value, 4);
  });
});
