import { cached, emptyCache } from '../../design/cache.ts';
import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { keepPlaces } from './banks.ts';
import { sumCounts } from '../../targets/types.ts';
import { type ClockRange, expectedClock } from './floorplan.ts';
import { profile, stageResources } from './resources.ts';

/** The clock of a stage in MHz: what the design asks for, beside what published designs of like fill reach. */
export interface StageClock extends ClockRange {
  readonly entered: number;
  /** The lower of the one entered and the highest expected: figures of speed are at this one. */
  readonly leading: number;
  /** The one entered is above the expected range. */
  readonly above: boolean;
}

/** Of a stage alone; where both share a bitstream, its SLRs hold both. */
function rangeOf(analysis: DesignAnalysis, stage: StageName): ClockRange {
  const own = stageResources(analysis, stage);
  const { target, platform, bitstreams } = profile(analysis);
  if (bitstreams === 2) return own.clock;
  const other = stageResources(analysis, stage === 'prefill' ? 'decode' : 'prefill');
  const both = own.perSlr.map((used, slr) => sumCounts([used, other.perSlr[slr] ?? used]));
  return expectedClock(target, platform, both, own.crossings);
}

function clockOf(analysis: DesignAnalysis, stage: StageName): StageClock {
  const entered = analysis.design.clocks[stage];
  const range = rangeOf(analysis, stage);
  return { ...range, entered, leading: Math.min(entered, range.high), above: entered > range.high };
}

/** The clocks of both stages of a legal design. */
export const stageClocks: (analysis: DesignAnalysis) => Readonly<Record<StageName, StageClock>> = cached(
  (analysis) => ({
    prefill: clockOf(analysis, 'prefill'),
    decode: clockOf(analysis, 'decode'),
  }),
);

/**
 * The design at the clocks that can be expected: what figures of speed are derived from. It is the analysis itself where no
 * clock is above the expected range, or where the design has errors. Ports stay in their banks.
 */
export const atLeadingClocks: (analysis: DesignAnalysis) => DesignAnalysis = cached((analysis) => {
  if (!analysis.legal) return analysis;
  const { prefill, decode } = stageClocks(analysis);
  if (!prefill.above && !decode.above) return analysis;
  const { design } = analysis;
  const lead = {
    ...analysis,
    design: { ...design, clocks: { prefill: prefill.leading, decode: decode.leading } },
    cache: emptyCache(),
  };
  keepPlaces(analysis, lead);
  return lead;
});

/** '225 to 305 MHz', of the range that can be expected. */
export const rangeText = ({ low, high }: Pick<ClockRange, 'low' | 'high'>): string =>
  low > 0 ? `${low} to ${high} MHz` : `at most ${high} MHz`;
