import { cached, emptyCache } from '../../design/cache.ts';
import { builtClock } from '../../design/built-clocks.ts';
import { STAGE_NAMES, type StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { keepPlaces } from './banks.ts';
import { sumCounts } from '../../targets/types.ts';
import { type ClockRange, expectedClock } from './floorplan.ts';
import { profile, stageResources } from './resources.ts';

/** The clock of a stage in MHz: what the design asks for, beside what published designs of like fill reach. */
export interface StageClock extends ClockRange {
  readonly entered: number;
  /**
   * The lower of the one entered and the highest expected; in one bitstream, which has one clock, the lower of both stages'.
   * Figures of speed are at this one.
   */
  readonly leading: number;
  /** The one entered is above the expected range. */
  readonly above: boolean;
  /** What a build of this stage as it is runs at: known, not expected. */
  readonly measured: number | undefined;
  /** The other stage of the bitstream, where its clock is the lower one and holds for this stage too. */
  readonly held: StageName | undefined;
}

/** Of a stage alone; where both share a bitstream, its SLRs hold both. */
function rangeOf(analysis: DesignAnalysis, stage: StageName): ClockRange {
  const own = stageResources(analysis, stage);
  const { target, platform, bitstreams } = profile(analysis);
  if (bitstreams === 2) return own.clock;
  const other = stageResources(analysis, stage === 'prefill' ? 'decode' : 'prefill');
  const both = own.perSlr.map((used, slr) => sumCounts([used, other.perSlr[slr] ?? used]));
  const loops = [own.loop, other.loop].filter((loop) => loop !== undefined);
  const largest = loops.length > 1 && (loops[1]?.cells ?? 0) > (loops[0]?.cells ?? 0) ? loops[1] : loops[0];
  return expectedClock(target, platform, both, own.crossings, largest);
}

/** A stage for itself. A clock that a build has reached is no more bounded by what other designs reached. */
function clockOf(analysis: DesignAnalysis, stage: StageName): StageClock {
  const entered = analysis.design.clocks[stage];
  const expected = rangeOf(analysis, stage);
  const measured = builtClock(analysis.design, stage);
  const range =
    measured === undefined
      ? expected
      : {
          low: Math.min(expected.low, measured),
          high: measured,
          evidence: `A build of this design runs at ${measured} MHz. Of others: ${expected.evidence}`,
        };
  return {
    ...range,
    entered,
    leading: Math.min(entered, range.high),
    above: entered > range.high,
    measured,
    held: undefined,
  };
}

const otherOf = (stage: StageName): StageName => (stage === 'prefill' ? 'decode' : 'prefill');

/** With the other stage in the bitstream, unless that is empty. */
function together(own: StageClock, other: StageClock, stage: StageName): StageClock {
  return other.leading < own.leading ? { ...own, leading: other.leading, held: otherOf(stage) } : own;
}

/** The clocks of both stages of a legal design. */
export const stageClocks: (analysis: DesignAnalysis) => Readonly<Record<StageName, StageClock>> = cached((analysis) => {
  const [prefill, decode] = [clockOf(analysis, 'prefill'), clockOf(analysis, 'decode')];
  const { stages } = analysis;
  const apart = profile(analysis).bitstreams === 2 || STAGE_NAMES.some((stage) => stages[stage].instances.length === 0);
  return apart
    ? { prefill, decode }
    : { prefill: together(prefill, decode, 'prefill'), decode: together(decode, prefill, 'decode') };
});

/** The analysis at other clocks; itself at its own. Ports stay in their banks. */
function atClocks(analysis: DesignAnalysis, clocks: Readonly<Record<StageName, number>>): DesignAnalysis {
  const { design } = analysis;
  if (STAGE_NAMES.every((stage) => clocks[stage] === design.clocks[stage])) return analysis;
  const copy = { ...analysis, design: { ...design, clocks }, cache: emptyCache() };
  keepPlaces(analysis, copy);
  return copy;
}

/**
 * The design at the clocks that lead: what figures of speed are derived from. It is the analysis itself where those are the
 * ones entered, or where the design has errors. Ports stay in their banks.
 */
export const atLeadingClocks: (analysis: DesignAnalysis) => DesignAnalysis = cached((analysis) => {
  if (!analysis.legal) return analysis;
  const { prefill, decode } = stageClocks(analysis);
  return atClocks(analysis, { prefill: prefill.leading, decode: decode.leading });
});

/** The design at the clocks entered, of which one bitstream has the lower; undefined where none is above the expected range. */
export function atEnteredClocks(analysis: DesignAnalysis): DesignAnalysis | undefined {
  const clocks = stageClocks(analysis);
  if (STAGE_NAMES.every((stage) => !clocks[stage].above)) return undefined;
  const { prefill, decode } = analysis.design.clocks;
  const one = profile(analysis).bitstreams === 1 ? Math.min(prefill, decode) : undefined;
  return atClocks(analysis, { prefill: one ?? prefill, decode: one ?? decode });
}

/** '175 to 305 MHz', of the range that can be expected. */
export const rangeText = ({ low, high }: Pick<ClockRange, 'low' | 'high'>): string =>
  low > 0 ? `${low} to ${high} MHz` : `at most ${high} MHz`;
