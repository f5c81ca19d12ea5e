import { describe, expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import { type Recipe, RECIPES, recipeByName } from '../../core/models/recipe.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { recipeCost } from '../recipe/cost.ts';
import { analysisOf } from './derived.ts';
import { fitToRecipe, recipeName, setFormats, styleOf } from './recipe-edits.ts';
import { createComposer } from './store.ts';

describe('recipes', () => {
  it('fits each sample to each recipe: legal, one step, undone to the byte', () => {
    for (const sample of SAMPLES) {
      for (const recipe of RECIPES) {
        const store = createComposer(sample.design());
        const before = formatDesign(store.getState().design);
        store.getState().edit((design) => fitToRecipe(design, recipe));
        expect(analysisOf(store.getState().design).legal, `${sample.id} ${recipe.name}`).toBe(true);
        expect(store.getState().history.past.length).toBeLessThanOrEqual(1);
        if (store.getState().history.past.length > 0) store.getState().undo();
        expect(formatDesign(store.getState().design)).toBe(before);
      }
    }
  });

  it('recognises the templates', () => {
    const style = (id: string) => SAMPLES.filter((sample) => sample.id === id).map((sample) => styleOf(sample.design(), 'prefill'))[0];
    expect(style('moby-u280')).toBe('hybrid');
    expect(style('moby-spatial')).toBe('spatial');
    expect(style('moby-temporal')).toBe('temporal');
  });

  it('names what is known, sets only the formats, and counts memory', () => {
    const store = createComposer(SAMPLES[0]?.design() ?? (undefined as never));
    const { model, recipe } = store.getState().design;
    const own: Recipe = { ...recipe, lmHead: { weights: 'fp32', activations: 'fp32' } };
    expect(recipeName(own)).toBe('own');
    expect(recipeName({ ...own, ...recipeByName('w4a4kv8'), name: 'x' })).toBe('w4a4kv8');
    const before = formatDesign(store.getState().design);
    store.getState().edit(() => setFormats({ ...own, name: recipeName(own) }));
    expect(store.getState().design.recipe.name).toBe('own');
    store.getState().undo();
    expect(formatDesign(store.getState().design)).toBe(before);
    const [eight, four] = [recipeCost(model, recipe), recipeCost(model, recipeByName('w4a4kv8') ?? recipe)];
    expect(four.total).toBeLessThan(eight.total);
    expect(eight.cachePerToken).toBe(2 * model.layers * model.kvHeads * model.headDim * 8);
  });
});
