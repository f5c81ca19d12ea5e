import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import { timeOf } from './time.ts';
import { useAnalysis } from './derived.ts';

/** Estimated time of the design, or of what was before its errors; a moment late when counting takes long, so that editing stays quick. */
export function useTime(): WorkloadTime | undefined {
  return timeOf(useAnalysis());
}
