import { useEffect } from 'react';
import type { StageName } from '../../core/design/types.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { resourcesOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { timeOf } from '../figures/time.ts';
import { type StageShares, stageShares } from '../figures/shares.ts';
import { staleOf, useReadable } from '../figures/readable.ts';
import { useShares } from './shares-store.ts';

function sharesOf(analysis: DesignAnalysis): Readonly<Record<StageName, StageShares>> | undefined {
  const time = timeOf(analysis);
  const resources = resourcesOf(analysis);
  return (
    time &&
    resources && {
      prefill: stageShares(analysis, time, resources, 'prefill'),
      decode: stageShares(analysis, time, resources, 'decode'),
    }
  );
}

/** Keeps the bars of all cards up to date. Draws nothing. */
export default function SharesKeeper() {
  const shares = useIdle(useAnalysis(), sharesOf);
  const shown = useReadable();
  useEffect(
    () => useShares.setState({ prefill: shares?.prefill, decode: shares?.decode, past: staleOf(shown).before }),
    [shares, shown],
  );
  return null;
}
