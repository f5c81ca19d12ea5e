import type { Action } from './action.ts';
import { ARRANGE_ACTIONS } from './arrange-actions.ts';
import { DESIGN_ACTIONS } from './design-actions.ts';
import { EDIT_ACTIONS } from './edit-actions.ts';
import { HELP_ACTIONS } from './help-actions.ts';
import { VIEW_ACTIONS } from './view-actions.ts';

/** All actions. Menus, keys, the command palette and the sheet of shortcuts are made from this one list. */
export const ACTIONS: readonly Action[] = [
  ...DESIGN_ACTIONS,
  ...EDIT_ACTIONS,
  ...ARRANGE_ACTIONS,
  ...VIEW_ACTIONS,
  ...HELP_ACTIONS,
];

export function actionById(id: string): Action {
  const action = ACTIONS.find((candidate) => candidate.id === id);
  if (!action) throw new Error(`no action ${id}`);
  return action;
}
