import { expect, it } from 'vitest';
import type { Design } from '../../core/design/types.ts';
import { recipeByName } from '../../core/models/recipe.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { recipeCost } from './cost.ts';

it('counts the memory of weights and of the KV cache', () => {
  const design = SAMPLES[0]?.design() as Design;
  const { model, recipe } = design;
  const [eight, four] = [recipeCost(model, recipe), recipeCost(model, recipeByName('w4a4kv8') ?? recipe)];
  expect(four.total).toBeLessThan(eight.total);
  // 2 bits a weight, 4 for a scale of each 64, and two numbers in fp32 per output channel.
  const two = recipeCost(model, recipeByName('w2a8kv8') ?? recipe);
  const channels = (k: number, n: number): number => n * (2 * k + (4 * k) / 64 + 64);
  expect(two.weights.lmHead).toBe(channels(model.hidden, model.vocab));
  const ternary = recipeCost(model, recipeByName('ternary-a8kv8') ?? recipe);
  expect(ternary.weights.lmHead).toBe(model.vocab * (2 * model.hidden + 64));
  // Half of the weights, each with two bits of index; the output head is dense.
  const half = recipeCost(model, recipeByName('w4a8kv8-2:4') ?? recipe);
  expect(half.weights.ffn / model.layers).toBe(3 * model.hidden * model.ffn * 3 + (2 * model.ffn + model.hidden) * 64);
  expect(half.weights.lmHead).toBe(four.weights.lmHead);
  const cached = recipeCost(model, recipeByName('w4a4kv4') ?? recipe);
  expect(cached.cachePerToken).toBe(eight.cachePerToken / 2);
  expect(eight.cachePerToken).toBe(2 * model.layers * model.kvHeads * model.headDim * 8);
});
