import type { StageName } from '../../core/design/types.ts';
import type { Explanation } from '../../core/estimate/design/explain.ts';
import type { Resources } from '../../core/estimate/parts/resource-lines.ts';
import { profile, type StageResources } from '../../core/estimate/stage/resources.ts';
import type { DesignResources } from '../../core/estimate/design/design-resources.ts';
import type { Light } from '../../core/estimate/design/fit-causes.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { KIND_NAMES, RESOURCE_KINDS, type ResourceCounts, type ResourceKind } from '../../core/targets/types.ts';
import { whole } from '../words/format.ts';
import { percent } from '../words/units.ts';

/** What the resources panel shows, without any pixel. */

export const GROUPS = ['linear', 'attention', 'other', 'fifos', 'ports'] as const;
export type Group = (typeof GROUPS)[number];
export const GROUP_TITLES: Readonly<Record<Group, string>> = {
  linear: 'linear engines',
  attention: 'attention',
  other: 'other modules',
  fifos: 'FIFOs',
  ports: 'ports and control',
};

export interface Bar {
  readonly kind: ResourceKind;
  readonly used: number;
  readonly budget: number;
  readonly share: number;
  /** Recommended share. */
  readonly limit: number;
  readonly light: Light;
  /** Amounts that add up to `used`. */
  readonly parts: Readonly<Record<Group, number>>;
}

export interface Region {
  readonly id: string;
  readonly title: string;
  readonly bars: readonly Bar[];
}

const lightOf = (share: number, limit: number): Light => (share > 1 ? 'red' : share > limit ? 'amber' : 'green');

/** Share of an instance that lies in an SLR. */
const shareIn = ({ spread, slrOf }: StageResources, id: string, slr: number): number =>
  spread.get(id)?.[slr] ?? (slrOf.get(id) === slr ? 1 : 0);

type Parts = Record<Group, number>;
const noParts = (): Parts => ({ linear: 0, attention: 0, other: 0, fifos: 0, ports: 0 });

function partsOf(
  analysis: DesignAnalysis,
  stages: readonly StageResources[],
  slr: number | undefined,
  kind: ResourceKind,
  used: number,
): Parts {
  const parts = noParts();
  for (const resources of stages) {
    for (const { instance, entry } of analysis.stages[resources.stage].instances) {
      const share = slr === undefined ? 1 : shareIn(resources, instance.id, slr);
      if (share === 0) continue;
      const group: Group = entry.category === 'linear' || entry.category === 'attention' ? entry.category : 'other';
      parts[group] += share * (resources.perInstance.get(instance.id)?.[kind] ?? 0);
      parts.fifos += share * (resources.fifosOf.get(instance.id)?.[kind] ?? 0);
    }
  }
  parts.ports = Math.max(0, used - parts.linear - parts.attention - parts.other - parts.fifos);
  return parts;
}

/** Regions with their bars: the whole user region, then its SLRs from the top down. Two bitstreams: of one stage at a time. */
export function regionsOf(analysis: DesignAnalysis, resources: DesignResources, stage: StageName): Region[] {
  const { target, platform } = profile(analysis);
  const stages = resources.bitstreams === 2 ? [resources[stage]] : [resources.prefill, resources.decode];
  const used = (slr: number | undefined, kind: ResourceKind): number =>
    stages.reduce((sum, one) => sum + ((slr === undefined ? one.total : one.perSlr[slr])?.[kind] ?? 0), 0);
  const region = (id: string, title: string, slr: number | undefined, budget: ResourceCounts): Region => ({
    id,
    title,
    bars: RESOURCE_KINDS.map((kind) => {
      const amount = used(slr, kind);
      const share = budget[kind] > 0 ? amount / budget[kind] : 0;
      const limit = target.fillLimits[kind];
      return {
        kind,
        used: amount,
        budget: budget[kind],
        share,
        limit,
        light: lightOf(share, limit),
        parts: partsOf(analysis, stages, slr, kind, amount),
      };
    }),
  });
  const slrs = platform.slrs.map((budget, slr) => region(`slr${slr}`, `SLR${slr}`, slr, budget)).reverse();
  return [region('all', 'User region', undefined, platform.user), ...slrs];
}

