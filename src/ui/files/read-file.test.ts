import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { renameDesign, replaceDesign } from '../../core/edit/settings.ts';
import { fileText, type ReadFile, readFile } from './read-file.ts';
import { createComposer } from '../state/store.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The same document with the keys of every object in another order. */
function shuffled(value: Json, random: () => number): Json {
  if (Array.isArray(value)) return value.map((item) => shuffled(item as Json, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [random(), key, shuffled(item as Json, random)] as const);
  return Object.fromEntries(entries.sort((a, b) => a[0] - b[0]).map(([, key, item]) => [key, item]));
}

/** A file as another program, or a hand, might have written it: order, indentation and line ends are its own. */
const files = fc
  .record({
    sample: fc.nat(SAMPLES.length - 1),
    seed: fc.nat(),
    indent: fc.constantFrom(0, 1, 2, 4, '\t'),
    ends: fc.constantFrom('\n', '\r\n'),
    before: fc.constantFrom('', ' ', '\n'),
    after: fc.constantFrom('', '\n', '\n\n  '),
  })
  .map(({ sample, seed, indent, ends, before, after }) => {
    let state = seed;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state;
    };
    const document = JSON.parse(formatDesign(SAMPLES[sample]?.design() as Design)) as Json;
    return before + JSON.stringify(shuffled(document, random), null, indent).replaceAll('\n', ends) + after;
  });

describe('what was loaded', () => {
  it('is saved byte for byte, also after a change that was undone', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(files, (text) => {
        const read = readFile(text);
        expect('problem' in read).toBe(false);
        const store = createComposer(SAMPLES[0]?.design() as Design);
        store.getState().edit(() => replaceDesign((read as ReadFile).design, 'Open'));
        expect(fileText(store.getState().design)).toBe(text);
        store.getState().edit(() => renameDesign('changed'));
        expect(fileText(store.getState().design)).not.toBe(text);
        expect(JSON.parse(fileText(store.getState().design)).name).toBe('changed');
        store.getState().undo();
        expect(fileText(store.getState().design)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});
