import { useEffect } from 'react';
import { create } from 'zustand';
import type { StageName } from '../../core/design/types.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { timeOf } from '../state/derived.ts';
import { resourcesOf, useAnalysis } from './derived.ts';
import { type Heat, type StageHeat, stageHeat } from './heat.ts';

interface HeatState {
  readonly kind: Heat;
  readonly prefill: StageHeat | undefined;
  readonly decode: StageHeat | undefined;
}

/** What nodes are coloured by, and their heat; nothing that a document keeps. */
export const useHeat = create<HeatState>(() => ({ kind: 'off', prefill: undefined, decode: undefined }));

function heatOf(analysis: DesignAnalysis, stage: StageName, kind: Heat): StageHeat | undefined {
  if (kind === 'off' || !analysis.legal) return undefined;
  const time = timeOf(analysis);
  return time && stageHeat(analysis, time, kind === 'lut' || kind === 'dsp' ? resourcesOf(analysis) : undefined, stage, kind);
}

/** Keeps the heat of a stage up to date while its canvas is on the screen: once for all of its nodes. */
export function useStageHeat(stage: StageName): StageHeat | undefined {
  const kind = useHeat((state) => state.kind);
  const analysis = useAnalysis();
  useEffect(() => {
    const heat = heatOf(analysis, stage, kind);
    if (heat !== useHeat.getState()[stage]) useHeat.setState({ [stage]: heat });
  }, [analysis, stage, kind]);
  return useHeat((state) => state[stage]);
}

/** Heat of one node; undefined while colours are off. A node is drawn anew only when its own heat changes. */
export function useHeatOf(stage: StageName, id: string): { readonly step: number; readonly text: string } | undefined {
  const shown = useHeat((state) => {
    const heat = state[stage]?.nodes.get(id);
    return heat && `${heat.step}${heat.text}`;
  });
  return shown === undefined ? undefined : { step: Number(shown[0]), text: shown.slice(1) };
}
