import type { StageName } from '../../core/design/types.ts';
import type { HardwareReport } from '../../core/models/hardware-report.ts';
import type { StageHeat } from './heat.ts';
import { prefixed } from '../words/units.ts';
import { buildRows, deviation, real, signedPercent } from './build-model.ts';

/** Real LUT of the instances of a stage, each with its difference from the estimate. */
export function buildHeat(report: HardwareReport, stage: StageName): StageHeat {
  const rows = buildRows(report).filter((row) => row.stage === stage && real(row, 'lut') !== null);
  const whole = rows.reduce((sum, row) => sum + (real(row, 'lut') ?? 0), 0);
  const most = Math.max(0, ...rows.map((row) => real(row, 'lut') ?? 0));
  const nodes = new Map(
    rows.map((row) => {
      const lut = real(row, 'lut') ?? 0;
      return [
        row.id,
        {
          share: whole > 0 ? lut / whole : 0,
          step: most > 0 ? Math.min(5, Math.round((5 * lut) / most)) : 0,
          text: `${prefixed(lut)} LUT (${signedPercent(deviation(row, 'lut'))})`,
        },
      ] as const;
    }),
  );
  const off = [...rows].sort((a, b) => Math.abs(deviation(b, 'lut') ?? 0) - Math.abs(deviation(a, 'lut') ?? 0))[0];
  return {
    nodes,
    hottest: off?.id,
    words: off
      ? `${off.id} is farthest from its estimate: ${signedPercent(deviation(off, 'lut'))} LUT`
      : 'the report has no LUT of this stage',
  };
}
