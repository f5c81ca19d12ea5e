/** npm run pictures: the pictures of the documentation, made by the product itself, in both themes. Needs chromium. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { ensureBuilt, ensurePackages, ROOT } from './ensure.mjs';

const PORT = 4199;
const FOLDER = join(ROOT, 'docs/pictures');
const SIZE = { width: 1600, height: 900 };

const view = (page, name) => page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name }).click();
const tab = (page, name) => page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name }).click();
async function menu(page, item) {
  await page.getByRole('button', { name: 'Design', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** What every picture shows, by its name; steps from the sample design on. */
const SCREENS = {
  composer: (page) => view(page, 'Both'),
  schedule: async (page) => {
    await view(page, 'Prefill');
    await tab(page, 'Schedule');
    await page.getByRole('button', { name: 'Next pass' }).click();
    await page.getByRole('button', { name: 'Next pass' }).click();
  },
  roofline: async (page) => {
    await view(page, 'Prefill');
    await tab(page, 'Roofline');
  },
  problems: async (page) => {
    await view(page, 'Prefill');
    await page.getByTestId('instance:prefill:silu').click();
    await page.keyboard.press('Delete');
    await tab(page, 'Problems');
    await page.getByRole('button', { name: /Nothing is connected to input 'a'/ }).click();
  },
  recipe: (page) => menu(page, 'Edit the recipe'),
  code: async (page) => {
    await view(page, 'Decode');
    await tab(page, 'Code');
    await page.getByTestId('code-pane').locator('.view-line').first().waitFor();
    await page.getByTestId('instance:decode:softmax').click();
  },
};

ensurePackages();
ensureBuilt('runner', 'app');
mkdirSync(FOLDER, { recursive: true });
const server = await preview({ root: ROOT, preview: { port: PORT, strictPort: true }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const colorScheme of ['light', 'dark']) {
    for (const [name, prepare] of Object.entries(SCREENS)) {
      const context = await browser.newContext({ viewport: SIZE, colorScheme, reducedMotion: 'reduce', serviceWorkers: 'block' });
      const page = await context.newPage();
      await page.goto(`http://localhost:${PORT}/`);
      await page.getByRole('heading', { name: 'FlexLLM Composer' }).waitFor();
      await prepare(page);
      await page.mouse.move(0, 0);
      await page.waitForTimeout(900);
      await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`), animations: 'disabled' });
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
