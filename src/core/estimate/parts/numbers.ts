/** The largest of some numbers, 0 of none. */
export const maxOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** A share in whole percent, for sentences. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Bytes per second in GB/s, for sentences. */
export const gigabytes = (rate: number): string => `${(rate / 1e9).toPrecision(3)} GB/s`;

/** The sum of some numbers. */
export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
