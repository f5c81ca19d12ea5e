import { cached } from '../../core/design/cache.ts';
import { type StageName, STAGE_NAMES } from '../../core/design/types.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { type StageLimit, stageLimit } from '../../core/estimate/stage/limits.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { timeOf } from './time.ts';

const limits = cached((analysis: DesignAnalysis): Partial<Record<StageName, StageLimit | undefined>> => {
  const time = timeOf(analysis);
  if (!time) return {};
  const lead = atLeadingClocks(analysis);
  return Object.fromEntries(STAGE_NAMES.map((stage) => [stage, stageLimit(lead, stage, time[stage])]));
});

/** What limits a stage at the workload of its design; nothing while there are no figures of it. */
export const limitOf = (analysis: DesignAnalysis, stage: StageName): StageLimit | undefined => limits(analysis)[stage];
