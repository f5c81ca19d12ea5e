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

/** AXI ports that a stage has beyond the bundles of its program: one for the generated tokens, and those that several kernels need for one buffer. */
export function extraPorts(analysis: DesignAnalysis, stage: StageName): number {
  const bundles = (memories: readonly { readonly bundle: string }[]): number =>
    new Set(memories.map(({ bundle }) => bundle)).size;
  const parts = stageKernels(analysis, stage).programs.reduce((sum, program) => sum + bundles(program.memories), 0);
  return parts - bundles(programOf(analysis.stages[stage]).memories) + (stage === 'decode' ? 1 : 0);
}
