import type { Design } from '../../core/design/types.ts';
import { applyEdit } from '../../core/edit/edit.ts';
import { repairsFor } from '../../core/edit/repairs.ts';
import { answer } from '../state/worker-side.ts';
import type { MadeRepair, RepairQuestion } from './repair-client.ts';

let known: { readonly revision: number; readonly design: Design } | undefined;

/** Tries repairs, off the main thread. */
answer(({ revision, design: sent, problem, pinned }: RepairQuestion): readonly MadeRepair[] => {
  if (known?.revision !== revision) known = { revision, design: sent };
  const { design } = known;
  return repairsFor(design, problem, new Set(pinned)).map(({ edit, ...repair }) => {
    const { recipe: _, ...rest } = edit;
    return { ...repair, edit: rest, design: applyEdit(design, edit).design };
  });
});
