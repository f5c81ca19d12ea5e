import { type Draft, produce } from 'immer';
import { pruned } from '../design/annotations.ts';
import { type Design, STAGE_NAMES, type StageName } from '../design/types.ts';

/** What is selected; instances, streams and notes are those of one stage. A group is selected when all of its instances are. */
export interface Selection {
  readonly stage: StageName;
  readonly instances: readonly string[];
  readonly streams: readonly string[];
  readonly notes?: readonly string[];
}

/** How many things are selected. */
export const selectedCount = ({ instances, streams, notes = [] }: Selection): number =>
  instances.length + streams.length + notes.length;

export const NOTHING: Selection = { stage: 'prefill', instances: [], streams: [] };

/** One change of a design, planned but not yet carried out. Carrying it out is `applyEdit`. */
export interface Edit {
  /** For the history: 'Add RMSNorm'. */
  readonly label: string;
  readonly recipe: (draft: Draft<Design>) => Design | undefined;
  /** What is selected afterwards; as before when absent. */
  readonly select?: Selection;
  /** `document`: another document takes the place of this one. `whole`: much of both stages is made anew. */
  readonly extent?: 'document' | 'whole';
  /** What it sets, and what adaptations leave alone: `<stage>.<instance>.<param>`, or the path of a number of the design. */
  readonly sets?: string;
  /** It becomes part of the step before it, which has the same `merge`, however long ago that was. */
  readonly amends?: true;
  /** Edits with equal keys in quick succession are one step of the history (a stepper that is held). */
  readonly merge?: string;
}

/** A change that cannot be planned, in words for the user. */
export interface Refused {
  readonly refused: string;
}

export function isRefused<Plan extends object>(plan: Plan | Refused): plan is Refused {
  return 'refused' in plan;
}

export interface Applied {
  readonly design: Design;
}

/** Whatever removes instances takes them out of their groups; lists that have become empty go. */
function prune(draft: Draft<Design>): void {
  for (const stage of STAGE_NAMES) {
    const graph = draft.stages[stage];
    if (!graph.groups && !graph.notes) continue;
    const { groups, notes } = pruned(graph);
    if (!groups) delete graph.groups;
    else if (graph.groups?.length !== groups.length || groups.some((group, index) => group !== graph.groups?.[index]))
      graph.groups = groups as Draft<typeof groups>;
    if (!notes) delete graph.notes;
  }
}

/** Carries out an edit. Pure: the given design stays as it is, and is the result when nothing changes. */
export function applyEdit(design: Design, edit: Edit): Applied {
  const next = produce(design, (draft) => {
    const other = edit.recipe(draft) as Draft<Design> | undefined;
    if (!other) prune(draft);
    return other;
  });
  return { design: next as Design };
}
