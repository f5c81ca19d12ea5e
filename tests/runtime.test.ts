/** The C++ side of every module: results, counted cycles, illegal parameters; under both compilers (hls-runtime/tests). */
import { expect, test } from 'vitest';
import { runAll } from '../hls-runtime/tests/run.mjs';

const results = await runAll({ compilers: ['g++', 'clang++'] });

test('both compilers ran every test', () => {
  expect(results.filter((result) => result.name.startsWith('g++')).length).toBeGreaterThan(30);
  expect(results.filter((result) => result.name.startsWith('clang++')).length).toBe(
    results.filter((result) => result.name.startsWith('g++')).length,
  );
});

test.each(results.map((result) => [result.name, result] as const))('%s', (_name, result) => {
  expect(result.ok, result.output).toBe(true);
});
