import type { Design, StageName } from '../design/types.ts';
import { hardwareLines, type Resources, sumLines } from '../estimate/parts/resource-lines.ts';
import { analyze } from '../schedule/analyze.ts';
import { componentsOf } from '../schedule/reuse.ts';
import type { ResolvedInstance, StageAnalysis } from '../schedule/types.ts';
import { targetById } from '../targets/targets.ts';
import { applyEdit, type Edit } from './edit.ts';
import { nominalAnalysis } from './nominal.ts';

/** What a module would take if it were added: an estimate of its own hardware, without FIFOs and ports. */

/** Of an instance whose inputs are all known. */
function ownCost(design: Design, stage: StageAnalysis, resolved: ResolvedInstance): Resources | undefined {
  const target = targetById(design.target);
  if (!target || resolved.operations.some((operation) => resolved.entry.inputs.some(({ id }) => !operation.inputs[id])))
    return undefined;
  try {
    return sumLines(hardwareLines(componentsOf(stage.context, resolved), target.family));
  } catch {
    // A module with parameters or inputs that it refuses has no hardware yet; its problems say why.
    return undefined;
  }
}

/** What the instance that an edit adds would take; undefined while its types are not known. */
export function costOf(design: Design, stage: StageName, edit: Edit): Resources | undefined {
  const { design: trial } = applyEdit(design, edit);
  const before = new Set(design.stages[stage].instances.map(({ id }) => id));
  const analysis = analyze(trial).stages[stage];
  const resolved = analysis.instances.find(
    ({ instance }) => !before.has(instance.id) && instance.id === edit.select?.instances[0],
  );
  return resolved && ownCost(design, analysis, resolved);
}

/** What an instance of a module takes in a complete design of the same model and recipe: an order of magnitude before anything is connected. */
export function typicalCost(design: Design, stage: StageName, module: string): Resources | undefined {
  const analysis = nominalAnalysis(design)?.stages[stage];
  const resolved = analysis?.instances.find(({ entry }) => entry.id === module);
  return analysis && resolved && ownCost(design, analysis, resolved);
}
