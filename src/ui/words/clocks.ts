import { rangeText, type StageClock } from '../../core/estimate/stage/clocks.ts';

/** '238 of 300 MHz': the clock that figures are at, of the one entered; '292 MHz' where it can be expected. */
export const clockShort = ({ leading, entered, above }: StageClock): string =>
  above ? `${leading} of ${entered} MHz` : `${entered} MHz`;

/** Entered and expected side by side: '292 MHz entered, 225 to 305 MHz expected'. */
export const clockPair = (clock: StageClock): string => `${clock.entered} MHz entered, ${rangeText(clock)} expected`;
