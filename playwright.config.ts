import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const PORT = Number(process.env['PORT'] ?? 4173);

/** Debian's Chromium, where it is installed in the form that draws no window of its own: a third less work. */
const BROWSER = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));

/** Journeys in Debian's Chromium against the built application (`npm run build` comes first). */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.e2e.ts',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  fullyParallel: true,
  workers: 2,
  // On a machine that does other work a browser may answer late: once more, and `npm test` names what needed it.
  retries: 1,
  reporter: [['list']],
  outputDir: 'build/e2e',
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    browserName: 'chromium',
    viewport: { width: 1920, height: 1080 },
    // Nobody's first visit; the tests of that one say so.
    storageState: {
      cookies: [],
      origins: [
        {
          origin: `http://127.0.0.1:${PORT}`,
          localStorage: [{ name: 'flexllm-composer/preferences', value: JSON.stringify({ greeted: true }) }],
        },
      ],
    },
    // Recording takes longer than most steps; TRACE=1 asks for it.
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    // Nothing has to be waited for that only moves.
    contextOptions: { reducedMotion: 'reduce' },
    // Only the test of working offline lets the service worker load the whole build.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: BROWSER ?? '/usr/bin/chromium',
      // Nothing here has a GPU: to compose in software without a process for one takes a fifth less time.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-gpu-compositing',
        '--disable-gpu-rasterization',
        '--in-process-gpu',
        '--disable-background-networking',
        '--no-first-run',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: `npx vite preview --port ${PORT} --strictPort --host 127.0.0.1`,
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: true,
    timeout: 30_000,
  },
});
