import type { Draft } from 'immer';
import type { Design, StageName } from '../../core/design/types.ts';
import { type Recipe, RECIPES } from '../../core/models/recipe.ts';
import { TARGETS, targetById } from '../../core/targets/targets.ts';
import { composeDesign } from '../../core/templates/compose.ts';
import type { Edit, Refused } from './edit.ts';

/** Edits of the number formats. */

/** The name of a recipe with these formats: the known one's, or 'own'. */
export function recipeName(recipe: Recipe): string {
  const formats = (of: Recipe): string => JSON.stringify([of.qkvo, of.ffn, of.lmHead, of.attention, of.downHadamard]);
  return RECIPES.find((candidate) => formats(candidate) === formats(recipe))?.name ?? 'own';
}

export function setFormats(recipe: Recipe): Edit {
  return {
    label: `Recipe ${recipe.name}`,
    recipe: (draft) => {
      draft.recipe = structuredClone(recipe) as Draft<Recipe>;
      return undefined;
    },
  };
}

/** The template that a stage resembles, by how many linear engines do its eight products. */
export function styleOf(design: Design, stage: StageName): 'hybrid' | 'spatial' | 'temporal' {
  const engines = design.stages[stage].instances.filter((instance) => /^linear_/.test(instance.module)).length;
  return engines <= 1 ? 'temporal' : engines >= 7 ? 'spatial' : 'hybrid';
}

/** Sets a recipe and composes the stages that are not empty anew for it. @throws when no template fits */
export function fitToRecipe(design: Design, recipe: Recipe): Edit | Refused {
  const target = targetById(design.target) ?? TARGETS[0];
  if (!target) return { refused: `There is no target '${design.target}'.` };
  const { name, model, limits, workload } = design;
  const prefill = styleOf(design, 'prefill');
  // A decode stage on one engine is what the hybrid template makes as well.
  const decode = styleOf(design, 'decode');
  const next = composeDesign({ name, model, target, recipe, limits, workload, prefill, decode, parallelism: { tp: design.tokenParallelism } });
  return {
    label: `Fit the design to ${recipe.name}`,
    select: { stage: 'prefill', instances: [], streams: [] },
    recipe: (draft) => {
      draft.recipe = structuredClone(recipe) as Draft<Recipe>;
      draft.cachePorts = next.cachePorts;
      for (const stage of ['prefill', 'decode'] as const) {
        if (design.stages[stage].instances.length > 0) draft.stages[stage] = structuredClone(next.stages[stage]) as Draft<Design>['stages']['prefill'];
      }
      return undefined;
    },
  };
}
