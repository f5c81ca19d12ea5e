import type { Design, StageName } from '../../core/design/types.ts';
import { hardwareLines, sumLines } from '../../core/estimate/parts/resource-lines.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { componentsOf } from '../../core/schedule/reuse.ts';
import type { ResolvedInstance, StageAnalysis } from '../../core/schedule/types.ts';
import { targetById } from '../../core/targets/targets.ts';
import { prefixed } from '../estimates/units.ts';
import { applyEdit, type Edit } from '../../core/edit/edit.ts';
import { nominalAnalysis } from '../../core/edit/nominal.ts';

/** What a module would take if it were added, in few words: an estimate of its own hardware, without FIFOs and ports. */

const amount = (value: number, name: string): string | undefined =>
  value >= 0.5 ? `${prefixed(Math.round(value)).trim()} ${name}` : undefined;

/** Of an instance whose inputs are all known. */
function ownCost(design: Design, stage: StageAnalysis, resolved: ResolvedInstance): string | undefined {
  const target = targetById(design.target);
  if (!target || resolved.operations.some((operation) => resolved.entry.inputs.some(({ id }) => !operation.inputs[id])))
    return undefined;
  try {
    const { lut, dsp, bram18, uram } = sumLines(hardwareLines(componentsOf(stage.context, resolved), target.family));
    return (
      [amount(lut, 'LUT'), amount(dsp, 'DSP'), amount(bram18, 'BRAM18'), amount(uram, 'URAM')]
        .filter(Boolean)
        .join(' · ') || undefined
    );
  } catch {
    // A module with parameters or inputs that it refuses has no hardware yet; its problems say why.
    return undefined;
  }
}

/** What the instance that an edit adds would take; undefined while its types are not known. */
export function costOf(design: Design, stage: StageName, edit: Edit): string | undefined {
  const { design: trial } = applyEdit(design, edit);
  const before = new Set(design.stages[stage].instances.map(({ id }) => id));
  const analysis = analyze(trial).stages[stage];
  const resolved = analysis.instances.find(
    ({ instance }) => !before.has(instance.id) && instance.id === edit.select?.instances[0],
  );
  return resolved && ownCost(design, analysis, resolved);
}

/** What an instance of a module takes in a complete design of the same model and recipe: an order of magnitude before anything is connected. */
export function typicalCost(design: Design, stage: StageName, module: string): string | undefined {
  const analysis = nominalAnalysis(design)?.stages[stage];
  const resolved = analysis?.instances.find(({ entry }) => entry.id === module);
  return analysis && resolved && ownCost(design, analysis, resolved);
}
