import { KIND_NAMES } from '../../core/targets/types.ts';

/** Quantities as the estimate panels show them. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** 2457600000000 -> '2.46 T'; three digits. */
export function prefixed(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '∞';
  if (value === 0) return '0 ';
  const power = Math.max(0, Math.min(PREFIXES.length - 1, Math.floor(Math.log10(Math.abs(value)) / 3)));
  return `${Number((value / 1000 ** power).toPrecision(digits))} ${PREFIXES[power]}`;
}

export const operations = (value: number): string => `${prefixed(value)}op/s`;
export const bandwidth = (value: number): string => `${prefixed(value)}B/s`;

/** Bytes in powers of 1024, as memories are sized. */
export function bytes(value: number): string {
  if (value >= 2 ** 30) return `${Number((value / 2 ** 30).toPrecision(3))} GiB`;
  if (value >= 2 ** 20) return `${Number((value / 2 ** 20).toPrecision(3))} MiB`;
  if (value >= 2 ** 10) return `${Number((value / 2 ** 10).toPrecision(3))} KiB`;
  return `${Math.round(value)} B`;
}

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`;
export const watts = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} W`;

/** Hardware in few words: '14.2 k LUT · 64 DSP'. */
export const resourcesText = (amounts: Readonly<Record<'lut' | 'dsp' | 'bram18' | 'uram', number>>): string =>
  (['lut', 'dsp', 'bram18', 'uram'] as const)
    .filter((kind) => amounts[kind] >= 0.5)
    .map((kind) => `${prefixed(Math.round(amounts[kind])).trim()} ${KIND_NAMES[kind]}`)
    .join(' · ');
