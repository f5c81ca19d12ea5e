/**
 * npm run pictures: the pictures of the documentation, made by the product itself. Needs chromium.
 * npm run pictures -- --review FOLDER [--only NAME,...] [--widths 1280,1920] [--themes light,dark]: every screen in both
 * themes and sizes, to be looked at.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { ensureBuilt, ensurePackages, fail, ROOT } from './ensure.mjs';
import { SCREENS } from './screens.mjs';
import { smallPng } from './small-png.mjs';

const PORT = Number(process.env.PORT ?? 4199);
/** Screens of README and guide, by theme. */
const DOCUMENTED = {
  light: ['both', 'schedule', 'u280-roofline', 'recipe-changed'],
  dark: ['both', 'u280-resources', 'problems', 'code'],
};
const HEIGHTS = { 1024: 700, 1280: 720, 1600: 900, 1920: 1080 };

const { values } = parseArgs({
  options: {
    review: { type: 'string' },
    only: { type: 'string' },
    widths: { type: 'string' },
    themes: { type: 'string' },
  },
});
const folder = values.review ? resolve(values.review) : join(ROOT, 'docs/pictures');
const names =
  values.only?.split(',') ?? (values.review ? Object.keys(SCREENS) : [...new Set(Object.values(DOCUMENTED).flat())]);
const widths = values.widths?.split(',') ?? (values.review ? ['1280', '1920'] : ['1600']);
const themes = values.themes?.split(',') ?? ['light', 'dark'];
const unknown = names.find((name) => !(name in SCREENS)) ?? widths.find((width) => !(width in HEIGHTS));
if (unknown)
  fail(
    `There is no screen and no width '${unknown}'. Screens: ${Object.keys(SCREENS).join(', ')}. Widths: ${Object.keys(HEIGHTS).join(', ')}.`,
  );

/** One screen at one size, in every theme: the theme follows the system, so that the steps are taken once. */
async function take(browser, name, width) {
  const context = await browser.newContext({
    viewport: { width: Number(width), height: HEIGHTS[width] },
    colorScheme: themes[0],
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    // Nobody's first visit: the start page would stand in front.
    storageState: {
      cookies: [],
      origins: [
        {
          origin: `http://localhost:${PORT}`,
          localStorage: [{ name: 'flexllm-composer/preferences', value: JSON.stringify({ greeted: true }) }],
        },
      ],
    },
  });
  const first = await context.newPage();
  first.setDefaultTimeout(15_000);
  await first.goto(`http://localhost:${PORT}/`);
  await first
    .getByTestId(/^canvas-/)
    .first()
    .waitFor();
  await first.getByRole('button', { name: 'Design', exact: true }).and(first.locator(':enabled')).waitFor();
  const { page = first, pointer = false } = (await SCREENS[name](first)) ?? {};
  if (!pointer) await page.mouse.move(0, 0);
  await page.waitForTimeout(900);
  for (const colorScheme of themes.filter((theme) => values.review || DOCUMENTED[theme].includes(name))) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(150);
    const picture = await page.screenshot({ animations: 'disabled' });
    if (values.review) writeFileSync(join(folder, `${name}-${width}-${colorScheme}.png`), picture);
    else writeFileSync(join(folder, `${name}-${colorScheme}.png`), smallPng(picture));
  }
  await context.close();
}

ensurePackages();
ensureBuilt('runner', 'app');
mkdirSync(folder, { recursive: true });
// Pictures that are documented no more go; plots and drawings in the folder are made by others.
if (!values.review && !values.only)
  for (const file of readdirSync(folder)) if (file.endsWith('.png')) rmSync(join(folder, file));
const server = await preview({ root: ROOT, preview: { port: PORT, strictPort: true }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const failed = [];
try {
  for (const name of names) {
    for (const width of widths)
      await take(browser, name, width).catch((error) =>
        failed.push(`${name} at ${width}: ${error.message.split('\n')[0]}`),
      );
  }
} finally {
  await browser.close();
  await server.close();
}
if (failed.length > 0) fail(`Not taken:\n${failed.join('\n')}`);
