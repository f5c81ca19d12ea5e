import { type Draft, produce } from 'immer';
import type { Design, StageName } from '../../core/design/types.ts';

/** What is selected; instances and streams are those of one stage. */
export interface Selection {
  readonly stage: StageName;
  readonly instances: readonly string[];
  readonly streams: readonly string[];
}

export const NOTHING: Selection = { stage: 'prefill', instances: [], streams: [] };

/** One change of a design, planned but not yet carried out. Carrying it out is `applyEdit`. */
export interface Edit {
  /** For the history: 'Add RMSNorm'. */
  readonly label: string;
  readonly recipe: (draft: Draft<Design>) => Design | undefined;
  /** What is selected afterwards; as before when absent. */
  readonly select?: Selection;
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

/** Carries out an edit. Pure: the given design stays as it is, and is the result when nothing changes. */
export function applyEdit(design: Design, edit: Edit): Applied {
  return { design: produce(design, (draft) => edit.recipe(draft) as Draft<Design> | undefined) as Design };
}
