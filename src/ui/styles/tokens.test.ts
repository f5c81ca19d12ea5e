import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Contrast of the colours as WCAG 2.2 counts it: 4.5 for text, 3 for what is a shape. */

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const themes = ['light', 'dark'] as const;

function colours(theme: (typeof themes)[number]): ReadonlyMap<string, string> {
  const block = css.slice(css.indexOf(`[data-theme='${theme}'] {`));
  return new Map(
    [...block.slice(0, block.indexOf('}')).matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['bg', 'surface', 'surface-2', 'canvas'];
/** What is read, and what it is read on. */
const TEXT: Readonly<Record<string, readonly string[]>> = {
  text: [...GROUNDS, 'surface-3', 'pressed', 'note', 'accent-soft', 'danger-soft', 'warning-soft', 'good-soft'],
  muted: [...GROUNDS, 'surface-3'],
  accent: ['surface', 'surface-2', 'canvas'],
  'accent-text': ['accent'],
  danger: ['surface', 'surface-2', 'danger-soft'],
  warning: ['surface', 'surface-2', 'warning-soft'],
  good: ['surface', 'surface-2', 'good-soft'],
};
/** Grounds and hairlines: what lies on them is measured, or they only part what is told apart without them. */
const QUIET = new Set([
  ...GROUNDS,
  'surface-3',
  'pressed',
  'note',
  'grid',
  'border',
  'accent-soft',
  'danger-soft',
  'warning-soft',
  'good-soft',
]);

describe.each(themes)('colours of the %s theme', (theme) => {
  const all = colours(theme);
  const of = (name: string): string => {
    const value = all.get(name);
    if (!value) throw new Error(`no colour ${name} in ${theme}`);
    return value;
  };

  it('are the same names as in the other theme', () => {
    expect([...all.keys()]).toEqual([...colours(theme === 'light' ? 'dark' : 'light').keys()]);
  });

  it.each(Object.entries(TEXT).flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s can be read',
    (text, ground) => {
      expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each([...all.keys()].filter((name) => !QUIET.has(name) && !(name in TEXT)))(
    '%s stands out from the canvas and from panels',
    (name) => {
      for (const ground of ['canvas', 'surface'])
        expect(contrast(of(name), of(ground)), ground).toBeGreaterThanOrEqual(3);
    },
  );
});
