import type { Design } from '../../core/design/types.ts';
import { RECIPES } from '../../core/models/recipe.ts';
import { MOBY_LLAMA_1M } from '../../core/models/samples.ts';
import { TARGETS } from '../../core/targets/targets.ts';
import { emptyDesign } from '../../core/templates/compose.ts';
import { applyEdit, type Edit, isRefused, type Refused } from './edit.ts';

/** An empty design of the sample model. */
export function empty(): Design {
  const [target] = TARGETS;
  const recipe = RECIPES.find((candidate) => candidate.name === 'w8a8kv8');
  if (!target || !recipe) throw new Error('no target or recipe');
  return emptyDesign({ name: 'empty', model: MOBY_LLAMA_1M, target, recipe });
}

/** Carries out a plan that must not be refused. */
export function done(design: Design, plan: Edit | Refused): Design {
  if (isRefused(plan)) throw new Error(plan.refused);
  return applyEdit(design, plan).design;
}
