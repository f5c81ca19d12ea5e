import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { isPng, textIn, withText } from './png.ts';

const picture = new Uint8Array(readFileSync(new URL('../../../public/icons/icon-192.png', import.meta.url)));

describe('a design in a PNG', () => {
  it.each(SAMPLES.map((sample) => sample.id))('%s comes out as it went in', (id) => {
    const text = formatDesign({ ...(SAMPLES.find((sample) => sample.id === id)?.design() as never as object), name: 'ä "<>" \u{1F600}' } as never);
    const made = withText(picture, text);
    expect(isPng(made)).toBe(true);
    expect(textIn(made)).toBe(text);
  });

  it('is not found where there is none, or in a damaged file', () => {
    expect(textIn(picture)).toBeUndefined();
    const made = withText(picture, 'design');
    expect(textIn(made.subarray(0, 60))).toBeUndefined();
    const bent = made.slice();
    bent[70] = (bent[70] ?? 0) ^ 1;
    expect(textIn(bent)).toBeUndefined();
    expect(() => withText(new Uint8Array(50), 'x')).toThrow('no PNG');
  });
});
