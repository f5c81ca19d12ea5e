import { useDeferredValue } from 'react';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import { useComposer } from '../state/app-store.ts';
import { timeOf } from './time.ts';
import { analysisOf } from '../../core/edit/analysis.ts';

/** Estimated time of the design; a moment late when counting takes long, so that editing stays quick. */
export function useTime(): WorkloadTime | undefined {
  const analysis = useDeferredValue(useComposer((state) => analysisOf(state.design)));
  return timeOf(analysis);
}
