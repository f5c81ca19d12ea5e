import type { StageName } from '../../design/types.ts';
import { programOf } from '../../lower/program.ts';
import type { StageKernels } from '../../lower/split.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { placedKernels } from './resources.ts';

/** The kernels of a stage: one, or one per SLR where the design asks for it. The stage must be legal. */
export function stageKernels(analysis: DesignAnalysis, stage: StageName): StageKernels {
  // Resources decide where a stage is split; one that is not needs none.
  return analysis.design.split === 'slr'
    ? placedKernels(analysis, stage)
    : { programs: [programOf(analysis.stages[stage])], links: [] };
}

/** Kernels of a stage that have a port for each bundle of its program: more than one where several kernels use one buffer. */
export function portCopies(analysis: DesignAnalysis, stage: StageName): ReadonlyMap<string, number> {
  const copies = new Map<string, number>();
  for (const { memories } of stageKernels(analysis, stage).programs)
    for (const bundle of new Set(memories.map((memory) => memory.bundle)))
      copies.set(bundle, (copies.get(bundle) ?? 0) + 1);
  return copies;
}
