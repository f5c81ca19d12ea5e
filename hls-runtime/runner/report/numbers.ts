import type { ReportAmounts } from '../../../src/core/models/hardware-report.ts';

/** A number in what a tool writes: "1,234", "12.5", "~0"; undefined for "undef", "?" or anything else. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 && value <= 1e15 ? value : undefined;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const text = value.trim().replaceAll(',', '').replace(/^[~<]/, '');
  return /^\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(text) && Number(text) <= 1e15 ? Number(text) : undefined;
}

const KINDS = ['lut', 'ff', 'dsp', 'bram18', 'uram'] as const;

/** @throws Error when not one of the amounts is known: a table that was found but says nothing must not pass as read. */
export function requireAmounts(parts: readonly ReportAmounts[], example: string | undefined): void {
  if (parts.some((part) => KINDS.some((kind) => part[kind] !== null))) return;
  throw new Error(
    `its table has no amounts that can be read${example === undefined || example === '' ? '' : `, such as "${example.slice(0, 80)}"`}`,
  );
}

/** Sum of amounts; what no part tells stays null. */
export function sumAmounts(parts: readonly ReportAmounts[]): ReportAmounts {
  const sum: Record<(typeof KINDS)[number], number | null> = {
    lut: null,
    ff: null,
    dsp: null,
    bram18: null,
    uram: null,
  };
  for (const part of parts) {
    for (const kind of KINDS) {
      const value = part[kind];
      if (value !== null) sum[kind] = (sum[kind] ?? 0) + value;
    }
  }
  return sum;
}
