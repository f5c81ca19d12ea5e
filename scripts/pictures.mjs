/** npm run pictures: the pictures of the documentation, made by the product itself. Needs a build (npm start makes one) and chromium. */
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { ROOT } from './ensure.mjs';

const server = await preview({ root: ROOT, preview: { port: 4199, strictPort: true }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 }, colorScheme: 'light' });
  await page.goto('http://localhost:4199/');
  await page.getByRole('radio', { name: 'Both' }).or(page.getByRole('button', { name: 'Both' })).first().click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(ROOT, 'docs/pictures/composer.png') });
} finally {
  await browser.close();
  await server.close();
}
