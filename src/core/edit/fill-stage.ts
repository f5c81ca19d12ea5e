import type { Draft } from 'immer';
import type { Design, StageGraph, StageName } from '../design/types.ts';
import { TARGETS, targetById } from '../targets/targets.ts';
import { composeDesign } from '../templates/compose.ts';
import type { Edit, Refused } from './edit.ts';

/** Composes one stage by the hybrid template, with the numbers that the design has; the other stage stays as it is. */
export function fillStage(design: Design, stage: StageName): Edit | Refused {
  const target = targetById(design.target) ?? TARGETS[0];
  if (!target) return { refused: 'There is no target to compose for.' };
  let graph: StageGraph;
  try {
    graph = composeDesign({
      name: design.name,
      model: design.model,
      target,
      recipe: design.recipe,
      prefill: 'hybrid',
      decode: 'hybrid',
      parallelism: { tp: design.tokenParallelism, headLanes: design.cachePorts },
      limits: design.limits,
      window: design.window,
      hmt: design.hmt,
    }).stages[stage];
  } catch (error) {
    return { refused: `No template fits this model: ${error instanceof Error ? error.message : 'unknown error'}` };
  }
  return {
    label: `Fill ${stage} from the template`,
    select: { stage, instances: [], streams: [] },
    recipe: (draft) => {
      // Notes on the canvas stay.
      Object.assign(draft.stages[stage], graph as Draft<StageGraph>);
      draft.stages[stage].groups = undefined;
    },
  };
}
