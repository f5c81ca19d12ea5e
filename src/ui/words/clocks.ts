import { rangeText, type StageClock } from '../../core/estimate/stage/clocks.ts';

/** '238 of 300 MHz': the clock that figures are at, of the one entered; '292 MHz' where they are the same. */
export const clockShort = ({ leading, entered }: StageClock): string =>
  leading < entered ? `${leading} of ${entered} MHz` : `${entered} MHz`;

/** Entered and expected side by side: '292 MHz entered, 175 to 305 MHz expected'; or measured, where a build has reached it. */
export const clockPair = (clock: StageClock): string =>
  clock.measured === undefined
    ? `${clock.entered} MHz entered, ${rangeText(clock)} expected`
    : `${clock.entered} MHz entered, ${clock.measured} MHz measured of a build`;

/** Why figures are at another clock than the one entered; nothing where they are not. */
export const clockReason = ({ above, held, leading, evidence }: StageClock): string | undefined => {
  if (held) return `figures are at ${leading} MHz, the clock of ${held}: a bitstream has one clock, the lower of both`;
  return above ? `figures are at ${leading} MHz. ${evidence}` : undefined;
};
