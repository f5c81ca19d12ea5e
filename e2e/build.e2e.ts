/** The report of a build in the app: beside the estimates, on the canvas, and in place of the estimates on request. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

// Made-up figures in the shape that the runner writes.
const REPORT = readFileSync(fileURLToPath(new URL('./fixtures/report.json', import.meta.url)), 'utf8');

const PROBE = readFileSync(fileURLToPath(new URL('./fixtures/probe.json', import.meta.url)), 'utf8');

async function choose(page: Page, text: string): Promise<void> {
  await page.getByRole('tab', { name: 'Build' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('panel-build').getByRole('button', { name: 'Open report.json or probe.json…' }).click();
  await (await chooser).setFiles({ name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(text) });
}

/** The design as it would be saved. */
async function saved(page: Page): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')]);
  return readFileSync(await file.path(), 'utf8');
}

async function start(page: Page): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.sample('Moby 1M, hybrid');
  return composer;
}

test('figures of a build stand beside the estimates and on the canvas; taking them is an edit that undo takes back', async ({
  page,
}) => {
  const composer = await start(page);
  await choose(page, REPORT);
  const panel = page.getByTestId('panel-build');
  await expect(panel).toContainText('moby-u280');
  const engine = panel.getByRole('row', { name: /linear_all/ });
  await expect(engine).toContainText('9,000');
  await expect(engine).toContainText('9,150');
  await expect(engine).toContainText('+2 %');
  await expect(panel).toContainText('csynth.xml: the file ends in the middle of an element');
  await expect(panel.getByRole('row', { name: /Tokens per second/ })).toContainText('2,241');
  await composer.view('Decode');
  await composer.canvas('decode').getByLabel('Colour of the nodes in decode').selectOption('build');
  await expect(composer.instance('decode', 'linear_all')).toContainText('9.15 k LUT (+2 %)');
  await expect(composer.canvas('decode')).toContainText('dequant_all is farthest from its estimate: +16 % LUT');
  const before = await saved(page);
  await panel.getByRole('button', { name: 'Use these figures in the estimates' }).click();
  await page.getByRole('tab', { name: 'Resources' }).click();
  const resources = page.getByTestId('panel-resources');
  await resources.getByRole('button', { name: 'Decode', exact: true }).click();
  await resources.getByRole('button', { name: /^DSP of linear_all: 128/ }).click();
  await expect(page.getByRole('dialog')).toContainText('as implemented');
  await page.keyboard.press('Escape');
  await expect(resources).toContainText('285 MHz');
  await page.keyboard.press('Control+z');
  expect(await saved(page)).toBe(before);
});

test('a clock that a build has reached is not bounded by what can be expected', async ({ page }) => {
  await start(page);
  await choose(page, REPORT.replace('"achieved": 285', '"achieved": 330'));
  await page.getByRole('button', { name: 'Use these figures in the estimates' }).click();
  await page.getByRole('tab', { name: 'Time' }).click();
  const time = page.getByRole('region', { name: 'Time', exact: true });
  await expect(time).toContainText('330 MHz entered, 330 MHz measured of a build');
  await expect(time).toContainText('128 tokens at 330 MHz');
  await expect(page.getByRole('button', { name: /above what can be expected/ })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Resources' }).click();
  await expect(page.getByTestId('panel-resources')).toContainText('reached by a build, which runs at 330 MHz');
  // Other hardware has not been built.
  await page.getByRole('region', { name: 'Inspector' }).getByLabel('Card').selectOption({ label: 'Alveo V80' });
  await expect(page.getByRole('button', { name: /above what can be expected/ })).toBeVisible();
});

test('a damaged report, one of another version and one of another design are refused or marked', async ({ page }) => {
  await start(page);
  await choose(page, REPORT.slice(0, 400));
  const notice = page.getByTestId('notice');
  await expect(notice).toContainText('report.json was not read. The file is no JSON');
  await choose(page, REPORT.replace('"version": 1', '"version": 9'));
  await expect(notice).toContainText('The report has version 9');
  await choose(page, REPORT.replace('"design": "moby-u280"', '"design": "other"'));
  await expect(notice).toContainText("is of the design 'other', not of this one");
  await page.getByRole('button', { name: 'Use these figures in the estimates' }).click();
  await expect(notice).toContainText("The report is of 'other'");
});

test('the result of a probe is kept in the design, which follows it; undo takes it back', async ({ page }) => {
  const composer = await start(page);
  const before = await saved(page);
  await choose(page, PROBE);
  const panel = page.getByTestId('panel-build');
  await expect(panel).toContainText('Alveo U280, release 2024.2: 2 hold, 3 do not');
  const engine = panel.getByRole('row', { name: /The linear engine of decode/ });
  await expect(engine).toContainText('does not hold');
  await expect(engine).toContainText('initiation interval 2 in engine');
  await expect(panel.getByRole('row', { name: /One DSP makes four/ })).toContainText('not tried');
  const after = await saved(page);
  expect((JSON.parse(after) as { probe: unknown }).probe).toEqual({
    board: 'u280',
    release: '2024.2',
    held: ['carried_fifo', 'two_products'],
    failed: ['backward_fifo', 'storage', 'decode_engine'],
  });
  await page.getByRole('tab', { name: /^Problems/ }).click();
  await expect(page.getByText(/^The linear engine of decode starts an iteration per cycle: the tools/)).toBeVisible();
  await page.keyboard.press('Control+z');
  expect(await saved(page)).toBe(before);
  await composer.view('Decode');
});

test('a result of another card changes nothing and says why', async ({ page }) => {
  await start(page);
  const before = await saved(page);
  const text = { format: 'flexllm-probe', version: 1, board: 'v80', part: 'xcv80', release: '2025.1', clock: 300 };
  await choose(page, JSON.stringify({ ...text, created: '2026-11-27T06:00:00Z', assumptions: [] }));
  await expect(page.getByRole('alert').filter({ hasText: 'for the V80' })).toBeVisible();
  expect(await saved(page)).toBe(before);
});
