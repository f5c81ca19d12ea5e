import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';
import { Reader, stepsOf } from './pages/guide.ts';

const GUIDE = fileURLToPath(new URL('../docs/guide', import.meta.url));
/** The table of contents and the generated sheet have no steps. */
const WITHOUT = new Set(['README.md', 'shortcuts.md']);

for (const page of readdirSync(GUIDE).filter((name) => name.endsWith('.md') && !WITHOUT.has(name))) {
  test(`docs/guide/${page} holds, step by step`, async ({ page: tab }) => {
    test.setTimeout(120_000);
    tab.setDefaultTimeout(20_000);
    const steps = stepsOf(join(GUIDE, page));
    expect(steps.length).toBeGreaterThan(5);
    await new ComposerPage(tab).open();
    const reader = new Reader(tab);
    for (const { line, sentence } of steps)
      await test.step(`${page}:${line} ${sentence}`, () => reader.follow(sentence));
  });
}
