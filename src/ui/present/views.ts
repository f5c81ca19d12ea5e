import { groupsOf } from '../../core/design/annotations.ts';
import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../words/names.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';

/** What is shown one after another: each canvas whole, then its groups, then its passes. */
export interface NamedView {
  readonly key: string;
  readonly title: string;
  readonly stage: StageName;
  /** Instances that fill the screen; all of the canvas when there are none. */
  readonly instances: readonly string[];
  readonly pass?: number;
}

export function namedViews(design: Design, analysis: DesignAnalysis): NamedView[] {
  return STAGE_NAMES.flatMap((stage): NamedView[] => {
    const graph = design.stages[stage];
    if (graph.instances.length === 0) return [];
    return [
      { key: stage, title: STAGE_TITLES[stage], stage, instances: [] },
      ...groupsOf(graph).map((group) => ({
        key: `${stage}/${group.id}`,
        title: `${STAGE_TITLES[stage]}: ${group.title}`,
        stage,
        instances: group.members,
      })),
      ...analysis.stages[stage].passes.map(({ index, operations }) => ({
        key: `${stage}#${index}`,
        title: `${STAGE_TITLES[stage]}, pass ${index}: ${operations
          .slice(0, 4)
          .map(({ operation }) => operation.id)
          .join(', ')}${operations.length > 4 ? ' …' : ''}`,
        stage,
        instances: [],
        pass: index,
      })),
    ];
  });
}
