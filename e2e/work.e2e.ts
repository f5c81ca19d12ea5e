import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { formatDesign } from '../src/core/design/schema.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

const sampleDesign = (id: string) => {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};

const rename = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name of the design').fill(name);
  await page.getByLabel('Name of the design').press('Enter');
};

test.describe('work is not lost', () => {
  test('earlier states can be recovered, and recovering can be undone', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await rename(page, 'Precious');
    await page.waitForTimeout(900);
    await composer.sample('Moby 1M, temporal');
    await page.waitForTimeout(900);
    await page.reload();
    await composer.menu('Recover an earlier state');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Precious/ })
      .first()
      .click();
    await expect(page.getByLabel('Name of the design')).toHaveValue('Precious');
    await composer.undo();
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-temporal');
  });

  test('a damaged link says so, and opens nothing', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.menu('Copy a link to the design');
    await expect(composer.notice).toContainText('Copied a link');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.goto(link.slice(0, 200));
    await expect(composer.notice).toContainText('incomplete or damaged');
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-u280');
  });

  test('a link that is too long and archives that are not right say so at once; an exported project opens', async ({
    page,
  }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await page.goto(`${page.url().split('#')[0]}#d=1.${'A'.repeat(1_800_000)}`);
    await expect(composer.notice).toContainText('The link has 1801 kB, more than the 32 kB');
    const large = zipSync({ 'a/design.json': new Uint8Array(4_000_001) });
    await composer.drop('large.zip', Buffer.from(large));
    await expect(composer.notice).toContainText('large.zip was not opened. a/design.json in it has 4000001 bytes');
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-u280');
    const temporal = sampleById('moby-temporal')?.design();
    if (temporal === undefined) throw new Error('no sample');
    await composer.drop('project.zip', Buffer.from(zipSync({ 'x/design.json': strToU8(formatDesign(temporal)) })));
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-temporal');
  });

  test('pictures and files are opened where they are dropped; loaded files are saved byte for byte', async ({
    page,
  }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await rename(page, 'In a picture');
    const picture = page.waitForEvent('download');
    await composer.menu('Save a picture of the canvas (SVG)');
    const svg = readFileSync(await (await picture).path(), 'utf8');
    await composer.sample('Moby 1M, temporal');
    await composer.drop('x.svg', svg);
    await expect(page.getByLabel('Name of the design')).toHaveValue('In a picture');
    await composer.sample('Moby 1M, temporal');
    const painted = page.waitForEvent('download');
    await composer.menu('Save a picture of the canvas (PNG)');
    const png = readFileSync(await (await painted).path());
    await composer.sample('Moby 1M, spatial');
    await composer.drop('y.png', png);
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-temporal');
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const text = JSON.stringify({ ...JSON.parse(readFileSync(await (await saved).path(), 'utf8')), name: 'Compact' });
    await composer.drop('compact.json', text);
    await expect(page.getByLabel('Name of the design')).toHaveValue('Compact');
    const again = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    expect(readFileSync(await (await again).path(), 'utf8')).toBe(text);
    await composer.drop('x.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await expect(composer.notice).toContainText('holds no design');
    await composer.drop('newer.json', JSON.stringify({ ...JSON.parse(text), version: 2, notes: [] }));
    await expect(page.getByText(/newer version of the composer \(format 2\).*Not shown: notes/)).toBeVisible();
    await page.getByRole('button', { name: 'Close it' }).click();
    await expect(page.getByLabel('Name of the design')).toHaveValue('Compact');
  });
});

test('the schedule is walked through pass by pass', async ({ page }) => {
  // It plays by itself only where motion is welcome.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  await page.getByRole('button', { name: 'Next pass' }).click();
  await page.getByRole('button', { name: 'Next pass' }).click();
  await expect(page.getByText(/^Pass 1 of 3, in every layer/)).toBeVisible();
  await expect(composer.instance('prefill', 'embedding')).toHaveClass(/node--dim/);
  await expect(composer.instance('prefill', 'linear_kq')).not.toHaveClass(/node--dim/);
  await page.getByRole('button', { name: 'Play the passes' }).click();
  await expect(page.getByText(/^Pass 2 of 3/)).toBeVisible();
  await page.getByRole('button', { name: 'End the walk through the passes' }).click();
  await expect(composer.instance('prefill', 'embedding')).not.toHaveClass(/node--dim/);
});

