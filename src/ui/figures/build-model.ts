import type { StageName } from '../../core/design/types.ts';
import type { HardwareReport, ReportAmounts } from '../../core/models/hardware-report.ts';
import type { ResourceKind } from '../../core/targets/types.ts';

/** A resource of one instance: estimated, and as the tools have it. */
export interface BuildRow {
  readonly key: string;
  readonly stage: StageName;
  readonly id: string;
  readonly module: string;
  readonly estimated: ReportAmounts;
  readonly synthesised: ReportAmounts | null;
  readonly implemented: ReportAmounts | null;
  readonly interval: number | null;
}

export function buildRows(report: HardwareReport): BuildRow[] {
  return report.instances.map((row) => ({
    key: `${row.stage}.${row.instance}`,
    stage: row.stage,
    id: row.instance,
    module: row.module,
    estimated: row.estimated,
    synthesised: row.synthesised,
    implemented: row.implemented,
    interval: row.synthesised?.ii ?? null,
  }));
}

/** What is real of a row: implemented where there is such a figure, else synthesised. */
export const real = (row: Pick<BuildRow, 'implemented' | 'synthesised'>, kind: ResourceKind): number | null =>
  row.implemented?.[kind] ?? row.synthesised?.[kind] ?? null;

/** Difference of a real figure from its estimate, as a share of the estimate. */
export function deviation(row: BuildRow, kind: ResourceKind): number | null {
  const figure = real(row, kind);
  const estimate = row.estimated[kind];
  return figure === null || estimate === null || estimate === 0 ? null : figure / estimate - 1;
}

export const signedPercent = (share: number | null): string =>
  share === null ? '–' : `${share > 0 ? '+' : ''}${Math.round(share * 100)} %`;
