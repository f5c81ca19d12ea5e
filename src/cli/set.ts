import { errorsOf } from '../core/design/problems.ts';
import type { Design } from '../core/design/types.ts';
import { adapt } from '../core/edit/adapt.ts';
import { assign } from '../core/edit/assignments.ts';
import { applyEdit, type Edit, isRefused, type Refused } from '../core/edit/edit.ts';
import { effectText, type Figures } from '../core/edit/effect.ts';
import { forgetAnswers, takeAnswers } from '../core/edit/tool-answers.ts';
import { analyze } from '../core/schedule/analyze.ts';
import { InputError } from './errors.ts';
import { describeProblem, designText, loadProbe } from './input.ts';
import { writeWhole } from './output.ts';

const inJson = (figures: Figures | undefined) =>
  figures && { prefillSeconds: figures.prefill, tokenSeconds: figures.decode, used: figures.used, fill: figures.fill };

const PROBE = 'probe=';

/** `probe=FILE` follows the answers of the user's tools, `probe=none` forgets them. */
const probed = (design: Design, value: string): Edit | Refused =>
  value.trim() === 'none' ? forgetAnswers : takeAnswers(design, loadProbe(value.trim()));

/** Carries out assignments one after another; what they set is not touched by a repair. */
function assigned(design: Design, assignments: readonly string[]) {
  const pinned = new Set<string>();
  const labels: string[] = [];
  let present = design;
  for (const assignment of assignments) {
    const edit = assignment.startsWith(PROBE)
      ? probed(present, assignment.slice(PROBE.length))
      : assign(present, assignment);
    if (isRefused(edit)) throw new InputError(edit.refused);
    present = applyEdit(present, edit).design;
    labels.push(edit.label);
    if (edit.sets !== undefined) pinned.add(edit.sets);
  }
  return { design: present, labels, pinned };
}

/**
 * `composer set`: parameters and settings of a design, with what else has to change when `repair` is asked for.
 * Writes a legal design, or nothing.
 */
export function setDesign(
  design: Design,
  assignments: readonly string[],
  { out, repair }: { readonly out: string; readonly repair: boolean },
): { data: unknown; text: string } {
  const changed = assigned(design, assignments);
  const errors = errorsOf(analyze(changed.design).problems);
  if (errors.length > 0 && !repair)
    throw new InputError(
      `With this change the design has errors; --repair changes what else has to change:\n${errors.map(describeProblem).join('\n')}`,
    );
  const adapted = adapt(changed.design, design, changed.pinned);
  if (isRefused(adapted)) throw new InputError(adapted.refused);
  const result = applyEdit(changed.design, adapted.edit).design;
  const { effect } = adapted;
  writeWhole(out, designText(result));
  const words = effectText(effect);
  return {
    data: {
      out,
      set: changed.labels,
      adapted: adapted.steps,
      before: inJson(effect.before) ?? null,
      after: inJson(effect.after) ?? null,
    },
    text: [
      ...changed.labels,
      ...adapted.steps.map((step) => `adapted: ${step}`),
      words === '' ? 'No figure changes.' : words,
      `Wrote ${out}.`,
    ].join('\n'),
  };
}
