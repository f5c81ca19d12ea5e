// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { ACTIONS } from './actions.ts';

/** What browsers keep for themselves, on one system or another. */
const RESERVED = [
  'Mod+T',
  'Mod+W',
  'Mod+N',
  'Mod+Shift+N',
  'Mod+Shift+P',
  'Mod+Shift+T',
  'Mod+Shift+W',
  'Mod+Q',
  'Mod+L',
  'Mod+Tab',
  'Mod+Shift+C',
  'Mod+Shift+I',
  'F5',
  'F11',
  'F12',
  'Alt+F4',
];

it('books no combination of keys twice, and none that a browser keeps', () => {
  const keys = ACTIONS.flatMap((action) => action.keys);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  expect(keys.filter((key) => RESERVED.includes(key))).toEqual([]);
});

it('gives every action an id and a name of its own', () => {
  for (const which of ['id', 'label'] as const)
    expect(new Set(ACTIONS.map((action) => action[which])).size).toBe(ACTIONS.length);
});
