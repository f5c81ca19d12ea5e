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
  expect(eight.cachePerToken).toBe(2 * model.layers * model.kvHeads * model.headDim * 8);
});
