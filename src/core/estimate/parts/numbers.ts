/** The largest of some numbers, 0 of none. */
export const maxOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** The sum of some numbers. */
export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
