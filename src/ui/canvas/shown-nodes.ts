import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { foldedGroups } from '../drawing/boundary.ts';
import { groupNodeId } from '../drawing/node-ids.ts';

/** The nodes that show instances: those of a collapsed group are its card. */
export function shownNodes(stage: StageName, ids: readonly string[]): string[] {
  const folded = foldedGroups(composer.getState().design.stages[stage]);
  return [
    ...new Set(
      ids.map((id) => {
        const group = folded.get(id);
        return group ? groupNodeId(group.id) : id;
      }),
    ),
  ];
}
