import { useEffect } from 'react';
import type { StageName } from '../../core/design/types.ts';
import type { HardwareReport } from '../../core/models/hardware-report.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { buildHeat } from '../figures/build-heat.ts';
import { useReport } from '../figures/report-store.ts';
import { timeOf } from '../figures/time.ts';
import { resourcesOf, useAnalysis } from '../figures/derived.ts';
import { type Heat, type StageHeat, stageHeat } from '../figures/heat.ts';
import { useReadable } from '../figures/readable.ts';
import { useHeat } from './heat-store.ts';

function heatOf(
  analysis: DesignAnalysis,
  stage: StageName,
  kind: Heat,
  report: HardwareReport | undefined,
): StageHeat | undefined {
  if (kind === 'build') return report && buildHeat(report, stage);
  if (kind === 'off' || !analysis.legal) return undefined;
  const time = timeOf(analysis);
  return (
    time && stageHeat(analysis, time, kind === 'lut' || kind === 'dsp' ? resourcesOf(analysis) : undefined, stage, kind)
  );
}

/** Keeps the heat of a stage up to date while its canvas is on the screen: once for all of its nodes. */
export function useStageHeat(stage: StageName): StageHeat | undefined {
  const kind = useHeat((state) => state.kind);
  const analysis = useAnalysis();
  const report = useReport((state) => state.report);
  const standing = useReadable().standing[stage];
  useEffect(() => {
    const found = kind === 'build' || standing !== 'none' ? heatOf(analysis, stage, kind, report) : undefined;
    const heat =
      found && kind !== 'build' && standing === 'before'
        ? { ...found, words: `before the error: ${found.words}` }
        : found;
    if (heat !== useHeat.getState()[stage]) useHeat.setState({ [stage]: heat });
  }, [analysis, stage, kind, report, standing]);
  return useHeat((state) => state[stage]);
}
