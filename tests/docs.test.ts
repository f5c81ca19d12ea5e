import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { plotsOf } from '../scripts/long-context-plots.mjs';
import { architecturePicture } from '../scripts/architecture.mjs';
import { accLlmPage } from '../src/core/generate/accllm-page.ts';
import { assumptionsPage } from '../src/core/generate/assumptions-page.ts';
import { diagnosticsPage } from '../src/core/generate/diagnostics-page.ts';
import { performancePage } from '../src/core/generate/performance-page.ts';
import { moduleReference } from '../src/core/generate/module-reference.ts';
import { ACTIONS } from '../src/ui/actions/actions.ts';
import { shortcutSheet } from '../src/ui/actions/shortcut-sheet.ts';
import { docsPages } from '../src/ui/offline/docs-plugin.ts';
import { GLOSSARY, withGlossary } from '../src/ui/words/glossary.ts';
import type { Design } from '../src/core/design/types.ts';
import { applyEdit, isRefused } from '../src/core/edit/edit.ts';
import { setParam } from '../src/core/edit/parameters.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { timeOf } from '../src/ui/figures/time.ts';
import { rate } from '../src/ui/words/format.ts';
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

test('no page has the marks of an unfinished merge', () => {
  for (const page of pages) expect(readFileSync(join(ROOT, page), 'utf8'), page).not.toMatch(/^(<{7} |={7}$|>{7} )/m);
});

test('the page on performance is what the estimator says (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/performance.md'), 'utf8')).toBe(performancePage());
});

test('the plots of long context show the figures of their page (npm run long-context -- plots draws them)', () => {
  const plots = plotsOf(readFileSync(join(ROOT, 'docs/long-context.md'), 'utf8'));
  expect(Object.keys(plots)).toHaveLength(6);
  for (const [name, svg] of Object.entries(plots))
    expect(readFileSync(join(ROOT, 'docs/pictures', name), 'utf8'), name).toBe(svg);
});

test('the page on AccLLM is what the estimator says (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/accllm.md'), 'utf8')).toBe(accLlmPage());
});

test('the sheet of shortcuts is what the actions say (npm run docs writes it)', () => {
  expect(readFileSync(join(ROOT, 'docs/guide/shortcuts.md'), 'utf8')).toBe(shortcutSheet());
});

test('the glossary of the concepts is the one list of words (npm run docs writes it)', () => {
  const page = readFileSync(join(ROOT, 'docs/concepts.md'), 'utf8');
  expect(page).toBe(withGlossary(page));
  expect(page).toContain(`| ${GLOSSARY[0]?.term} |`);
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

test('the pages of the documentation that come with the application lead to one another, with their pictures', () => {
  const files = docsPages(ROOT);
  const pages = [...files].filter(([path]) => path.endsWith('.html'));
  expect(pages.length).toBeGreaterThan(25);
  for (const [path, text] of pages) {
    const html = String(text);
    for (const [, href = ''] of html.matchAll(/(?:href|src|srcset)="([^"]+)"/g)) {
      if (/^https?:/.test(href) || href.includes('../index.html') || href.includes('icons/')) continue;
      const [file = '', anchor] = href.split('#');
      const to = file === '' ? path : posix.join(posix.dirname(path), file);
      expect(files.has(to), `${path}: ${href}`).toBe(true);
      if (anchor) expect(String(files.get(to)), `${path}: ${href}`).toContain(`id="${anchor}"`);
    }
  }
  expect(String(files.get('concepts.html'))).toContain('<h2 id="glossary">');
});

test('the first experiment of the README changes the figure that it names, as it says', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
  const [, stage, instance = '', param, from, to, was, is] =
    /on the \*\*(\w+)\*\* canvas select the linear engine `(\w+)` and raise its weight parallelism \((\w+)\) from (\d+) to (\d+)\. The tokens per second at the top rise from ([\d,]+) to ([\d,]+\d)/.exec(
      readme,
    ) ?? [];
  const sample = sampleById('moby-u280')?.design();
  if (!sample || stage !== 'Decode' || param === undefined) throw new Error('the README has another experiment');
  const engine = sample.stages.decode.instances.find(({ id }) => id === instance);
  expect(engine?.params[param.toLowerCase()]).toBe(Number(from));
  const edit = setParam(sample, 'decode', instance, param.toLowerCase(), Number(to));
  if (isRefused(edit)) throw new Error(edit.refused);
  const figure = (design: Design): string => rate(timeOf(analyze(design))?.tokensPerSecond ?? 0);
  expect([figure(sample), figure(applyEdit(sample, edit).design)]).toEqual([was, is]);
});
