import { describe, expect, it } from 'vitest';
import { formatDesign } from '../design/schema.ts';
import { needsFastEngines, type Recipe, RECIPES, recipeByName } from '../models/recipe.ts';
import type { Design } from '../design/types.ts';
import { SAMPLES, sampleById } from '../templates/samples.ts';
import { analysisOf } from './analysis.ts';
import { addNote, makeGroup } from './annotations.ts';
import { setRecipe } from './settings.ts';
import { done, undoneToTheByte } from '../../../tests/edit-helpers.ts';
import { addInstance, moveInstances, renameInstance } from './instances.ts';
import { setParam } from './parameters.ts';
import { splitOperation } from './operations.ts';
import { connect, disconnect, setDepth } from './streams.ts';
import { fitToRecipe, recipeName, setFormats } from './recipe-edits.ts';
import { fitStages, styleOf } from './recipe-fit.ts';

describe('recipes', () => {
  it('fits each sample to each recipe: legal, one step, undone to the byte', () => {
    for (const sample of SAMPLES) {
      for (const recipe of RECIPES) {
        const design = sample.design();
        const fitted = done(design, fitToRecipe(design, recipe));
        expect(analysisOf(fitted).legal, `${sample.id} ${recipe.name}`).toBe(true);
        if (formatDesign(fitted) !== formatDesign(design))
          undoneToTheByte(design, (present) => fitToRecipe(present, recipe));
      }
    }
  });

  it('fits a design to a normalised result: softmax feeds the values without a quantizer, and back', () => {
    const design = sampleById('moby-u280')?.design() as Design;
    const quantizers = (of: Design): number =>
      [...of.stages.prefill.instances, ...of.stages.decode.instances].filter(({ operations }) =>
        operations.some(({ role }) => role === 'probs'),
      ).length;
    const result = done(design, fitToRecipe(design, { ...design.recipe, normalise: 'result' }));
    expect(analysisOf(result).legal).toBe(true);
    expect([quantizers(design), quantizers(result)]).toEqual([2, 0]);
    const back = done(result, fitToRecipe(result, { ...result.recipe, normalise: 'probabilities' }));
    expect(analysisOf(back).legal).toBe(true);
    expect(quantizers(back)).toBe(2);
    // Formats change without it, and its name does not say it.
    expect(recipeName(result.recipe)).toBe('w8a8kv8');
    expect(done(result, setRecipe('w4a8kv8')).recipe.normalise).toBe('result');
    // What is not fitted is refused, with what to do.
    const unfit = done(design, setFormats({ ...design.recipe, normalise: 'result' }));
    expect(
      analysisOf(unfit)
        .problems.map(({ message }) => message)
        .join(' '),
    ).toMatch(/quantizer/);
  });

  it('keeps what the user has set: parameters, operations, places, depths, groups and notes', () => {
    let design = sampleById('moby-u280')?.design() as Design;
    design = done(design, splitOperation(design, 'prefill', 'linear_kq', 'q_proj'));
    design = done(design, setParam(design, 'prefill', 'linear_kq_q', 'wp', 4));
    design = done(design, renameInstance(design, 'prefill', 'linear_gate', 'my_gate'));
    design = done(design, setParam(design, 'prefill', 'my_gate', 'wp', 32));
    design = done(design, moveInstances('prefill', new Map([['my_gate', { x: 4000, y: 4000 }]])));
    design = done(design, makeGroup(design, { stage: 'prefill', instances: ['my_gate', 'silu'], streams: [] }, 'FFN'));
    design = done(design, addNote(design, 'decode', { x: 0, y: 0 }, 'mine'));
    const wire = design.stages.prefill.streams.find(({ from }) => from.instance === 'silu');
    design = done(design, setDepth('prefill', wire?.id ?? '', 77));
    for (const recipe of RECIPES) {
      const after = done(design, fitToRecipe(design, recipe));
      expect(
        analysisOf(after).problems.filter(({ severity }) => severity === 'error'),
        recipe.name,
      ).toEqual([]);
      const engine = (id: string) => after.stages.prefill.instances.find((instance) => instance.id === id);
      expect(engine('linear_kq_q')?.params['wp'], recipe.name).toBe(4);
      expect(engine('linear_kq_q')?.operations.map(({ id }) => id)).toEqual(['q_proj']);
      expect(engine('my_gate')).toMatchObject({ params: { wp: 32 }, position: { x: 4000, y: 4000 } });
      expect(after.stages.prefill.groups?.[0]).toMatchObject({ title: 'FFN', members: ['my_gate', 'silu'] });
      expect(after.stages.decode.notes?.[0]?.text).toBe('mine');
      expect(after.stages.prefill.streams.find(({ from }) => from.instance === 'silu')?.depth).toBe(77);
    }
  });

  it('keeps what the user has added beyond the template, wired or not, or names it', () => {
    const lostOf = (design: Design, recipe: Recipe): readonly string[] => {
      const fitted = fitStages(design, recipe);
      if ('refused' in fitted) throw new Error(fitted.refused);
      return [...fitted.stages.prefill.lost, ...fitted.stages.decode.lost];
    };
    const ids = (design: Design): string[] => design.stages.prefill.instances.map(({ id }) => id);
    const sample = sampleById('moby-u280')?.design() as Design;
    for (const recipe of RECIPES) expect(lostOf(sample, recipe), recipe.name).toEqual([]);
    // Not connected yet.
    const loose = done(sample, addInstance(sample, 'prefill', 'silu', { x: 40, y: 4000 }));
    // Connected, between two operations that every recipe has.
    const wire = sample.stages.decode.streams.find(({ from }) => from.instance === 'silu');
    if (!wire) throw new Error('no wire');
    let wired = done(sample, disconnect(sample, 'decode', wire.id));
    wired = done(wired, addInstance(wired, 'decode', 'lane_adapter', { x: 40, y: 4000 }));
    const own = wired.stages.decode.instances.at(-1);
    const end = (port: string) => ({ instance: own?.id ?? '', operation: own?.operations[0]?.id ?? '', port });
    wired = done(wired, connect(wired, 'decode', wire.from, end('in')));
    wired = done(wired, connect(wired, 'decode', end('out'), wire.to));
    expect(analysisOf(wired).legal).toBe(true);
    for (const recipe of RECIPES) {
      const afterLoose = done(loose, fitToRecipe(loose, recipe));
      expect(ids(afterLoose), recipe.name).toContain('silu_2');
      // Groups of input channels, and sparsity, need interleaved order, in which this adapter has no place.
      if (needsFastEngines(recipe)) {
        expect(lostOf(wired, recipe)).toEqual([own?.id]);
        continue;
      }
      const afterWired = done(wired, fitToRecipe(wired, recipe));
      expect(
        afterWired.stages.decode.streams.filter(({ from, to }) => from.instance === own?.id || to.instance === own?.id),
        recipe.name,
      ).toHaveLength(2);
      expect(analysisOf(afterWired).legal, recipe.name).toBe(true);
    }
    // A second fp32 reader of what a quantizer makes cannot stay where there is no quantizer.
    const quantized = sample.stages.decode.streams.find(
      ({ from, to }) => from.instance === 'quant_all' && from.port === 'out' && to.operation === 'gate_proj',
    );
    if (!quantized) throw new Error('no quantized stream');
    let bound = done(sample, disconnect(sample, 'decode', quantized.id));
    bound = done(bound, addInstance(bound, 'decode', 'lane_adapter', { x: 40, y: 4000 }));
    const adapter = bound.stages.decode.instances.at(-1);
    const at = (port: string) => ({ instance: adapter?.id ?? '', operation: adapter?.operations[0]?.id ?? '', port });
    bound = done(bound, connect(bound, 'decode', quantized.from, at('in')));
    bound = done(bound, connect(bound, 'decode', at('out'), quantized.to));
    const plain = recipeByName('fp32') as Recipe;
    expect(lostOf(bound, plain)).toEqual([adapter?.id]);
    const edit = fitToRecipe(bound, plain);
    expect('label' in edit ? edit.label : '').toContain('1 of your own');
    expect(analysisOf(done(bound, edit)).legal).toBe(true);
  });

  it('inserts quantizers where they are needed and takes them out where not', () => {
    const design = sampleById('moby-u280')?.design() as Design;
    const plain = done(design, fitToRecipe(design, recipeByName('fp32') as Recipe));
    const kinds = (of: Design): string[] => of.stages.prefill.instances.map(({ module }) => module);
    expect(kinds(plain)).not.toContain('quantize');
    const fitted = fitStages(plain, recipeByName('w8a8kv8') as Recipe);
    if ('refused' in fitted) throw new Error(fitted.refused);
    expect(fitted.stages.prefill.removed).toEqual([]);
    expect(fitted.stages.prefill.added.length).toBeGreaterThan(5);
    const back = done(plain, fitToRecipe(plain, recipeByName('w8a8kv8') as Recipe));
    expect(kinds(back).sort()).toEqual(kinds(design).sort());
    expect(analysisOf(back).legal).toBe(true);
  });

  it('recognises the templates', () => {
    const style = (id: string) =>
      SAMPLES.filter((sample) => sample.id === id).map((sample) => styleOf(sample.design(), 'prefill'))[0];
    expect(style('moby-u280')).toBe('hybrid');
    expect(style('moby-spatial')).toBe('spatial');
    expect(style('moby-temporal')).toBe('temporal');
  });

  it('names what is known and sets only the formats', () => {
    const design = SAMPLES[0]?.design() as Design;
    const { recipe } = design;
    const own: Recipe = { ...recipe, lmHead: { weights: 'fp32', activations: 'fp32' } };
    expect(recipeName(own)).toBe('own');
    expect(recipeName({ ...own, ...recipeByName('w4a4kv8'), name: 'x' })).toBe('w4a4kv8');
    const formats = setFormats({ ...own, name: recipeName(own) });
    undoneToTheByte(design, () => formats);
    expect(done(design, formats).recipe.name).toBe('own');
  });
});
