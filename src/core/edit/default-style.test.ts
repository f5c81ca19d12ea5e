import { expect, test } from 'vitest';
import { STAGE_NAMES } from '../design/types.ts';
import { designResources } from '../estimate/design/design-resources.ts';
import { LLAMA_3_2_1B, MOBY_LLAMA_1M, SAMPLE_MODELS } from '../models/samples.ts';
import { RECIPES } from '../models/recipe.ts';
import { analyze } from '../schedule/analyze.ts';
import { TARGETS } from '../targets/targets.ts';
import { composeDesign } from '../templates/compose.ts';
import { defaultStyle } from './default-style.ts';

const u280 = TARGETS.find(({ id }) => id === 'u280');
const recipe = (name: string) => RECIPES.find((candidate) => candidate.name === name);

test('models of the published size, and the sample model, are composed in the fast style', () => {
  const w4a4kv8 = recipe('w4a4kv8');
  if (!u280 || !w4a4kv8) throw new Error('no target or no recipe');
  for (const model of [LLAMA_3_2_1B, MOBY_LLAMA_1M])
    for (const stage of STAGE_NAMES)
      expect(defaultStyle({ name: 'x', model, target: u280, recipe: w4a4kv8 }, stage)).toBe('fast');
});

test('the fast style is chosen exactly where its stage fits the card', () => {
  for (const target of TARGETS)
    for (const model of SAMPLE_MODELS)
      for (const recipe of RECIPES) {
        const options = { name: 'x', model, target, recipe };
        const analysis = analyze(composeDesign({ ...options, prefill: 'fast', decode: 'fast' }));
        for (const stage of STAGE_NAMES) {
          const red =
            !analysis.legal ||
            designResources(analysis).causes.some((cause) => cause.light === 'red' && (cause.stage ?? stage) === stage);
          expect(defaultStyle(options, stage), `${target.id} ${model.name} ${recipe.name} ${stage}`).toBe(
            red ? 'hybrid' : 'fast',
          );
        }
      }
});
