const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 384449 -> '384,449'. */
export const whole = (value: number): string => WHOLE.format(value);

/** 484689921 -> '484.7 M'; for headlines. */
export function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(4)} G`;
  if (value >= 1e6) return `${(value / 1e6).toPrecision(4)} M`;
  if (value >= 1e4) return `${(value / 1e3).toPrecision(4)} k`;
  return whole(value);
}

/** Seconds in the unit that suits them. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(4)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toPrecision(4)} ms`;
  return `${(seconds * 1e6).toPrecision(4)} µs`;
}

export function rate(perSecond: number): string {
  return perSecond >= 1000 ? whole(perSecond) : perSecond.toPrecision(4);
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;
