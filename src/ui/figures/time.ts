import { workloadTime, type WorkloadTime } from '../../core/estimate/workload/timing.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { cached } from '../../core/design/cache.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { counters } from '../state/counters.ts';

/** Estimated time of the workload at the clocks that can be expected, or undefined while the design has errors. */
export const timeOf: (analysis: DesignAnalysis) => WorkloadTime | undefined = cached((analysis: DesignAnalysis) => {
  counters.estimates += 1;
  return workloadTime(atLeadingClocks(analysis));
});
