import type { StageName } from '../../core/design/types.ts';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import type { DesignResources } from '../../core/estimate/design/design-resources.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { KIND_NAMES, RESOURCE_KINDS, type ResourceKind } from '../../core/targets/types.ts';
import { stageHeat } from './heat.ts';

/** What the bars at the foot of a card show, from 0 to 1 and to three places. */
export interface Shares {
  /** Of the stage's modelled time, that the instance works. */
  readonly time: number;
  /** Of what the stage uses of the scarcest resource. */
  readonly resource: number;
  /** Name of that resource. */
  readonly kind: string;
}

export type StageShares = ReadonlyMap<string, Shares>;

/** The resource that fills the card most. */
export function scarcest({ fill }: DesignResources): ResourceKind {
  return RESOURCE_KINDS.reduce((most, kind) => (fill[kind] > fill[most] ? kind : most));
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;

/** Shares of every instance of a stage. */
export function stageShares(
  analysis: DesignAnalysis,
  time: WorkloadTime,
  resources: DesignResources,
  stage: StageName,
): StageShares {
  const kind = scarcest(resources);
  const used = resources[stage];
  const { nodes } = stageHeat(analysis, time, undefined, stage, 'time');
  return new Map(
    analysis.stages[stage].instances.map(({ instance: { id } }) => {
      const own = (used.perInstance.get(id)?.[kind] ?? 0) + (used.fifosOf.get(id)?.[kind] ?? 0);
      return [
        id,
        {
          time: rounded(nodes.get(id)?.share ?? 0),
          resource: rounded(used.total[kind] > 0 ? own / used.total[kind] : 0),
          kind: KIND_NAMES[kind],
        },
      ];
    }),
  );
}
