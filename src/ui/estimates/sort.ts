import type { Cell } from './plot-export.ts';

/** A copy in order; rows of equal value stay as they were. */
export function sortRows<Row>(rows: readonly Row[], value: (row: Row) => Cell, down: boolean): Row[] {
  const sign = down ? -1 : 1;
  const compare = (a: Cell, b: Cell): number => {
    if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1;
    return String(a).localeCompare(String(b), 'en', { numeric: true });
  };
  return [...rows].sort((a, b) => sign * compare(value(a), value(b)));
}

/** Rows of equal content, though derived anew: fields are equal, lists by what is in them. */
export function sameRow(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), b as Record<string, unknown>];
  return left.length === Object.keys(b).length && left.every(([key, value]) => sameRow(value, right[key]));
}
