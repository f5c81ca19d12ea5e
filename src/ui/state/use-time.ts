import { useDeferredValue } from 'react';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import { useComposer } from './app-store.ts';
import { analysisOf, timeOf } from './derived.ts';

/** Estimated time of the design; a moment late when counting takes long, so that editing stays quick. */
export function useTime(): WorkloadTime | undefined {
  const analysis = useDeferredValue(useComposer((state) => analysisOf(state.design)));
  return timeOf(analysis);
}
