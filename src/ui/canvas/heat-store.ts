import { create } from 'zustand';
import type { StageName } from '../../core/design/types.ts';
import type { Heat, StageHeat } from '../figures/heat.ts';

interface HeatState {
  readonly kind: Heat;
  readonly prefill: StageHeat | undefined;
  readonly decode: StageHeat | undefined;
}

/** What nodes are coloured by, and their heat; nothing that a document keeps. */
export const useHeat = create<HeatState>(() => ({ kind: 'off', prefill: undefined, decode: undefined }));

/** Heat of one node; undefined while colours are off. A node is drawn anew only when its own heat changes. */
export function useHeatOf(stage: StageName, id: string): { readonly step: number; readonly text: string } | undefined {
  const shown = useHeat((state) => {
    const heat = state[stage]?.nodes.get(id);
    return heat && `${heat.step}${heat.text}`;
  });
  return shown === undefined ? undefined : { step: Number(shown[0]), text: shown.slice(1) };
}
