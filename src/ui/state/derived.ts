import { workloadTime, type WorkloadTime } from '../../core/estimate/workload/timing.ts';
import type { Design } from '../../core/design/types.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { cached } from '../../core/design/cache.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { counters } from './counters.ts';
import { lately } from './lately.ts';

/** Problems, types, schedule and depths of a design. */
export const analysisOf: (design: Design) => DesignAnalysis = lately((design: Design) => {
  counters.analyses += 1;
  return analyze(design);
});

/** Estimated time of the workload, or undefined while the design has errors. */
export const timeOf: (analysis: DesignAnalysis) => WorkloadTime | undefined = cached((analysis: DesignAnalysis) => {
  counters.estimates += 1;
  return workloadTime(analysis);
});
