import { create } from 'zustand';
import type { StageName } from '../../core/design/types.ts';
import { percent } from '../words/units.ts';
import type { Shares, StageShares } from '../figures/shares.ts';

/** What the bars of cards show; derived when the browser has time, and kept by no document. */
export const useShares = create<
  Readonly<Record<StageName, StageShares | undefined>> & {
    /** Stages whose bars are from before an error. */
    readonly past: readonly StageName[];
  }
>(() => ({ prefill: undefined, decode: undefined, past: [] }));

/** Shares of one instance. A card is drawn anew only when its own bars change. */
export function useSharesOf(stage: StageName, id: string): (Shares & { readonly past: boolean }) | undefined {
  const shown = useShares((state) => {
    const shares = state[stage]?.get(id);
    return shares && `${shares.time} ${shares.resource} ${shares.kind} ${state.past.includes(stage)}`;
  });
  if (shown === undefined) return undefined;
  const [time, resource, kind, past] = shown.split(' ');
  return { time: Number(time), resource: Number(resource), kind: kind ?? '', past: past === 'true' };
}

/** The bars in words. */
export const shareWords = ({ time, resource, kind, past }: Shares & { readonly past: boolean }): string =>
  `${past ? 'Before the error: works' : 'Works'} ${percent(time)} of the stage's time; has ${percent(resource)} of the ${kind} in use, the scarcest resource. Estimated.`;