export interface InstanceRow extends ResourceCounts {
  readonly key: string;
  readonly stage: StageName;
  readonly id: string;
  readonly title: string;
  readonly slr: number;
  /** Its processes are a row that lies in several. */
  readonly spread: boolean;
  /** The user chose the SLR. */
  readonly fixed: boolean;
}

/** Module and the FIFOs that it reads. */
export function instanceRows(analysis: DesignAnalysis, resources: StageResources): InstanceRow[] {
  return analysis.stages[resources.stage].instances.map(({ instance, entry }) => {
    const own = resources.perInstance.get(instance.id);
    const fifos = resources.fifosOf.get(instance.id);
    const sum = (kind: ResourceKind): number => (own?.[kind] ?? 0) + (fifos?.[kind] ?? 0);
    return {
      key: `${resources.stage}/${instance.id}`,
      stage: resources.stage,
      id: instance.id,
      title: entry.title,
      slr: resources.slrOf.get(instance.id) ?? 0,
      spread: resources.spread.has(instance.id),
      fixed: instance.slr !== undefined,
      lut: sum('lut'),
      ff: sum('ff'),
      dsp: sum('dsp'),
      bram18: sum('bram18'),
      uram: sum('uram'),
    };
  });
}

const MAX_LINES = 14;

/** The lines behind an amount, the largest first. */
export function explainAmount(
  figure: string,
  kind: ResourceKind,
  parts: readonly (Resources | undefined)[],
): Explanation {
  const lines = parts.flatMap((part) => part?.breakdown ?? []).filter((line) => line.count * line.each[kind] > 0);
  const sorted = [...lines].sort((a, b) => b.count * b.each[kind] - a.count * a.each[kind]);
  const rest = sorted.slice(MAX_LINES);
  const amount = (line: (typeof lines)[number]): number => line.count * line.each[kind];
  const values = sorted.slice(0, MAX_LINES).map((line) => ({
    name: line.what,
    value: `${whole(line.count)} × ${Number(line.each[kind].toPrecision(4))} = ${whole(amount(line))}`,
  }));
  if (rest.length > 0)
    values.push({
      name: `${rest.length} smaller parts`,
      value: whole(rest.reduce((sum, line) => sum + amount(line), 0)),
    });
  values.push({ name: 'sum', value: whole(lines.reduce((sum, line) => sum + amount(line), 0)) });
  const sources = [...new Set(sorted.slice(0, MAX_LINES).map((line) => line.source))].slice(0, 4);
  return {
    figure,
    formula: `${KIND_NAMES[kind]} = sum over parts (count × each)`,
    values,
    source: sources.join('; ') || 'Nothing of this kind is used.',
  };
}

/** A region's amount by group. */
export function explainBar(region: Region, bar: Bar, source: string): Explanation {
  return {
    figure: `${region.id}.${bar.kind}`,
    formula: `share = ${KIND_NAMES[bar.kind]} used / ${KIND_NAMES[bar.kind]} of ${region.title}`,
    values: [
      ...GROUPS.map((group) => ({ name: GROUP_TITLES[group], value: whole(bar.parts[group]) })),
      { name: 'used', value: whole(bar.used) },
      { name: 'available', value: whole(bar.budget) },
      { name: 'share', value: percent(bar.share) },
      { name: 'recommended at most', value: percent(bar.limit) },
    ],
    source,
  };
}

export interface CrossingRow {
  readonly stage: StageName;
  readonly below: number;
  readonly wires: number;
  readonly available: number;
  readonly advised: number;
  readonly verdict: string;
}

export function crossingRows(resources: DesignResources): CrossingRow[] {
  return [resources.prefill, resources.decode].flatMap(({ stage, crossings }) =>
    crossings.map((crossing) => ({
      stage,
      ...crossing,
      verdict:
        crossing.wires > crossing.available
          ? 'more than there are'
          : crossing.wires > crossing.advised
            ? 'more than advised'
            : 'within advice',
    })),
  );
}

/** How the chosen clock of a stage stands against the expected range. */
export function clockVerdict(clock: number, low: number, high: number): string {
  if (clock > high) return `above what is to be expected: ${low} to ${high} MHz`;
  if (clock < low) return `below the expected ${low} to ${high} MHz: there is room`;
  return `within the expected ${low} to ${high} MHz`;
}
