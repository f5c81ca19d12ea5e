import type { StageName } from '../../core/design/types.ts';
import { passRuns } from '../../core/estimate/pass/runs.ts';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import type { DesignResources } from '../../core/estimate/design/design-resources.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { prefixed } from '../words/units.ts';

/** Colours of nodes by what they cost. */

export const HEATS = ['off', 'time', 'lut', 'dsp', 'bandwidth', 'build'] as const;
export type Heat = (typeof HEATS)[number];
export const HEAT_TITLES: Readonly<Record<Heat, string>> = {
  off: 'off',
  time: 'time',
  lut: 'LUT',
  dsp: 'DSP',
  bandwidth: 'bandwidth',
  build: 'LUT of the build',
};

export interface NodeHeat {
  /** Share of the stage: of its time that the instance works, of its LUT, DSP, or bytes. */
  readonly share: number;
  /** 0 to 5; the hottest instance has 5. */
  readonly step: number;
  readonly text: string;
}

export interface StageHeat {
  readonly nodes: ReadonlyMap<string, NodeHeat>;
  readonly hottest: string | undefined;
  /** The hottest in words. */
  readonly words: string;
}

/** Kinds that are estimated. */
export type Estimated = Exclude<Heat, 'off' | 'build'>;

const words = (kind: Estimated, id: string, share: number, amount: number): string => {
  const part = `${Math.round(share * 100)} %`;
  switch (kind) {
    case 'time':
      return `${id} works most: ${part} of the time`;
    case 'lut':
      return `${id} takes most LUT: ${prefixed(amount)}, ${part}`;
    case 'dsp':
      return `${id} takes most DSP: ${prefixed(amount)}, ${part}`;
    case 'bandwidth':
      return `${id} moves most bytes: ${prefixed(amount)}B per run, ${part}`;
  }
};

/** Heat of the instances of a stage. */
export function stageHeat(
  analysis: DesignAnalysis,
  time: WorkloadTime,
  resources: DesignResources | undefined,
  name: StageName,
  kind: Estimated,
): StageHeat {
  const stage = analysis.stages[name];
  const amounts = new Map<string, number>(stage.instances.map(({ instance }) => [instance.id, 0]));
  const add = (id: string, amount: number): void => void amounts.set(id, (amounts.get(id) ?? 0) + amount);
  let whole = 0;
  if (kind === 'lut' || kind === 'dsp') {
    const used = resources?.[name];
    for (const id of amounts.keys())
      add(id, (used?.perInstance.get(id)?.[kind] ?? 0) + (used?.fifosOf.get(id)?.[kind] ?? 0));
    whole = used?.total[kind] ?? 0;
  } else {
    for (const pass of time[name].passes) {
      const runs = passRuns(stage, pass.pass);
      if (kind === 'time') whole += runs * pass.cycles;
      for (const slot of pass.slots) {
        const amount = runs * (kind === 'time' ? slot.modelled : slot.bytes);
        add(slot.operation.owner.instance.id, amount);
        if (kind === 'bandwidth') whole += amount;
      }
    }
  }
  const most = Math.max(0, ...amounts.values());
  const hottest = most > 0 ? [...amounts].find(([, amount]) => amount === most)?.[0] : undefined;
  const nodes = new Map(
    [...amounts].map(([id, amount]) => {
      const share = whole > 0 ? Math.min(1, amount / whole) : 0;
      return [
        id,
        {
          share,
          step: most > 0 ? Math.min(5, Math.round((5 * amount) / most)) : 0,
          text: share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`,
        },
      ] as const;
    }),
  );
  return {
    nodes,
    hottest,
    words:
      hottest === undefined
        ? 'nothing of this kind is used'
        : words(kind, hottest, nodes.get(hottest)?.share ?? 0, most),
  };
}
