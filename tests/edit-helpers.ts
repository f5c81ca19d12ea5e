import type { Design } from '../src/core/design/types.ts';
import { RECIPES } from '../src/core/models/recipe.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { TARGETS } from '../src/core/targets/targets.ts';
import { emptyDesign } from '../src/core/templates/compose.ts';
import { expect } from 'vitest';
import { formatDesign } from '../src/core/design/schema.ts';
import { commit, documentOf, redo, undo } from '../src/core/edit/history.ts';
import { applyEdit, type Edit, isRefused, type Refused } from '../src/core/edit/edit.ts';

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

/** Carries out a plan as one step of the history, undoes it to the byte, and does it again. Returns the text of the changed design. */
export function undoneToTheByte(design: Design, plan: (design: Design) => Edit | Refused): string {
  const before = formatDesign(design);
  const edit = plan(design);
  if (isRefused(edit)) throw new Error(edit.refused);
  const changed = commit(documentOf(design), edit, 0);
  const after = formatDesign(changed.design);
  expect(after).not.toBe(before);
  expect(changed.history.past).toHaveLength(1);
  const undone = undo(changed);
  expect(formatDesign(undone.design)).toBe(before);
  const redone = redo(undone);
  expect(formatDesign(redone.design)).toBe(after);
  expect(redone.history.future).toHaveLength(0);
  return after;
}
