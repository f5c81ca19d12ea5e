import { latest } from '../design/cache.ts';
import type { Design } from '../design/types.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';

/** How many designs have been analysed, for tests of speed. */
export const analyses = { count: 0 };

/** The analysis of a design; those of the last few designs are kept: the present one, what it is compared with, and those before the last edits. */
export const analysisOf: (design: Design) => DesignAnalysis = latest(4, (design: Design) => {
  analyses.count += 1;
  return analyze(design);
});
