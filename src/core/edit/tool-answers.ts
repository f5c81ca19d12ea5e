import type { Draft } from 'immer';
import { type Design, STAGE_NAMES } from '../design/types.ts';
import type { Multipliers } from '../ir/call.ts';
import { answersOf, type ProbeResult } from '../models/probe-result.ts';
import { multipliersOf } from '../modules/hardware.ts';
import { instancesRelying } from '../schedule/answers.ts';
import { runsBackward } from '../schedule/depths.ts';
import type { AssumptionId, ToolAnswers } from '../targets/assumptions.ts';
import { analysisOf } from './analysis.ts';
import type { Edit, Refused } from './edit.ts';

/** The kind of multipliers to fall back to, and on which answer. */
const LESS_PACKED: Partial<Record<Multipliers, { readonly asks: AssumptionId; readonly next: Multipliers }>> = {
  dsp4: { asks: 'four_products', next: 'dsp' },
  dsp: { asks: 'two_products', next: 'lut' },
};

function heldMultipliers(answers: ToolAnswers, value: Multipliers): Multipliers {
  const less = LESS_PACKED[value];
  return less && answers.failed.includes(less.asks) ? heldMultipliers(answers, less.next) : value;
}

/** Parameters that choose a packing which the tools refuse, with what they become: results are the same. */
function multiplierChanges(design: Design, answers: ToolAnswers) {
  return STAGE_NAMES.flatMap((stage) => {
    const analysis = analysisOf(design).stages[stage];
    if (!analysis.legal) return [];
    const packed = (['two_products', 'four_products'] as const).flatMap((id) =>
      answers.failed.includes(id) ? instancesRelying(id, design, analysis) : [],
    );
    return analysis.instances.flatMap(({ instance, index, params, entry }) => {
      if (!packed.includes(instance.id) || !entry.params.some(({ id }) => id === 'multipliers')) return [];
      return [{ stage, index, value: heldMultipliers(answers, multipliersOf(params)) }];
    });
  });
}

/** Instances whose loops overlap where the tools do not start an iteration per cycle: they become serial, results are the same. */
function overlapChanges(design: Design, answers: ToolAnswers) {
  if (!answers.failed.includes('overlapped_loops')) return [];
  return STAGE_NAMES.flatMap((stage) => {
    const analysis = analysisOf(design).stages[stage];
    if (!analysis.legal) return [];
    const relying = instancesRelying('overlapped_loops', design, analysis);
    return analysis.instances.flatMap(({ instance, index }) =>
      relying.includes(instance.id) ? [{ stage, index }] : [],
    );
  });
}

/** Places of streams whose data the user wanted in a FIFO that the tools do not keep: the choice is taken back. */
function carryChanges(design: Design, answers: ToolAnswers) {
  return STAGE_NAMES.flatMap((stage) => {
    const { streams, instances } = analysisOf(design).stages[stage];
    return streams.flatMap((stream) => {
      const refuted =
        answers.failed.includes('carried_fifo') ||
        (answers.failed.includes('backward_fifo') && runsBackward(stream, instances));
      return stream.stream.carry === 'fifo' && refuted ? [{ stage, id: stream.stream.id }] : [];
    });
  });
}

/**
 * Keeps what the tools said, and takes the forms that hold: data for later passes through memory, fewer products per DSP, rows one
 * after the other, one kernel per stage. Whatever is scheduled, lowered or estimated from then on follows the answers.
 */
export function takeAnswers(design: Design, result: ProbeResult): Edit | Refused {
  if (result.board !== design.target)
    return {
      refused: `The result is of tools for the ${result.board.toUpperCase()}, this design is for the ${design.target.toUpperCase()}; probe with a project of this design.`,
    };
  const answers = answersOf(result);
  if (answers.held.length + answers.failed.length === 0)
    return { refused: 'The result has no answers: nothing was run. Run "node run.mjs probe" where the tools are.' };
  const multipliers = multiplierChanges(design, answers);
  const overlaps = overlapChanges(design, answers);
  const carries = carryChanges(design, answers);
  return {
    label: `Follow the tools of release ${answers.release}`,
    recipe: (draft) => {
      draft.probe = answers as Draft<ToolAnswers>;
      for (const { stage, index, value } of multipliers) {
        const instance = draft.stages[stage].instances[index];
        if (instance) instance.params['multipliers'] = value;
      }
      for (const { stage, index } of overlaps) {
        const instance = draft.stages[stage].instances[index];
        if (instance) instance.params['overlap'] = 'serial';
      }
      for (const { stage, id } of carries) {
        const stream = draft.stages[stage].streams.find((candidate) => candidate.id === id);
        if (stream) delete stream.carry;
      }
      if (answers.failed.includes('axis_vector')) delete draft.split;
    },
  };
}

/** Takes the forms that the library prefers again, whatever tools said; parameters stay as they are. */
export const forgetAnswers: Edit = {
  label: 'Forget the answers of the tools',
  recipe: (draft) => {
    delete draft.probe;
  },
};
