import { expect, it } from 'vitest';
import { instanceAt, instanceOfName, lineOfInstance } from './code-map.ts';

const IDS = ['rope', 'rope_kq', 'linear_kq'];
const CODE = [
  '// head',
  'static void rope_kq_core(int pass) {',
  '  run();',
  '}',
  '',
  'static void rope_core(int pass) {',
  '  linear_kq_core(pass);',
  '}',
  'void top() {',
  '  other();',
  '}',
].join('\n');

it('finds the instance of a name, the longest first', () => {
  expect(instanceOfName('rope_kq_core', IDS)).toBe('rope_kq');
  expect(instanceOfName('rope_core', IDS)).toBe('rope');
  expect(instanceOfName('ropes', IDS)).toBeUndefined();
});

it('finds the instance at a place, and the place of an instance', () => {
  expect(instanceAt(CODE, 3, 'run', IDS)).toBe('rope_kq');
  expect(instanceAt(CODE, 7, 'linear_kq_core', IDS)).toBe('linear_kq');
  expect(instanceAt(CODE, 7, undefined, IDS)).toBe('rope');
  expect(instanceAt(CODE, 10, 'other', IDS)).toBeUndefined();
  expect(lineOfInstance(CODE, 'rope', IDS)).toBe(6);
  expect(lineOfInstance(CODE, 'linear_kq', IDS)).toBeUndefined();
});
