import type { Draft } from 'immer';
import { type Design, STAGE_NAMES } from '../design/types.ts';
import { type Recipe, recipeOfFormats, withGroupsFor } from '../models/recipe.ts';
import { type Edit, isRefused, type Refused } from './edit.ts';
import { fitStages } from './recipe-fit.ts';

/** Edits of the number formats. */

/** The name of a recipe with these formats: the known one's, or 'own'. */
export function recipeName(recipe: Recipe): string {
  return recipeOfFormats(recipe)?.name ?? 'own';
}

export function setFormats(recipe: Recipe): Edit {
  return {
    label: `Recipe ${recipe.name}`,
    recipe: (draft) => {
      draft.recipe = recipe as Draft<Recipe>;
      return undefined;
    },
  };
}

/**
 * Sets a recipe, with groups of input channels that divide the widths of the model, and inserts or removes what converts between formats. Instances that stay keep their parameters, places
 * and operations. @throws when no template fits
 */
export function fitToRecipe(design: Design, wanted: Recipe): Edit | Refused {
  const recipe = withGroupsFor(design.model, wanted);
  const fitted = fitStages(design, recipe);
  if (isRefused(fitted)) return fitted;
  const count = (which: 'added' | 'removed' | 'lost'): number =>
    STAGE_NAMES.reduce((sum, stage) => sum + fitted.stages[stage][which].length, 0);
  const [added, removed, lost] = [count('added'), count('removed'), count('lost')];
  return {
    label: `Fit the design to ${recipe.name}${added + removed > 0 ? ` (${added} inserted, ${removed} taken out${lost > 0 ? `, ${lost} of your own` : ''})` : ''}`,
    extent: 'whole',
    select: { stage: 'prefill', instances: [], streams: [] },
    recipe: (draft) => {
      draft.recipe = recipe as Draft<Recipe>;
      draft.cachePorts = fitted.cachePorts;
      for (const stage of STAGE_NAMES) {
        if (design.stages[stage].instances.length > 0)
          draft.stages[stage] = fitted.stages[stage].graph as Draft<Design>['stages']['prefill'];
      }
      return undefined;
    },
  };
}
