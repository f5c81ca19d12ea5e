import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXPONENTIAL, exponential, RECIPROCAL, RECIPROCAL_CUBE, quotient, reciprocal } from './exponential.ts';

const header = new URL('../../../hls-runtime/include/flexllm/exponential_tables.hpp', import.meta.url);

test('the tables of the hardware are those of the reference', () => {
  const tables = [...readFileSync(header, 'utf8').matchAll(/TABLE\[(\d+)\] = \{([^}]*)\}/g)].map(([, size, values]) => {
    const list = (values as string).split(',').map((value) => Number.parseInt(value, 10));
    expect(list).toHaveLength(Number(size));
    return list;
  });
  expect(tables).toEqual([[...EXPONENTIAL], [...RECIPROCAL], [...RECIPROCAL_CUBE]]);
});

test('exact where a user looks: no power, halves, bounds, what is not a number', () => {
  expect([0, -0, 1e-30, -1e-30].map(exponential)).toEqual([1, 1, 1, 1]);
  expect([1, -1].map(exponential)).toEqual([Math.fround(Math.E), Math.fround(1 / Math.E)]);
  expect([89, Number.POSITIVE_INFINITY, -88, -1e30, Number.NEGATIVE_INFINITY].map(exponential)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    0,
    0,
    0,
  ]);
  expect([1, 2, -4, 0.125, 2 ** 126, 2 ** -126].map(reciprocal)).toEqual([1, 0.5, -0.25, 8, 2 ** -126, 2 ** 126]);
  expect([0, -0, Number.POSITIVE_INFINITY, 2 ** 127].map(reciprocal)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    0,
  ]);
  expect(exponential(Number.NaN)).toBeNaN();
  expect(reciprocal(Number.NaN)).toBeNaN();
  const quotients: [number, number, number][] = [
    [1, 1, 1],
    [-7, 7, -1],
    [1, 3, Math.fround(1 / 3)],
    [2 ** 127, 0.25, Number.POSITIVE_INFINITY],
    [2 ** -126, 2, 0],
    [-(2 ** -126), 2, -0],
    [2 ** -140, 1, 0],
    [-3, Number.POSITIVE_INFINITY, -0],
    [3, -0, Number.NEGATIVE_INFINITY],
    [0, 0, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    [Number.NaN, 1, Number.NaN],
    [1, Number.NaN, Number.NaN],
  ];
  for (const [x, y, result] of quotients) expect(quotient(x, y), `${x} / ${y}`).toBe(result);
});