for (const { name, of } of HANDS) {
  test(`a design is compared with its own sample, or with how it was opened, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.sample('Moby 1M, temporal');
    const hands = of(page);
    const dialog = page.getByRole('dialog', { name: 'Compare two designs' });
    const other = dialog.getByLabel('With');
    await hands.menu('Compare with another design');
    await expect(other).toHaveValue('moby-temporal');
    await expect(dialog).toContainText('The two are the same design: nothing has been changed.');
    await page.keyboard.press('Escape');

    // Under another name it is still made from that sample.
    await hands.write(page.getByLabel('Name of the design'), 'mine');
    await hands.select('prefill', 'linear_all');
    const wp = page.getByRole('region', { name: 'Inspector' }).getByLabel('Weight parallelism (WP)', { exact: true });
    await hands.choose(wp, '8');
    await hands.menu('Compare with another design');
    await expect(other).toHaveValue('moby-temporal');
    await expect(dialog.getByRole('row', { name: /linear_all · wp 8 16/ })).toBeVisible();
    await hands.choose(other, 'this design as it was opened');
    await expect(dialog.getByRole('row', { name: /linear_all · wp 8 16/ })).toBeVisible();
    await page.keyboard.press('Escape');

    // A file of one's own: how it was opened.
    const moby = sampleDesign('moby-u280');
    const own = { ...moby, name: 'own', model: { ...moby.model, name: 'own-model' } };
    await composer.drop('own.json', JSON.stringify(own));
    await expect(page).toHaveTitle(/^own/);
    await hands.write(page.getByRole('region', { name: 'Inspector' }).getByLabel('Decode clock, MHz'), '200');
    await hands.menu('Compare with another design');
    await expect(other).toHaveValue('as opened');
    await expect(dialog.getByRole('row', { name: /Decode clock 200 MHz entered, .* 300 MHz entered/ })).toBeVisible();
  });
}

test('designs are compared', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.menu('Compare with another design');
  const dialog = page.getByRole('dialog', { name: 'Compare two designs' });
  await dialog.getByLabel('With').selectOption('moby-temporal');
  await expect(
    dialog.getByRole('table', { name: 'Figures' }).getByRole('row', { name: /Time to first token/ }),
  ).toContainText('%');
  await expect(dialog.getByRole('heading', { name: 'Parameters and operations of prefill that differ' })).toBeVisible();
});

test('code and canvas show one another, and the code is compared with the last export', async ({ page }) => {
  test.setTimeout(120_000);
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  await composer.tab('Code');
  const pane = page.getByTestId('code-pane');
  await expect(pane.getByText('Generated by').first()).toBeVisible();
  await composer.select('prefill', 'softmax');
  await expect(pane.getByText(/softmax_core|softmax_\w+\(/).first()).toBeVisible();
  await composer.select('prefill', 'silu');
  const start = pane
    .locator('.view-line')
    .filter({ hasText: /void\ssilu/ })
    .first();
  await expect(start).toBeVisible();
  await composer.select('prefill', 'gate_product');
  await composer.select('prefill', 'silu');
  await page.getByRole('region', { name: 'prefill canvas' }).press('Escape');
  await start.click({ position: { x: 150, y: 8 } });
  await expect(page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { level: 2 })).toHaveText('SiLU');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await download;
  await page.keyboard.press('Escape');
  await page.getByLabel('Compare with').selectOption('the last export');
  await expect(pane.locator('.monaco-diff-editor')).toBeVisible();
  await expect(page.getByText('changed', { exact: true })).toHaveCount(0);
  await page.getByLabel('Compare with').selectOption('Moby 1M, temporal');
  await expect(page.getByRole('button', { name: /prefill\.cpp.*changed/ })).toBeVisible();
  await page.getByLabel('Compare with').selectOption('nothing');
  await expect(pane.locator('.monaco-diff-editor')).toBeHidden();
});
