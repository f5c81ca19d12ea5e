/**
 * npm run pictures: the pictures of the documentation, made by the product itself, in both themes. Needs chromium.
 * npm run pictures -- --review FOLDER [--only NAME,...] [--widths 1280,1920] [--themes light,dark]: every screen in both
 * themes and sizes, to be looked at.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { ensureBuilt, ensurePackages, fail, ROOT } from './ensure.mjs';
import { SCREENS } from './screens.mjs';

const PORT = Number(process.env.PORT ?? 4199);
const DOCUMENTED = ['both', 'schedule', 'u280-roofline', 'u280-resources', 'problems', 'recipe', 'code'];
const HEIGHTS = { 1280: 720, 1600: 900, 1920: 1080 };

const { values } = parseArgs({ options: { review: { type: 'string' }, only: { type: 'string' }, widths: { type: 'string' }, themes: { type: 'string' } } });
const folder = values.review ? resolve(values.review) : join(ROOT, 'docs/pictures');
const names = values.only?.split(',') ?? (values.review ? Object.keys(SCREENS) : DOCUMENTED);
const widths = values.widths?.split(',') ?? (values.review ? ['1280', '1920'] : ['1600']);
const themes = values.themes?.split(',') ?? ['light', 'dark'];
const unknown = names.find((name) => !(name in SCREENS)) ?? widths.find((width) => !(width in HEIGHTS));
if (unknown) fail(`There is no screen and no width '${unknown}'. Screens: ${Object.keys(SCREENS).join(', ')}. Widths: ${Object.keys(HEIGHTS).join(', ')}.`);

/** One screen at one size, in every theme: the theme follows the system, so that the steps are taken once. */
async function take(browser, name, width) {
  const context = await browser.newContext({ viewport: { width: Number(width), height: HEIGHTS[width] }, colorScheme: themes[0], reducedMotion: 'reduce', serviceWorkers: 'block' });
  const first = await context.newPage();
  first.setDefaultTimeout(15_000);
  await first.goto(`http://localhost:${PORT}/`);
  await first.getByTestId(/^canvas-/).first().waitFor();
  await first.getByRole('button', { name: 'Design', exact: true }).and(first.locator(':enabled')).waitFor();
  const { page = first, pointer = false } = (await SCREENS[name](first)) ?? {};
  if (!pointer) await page.mouse.move(0, 0);
  await page.waitForTimeout(900);
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(150);
    const file = values.review ? `${name}-${width}-${colorScheme}.png` : `${name}-${colorScheme}.png`;
    await page.screenshot({ path: join(folder, file), animations: 'disabled' });
  }
  await context.close();
}

ensurePackages();
ensureBuilt('runner', 'app');
mkdirSync(folder, { recursive: true });
const server = await preview({ root: ROOT, preview: { port: PORT, strictPort: true }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const failed = [];
try {
  for (const name of names) {
    for (const width of widths) await take(browser, name, width).catch((error) => failed.push(`${name} at ${width}: ${error.message.split('\n')[0]}`));
  }
} finally {
  await browser.close();
  await server.close();
}
if (failed.length > 0) fail(`Not taken:\n${failed.join('\n')}`);
