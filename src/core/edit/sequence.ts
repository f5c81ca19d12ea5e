import type { Design } from '../design/types.ts';
import { applyEdit, type Edit, isRefused, type Refused } from './edit.ts';

/** What edits do one after another. */
export const allOf =
  (edits: readonly Edit[]): Edit['recipe'] =>
  (draft) => {
    for (const edit of edits) edit.recipe(draft);
    return undefined;
  };

/** Several edits as one step of the history: each is planned against what the ones before it make. */
export function sequence(
  design: Design,
  label: string,
  plans: readonly ((present: Design) => Edit | Refused)[],
): Edit | Refused {
  let present = design;
  const edits: Edit[] = [];
  for (const plan of plans) {
    const edit = plan(present);
    if (isRefused(edit)) return edit;
    present = applyEdit(present, edit).design;
    edits.push(edit);
  }
  const select = edits.filter((edit) => edit.select).at(-1)?.select;
  return {
    label,
    ...(select ? { select } : {}),
    recipe: allOf(edits),
  };
}
