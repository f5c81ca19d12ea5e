import { expect, it } from 'vitest';
import { searchModules } from './search.ts';

const first = (stage: 'prefill' | 'decode', text: string): string | undefined =>
  searchModules(stage, text)[0]?.entry.id;

it('finds modules by title, alias, part of a word and category', () => {
  expect(first('prefill', 'GEMM')).toBe('linear_prefill');
  expect(first('decode', 'gemv')).toBe('linear_decode');
  expect(first('prefill', 'rms')).toBe('rms_norm');
  expect(first('decode', 'fht')).toBe('hadamard');
  expect(first('decode', 'top-k')).toBe('sampler');
  expect(searchModules('prefill', 'memory').map((found) => found.entry.id)).toContain('embedding');
  expect(searchModules('prefill', 'GEMM')[0]?.alias).toBe('GEMM');
});

it('shows all modules of a stage for no text, and none for nonsense', () => {
  expect(searchModules('prefill', '').length).toBeGreaterThan(15);
  expect(searchModules('prefill', 'qwertz')).toEqual([]);
  expect(searchModules('prefill', '').some((found) => found.entry.id === 'sampler')).toBe(false);
});
