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
