import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { architecturePicture } from '../scripts/architecture.mjs';
import { assumptionsPage } from '../src/core/generate/assumptions-page.ts';
import { diagnosticsPage } from '../src/core/generate/diagnostics-page.ts';
import { moduleReference } from '../src/core/generate/module-reference.ts';
import { ACTIONS } from '../src/ui/actions/actions.ts';
import { shortcutSheet } from '../src/ui/actions/shortcut-sheet.ts';
import { CATALOGUE } from '../src/core/modules/catalogue.ts';
import { ROOT } from './harness.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'docs/guide'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

test('the sheet of shortcuts is what the actions say (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/guide/shortcuts.md'), 'utf8')).toBe(shortcutSheet());
});

test('no two actions share a key, and none takes one that browsers keep for themselves', () => {
  const keys = ACTIONS.flatMap((action) => action.keys);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  for (const reserved of [
    'Mod+N',
    'Mod+T',
    'Mod+W',
    'Mod+Shift+N',
    'Mod+Shift+T',
    'Mod+Shift+W',
    'Mod+Tab',
    'Mod+Shift+P',
    'F5',
    'F11',
    'F12',
  ])
    expect(keys).not.toContain(reserved);
});

test.each(['light', 'dark'] as const)(
  'the picture of the architecture shows the imports that there are (%s)',
  (theme) => {
    const picture = readFileSync(join(ROOT, `docs/pictures/architecture-${theme}.svg`), 'utf8');
    expect(picture).toBe(architecturePicture(theme));
  },
);

test('the module reference is what the catalogue says (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/modules.md'), 'utf8')).toBe(moduleReference());
});

test('the page of all diagnostics is what the tables say (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/diagnostics.md'), 'utf8')).toBe(diagnosticsPage());
});

test('the page of assumptions is what the table says (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/assumptions.md'), 'utf8')).toBe(assumptionsPage());
});

test.each(pages)('every link of %s leads somewhere', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  for (const match of text.matchAll(/\]\(([^)#]+)\)/g)) {
    const target = match[1] as string;
    if (/^https?:/.test(target)) continue;
    expect(existsSync(resolve(dirname(join(ROOT, page)), target)), target).toBe(true);
  }
});

test('every module has a header in the contract', () => {
  const contract = readFileSync(join(ROOT, 'docs/runtime.md'), 'utf8');
  for (const entry of CATALOGUE) expect(entry.help.length, entry.id).toBeGreaterThan(40);
  for (const header of readdirSync(join(ROOT, 'hls-runtime/include/flexllm'))) {
    expect(
      contract.includes(header) ||
        readFileSync(join(ROOT, 'hls-runtime/include/flexllm', header), 'utf8').startsWith('//'),
      header,
    ).toBe(true);
  }
});
