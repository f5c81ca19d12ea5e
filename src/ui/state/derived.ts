import { workloadTime, type WorkloadTime } from '../../core/estimate/timing.ts';
import type { Design } from '../../core/design/types.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { counters } from './counters.ts';

/** Everything derived from a design is derived once and kept as long as the design is. */

function once<Key extends object, Value>(derive: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    let entry = known.get(key);
    if (!entry) {
      entry = { value: derive(key) };
      known.set(key, entry);
    }
    return entry.value;
  };
}

/** Problems, types, schedule and depths of a design. */
export const analysisOf: (design: Design) => DesignAnalysis = once((design: Design) => {
  counters.analyses += 1;
  return analyze(design);
});

/** Estimated time of the workload, or undefined while the design has errors. */
export const timeOf: (analysis: DesignAnalysis) => WorkloadTime | undefined = once((analysis: DesignAnalysis) => {
  counters.estimates += 1;
  return workloadTime(analysis);
});
