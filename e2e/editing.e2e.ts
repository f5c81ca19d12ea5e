import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

test.describe('editing', () => {
  test('search finds modules by alias, and Enter adds them', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await page.keyboard.press('/');
    await page.keyboard.type('GEMM');
    await expect(page.getByTestId('palette:linear_prefill')).toBeVisible();
    await expect(page.getByTestId('palette:rms_norm')).toHaveCount(0);
    await page.keyboard.press('Enter');
    await expect(composer.instance('prefill', 'linear_prefill')).toBeVisible();
    await expect(
      page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { name: 'Linear engine (prefill)' }),
    ).toBeVisible();
  });

  test('a second reader is offered a fork', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.menu('New design');
    await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
    await page.getByRole('button', { name: 'Create design' }).click();
    await composer.view('Prefill');
    await expect(page.getByRole('heading', { name: 'Prefill is empty' })).toBeVisible();
    await composer.dragModule('hidden_read', 'prefill', { x: 200, y: 150 });
    await composer.dragModule('rms_norm', 'prefill', { x: 620, y: 150 });
    await composer.dragModule('rms_norm', 'prefill', { x: 620, y: 350 });
    const source = composer.port('hidden_read', 'layer_in', 'output', 'out');
    await composer.wire(source, composer.port('rms_norm', 'attn_norm', 'input', 'in'));
    await page.getByTestId('instance:prefill:rms_norm_2').click();
    await page.getByLabel('Does').selectOption('attn_norm');
    await composer.wire(source, composer.port('rms_norm_2', 'attn_norm', 'input', 'in'));
    await expect(composer.notice).toContainText('a hardware stream has one reader');
    await composer.notice.getByRole('button', { name: 'Insert a fork' }).click();
    await expect(composer.instance('prefill', 'fork_layer_in')).toBeVisible();
    await expect(composer.canvas('prefill').getByRole('group', { name: /^Stream from/ })).toHaveCount(3);
  });

  test('a drag is one step of the history, and nothing is derived on the way', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    const node = composer.instance('prefill', 'embedding');
    const before = await node.boundingBox();
    const analyses = (): Promise<number> => page.evaluate(() => window.__composer?.counters.analyses ?? -1);
    if (!before) throw new Error('no node');
    await node.hover();
    const count = await analyses();
    await page.mouse.down();
    await page.mouse.move(before.x + 60, before.y + 300, { steps: 20 });
    expect(await analyses()).toBe(count);
    await page.mouse.up();
    expect(await analyses()).toBe(count + 1);
    const after = await node.boundingBox();
    expect((after?.y ?? 0) - before.y).toBeGreaterThan(150);
    await expect(page.getByRole('button', { name: 'Undo: Move embedding' })).toBeEnabled();
    await page.keyboard.press('Control+z');
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
    expect(Math.abs(((await node.boundingBox())?.y ?? 0) - before.y)).toBeLessThan(2);
  });

  test('by keyboard alone: add, connect, be refused, rename, delete, undo', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.menu('New design');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Prefill').selectOption('empty');
    await dialog.getByRole('button', { name: 'Create design' }).press('Enter');
    await page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Prefill' }).press('Enter');
    for (const module of ['hidden_read', 'rms_norm', 'silu'])
      await page.getByTestId(`palette:${module}`).press('Enter');
    await expect(composer.instance('prefill', 'silu')).toBeVisible();
    await page.getByRole('button', { name: 'connect… input in of gate from' }).press('Enter');
    await expect(page.getByRole('menuitem', { name: 'rms_norm/attn_norm.out' })).toContainText('carries attn_norm');
    await page.getByRole('menuitem', { name: 'rms_norm/attn_norm.out' }).press('Enter');
    await expect(composer.notice).toContainText("needs gate_proj at input 'in' but would get attn_norm");
    await page.getByRole('group', { name: /^Hidden state in hidden_read/ }).press('Enter');
    await page.getByRole('button', { name: 'connect… output out of layer_in to' }).press('Enter');
    await page.getByRole('menuitem', { name: 'rms_norm/attn_norm.in' }).press('Enter');
    await expect(page.getByRole('button', { name: /show stream to rms_norm/ })).toBeVisible();
    await page.getByLabel('Instance name').fill('reader');
    await page.getByLabel('Instance name').press('Enter');
    await expect(composer.instance('prefill', 'reader')).toBeVisible();
    await page.getByRole('group', { name: /^SiLU silu/ }).press('Enter');
    await page.keyboard.press('Delete');
    await expect(composer.instance('prefill', 'silu')).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(composer.instance('prefill', 'silu')).toBeVisible();
  });

  test('the design is there again after a reload, and in a file', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await page.getByLabel('Name of the design').fill('Kept design');
    await page.getByLabel('Name of the design').press('Enter');
    await page.reload();
    await expect(page.getByLabel('Name of the design')).toHaveValue('Kept design');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const file = await download;
    expect(file.suggestedFilename()).toBe('Kept-design.flexllm.json');
    const path = await file.path();
    expect(JSON.parse(readFileSync(path, 'utf8')).name).toBe('Kept design');
    await composer.sample('Moby 1M, temporal');
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-temporal');
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+o');
    await (await chooser).setFiles(path);
    await expect(page.getByLabel('Name of the design')).toHaveValue('Kept design');
    await composer.undo();
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-temporal');
  });

  test('what is no design is not opened', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    const chooser = page.waitForEvent('filechooser');
    await composer.menu('Open…');
    await (await chooser).setFiles({
      name: 'x.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"format":"flexllm-composer","version":1,"name":"<img src=x onerror=alert(1)>"}'),
    });
    await expect(composer.notice).toContainText('x.json was not opened');
    await expect(page.getByLabel('Name of the design')).toHaveValue('moby-u280');
  });

  test('a problem is selected and brought into view', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Decode');
    await composer.select('decode', 'silu');
    await page.keyboard.press('Delete');
    await composer.tab('Problems');
    await page.getByRole('button', { name: /Nothing is connected to input 'gate'/ }).click();
    await expect(
      page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { name: 'Gate product' }),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await expect(composer.notice).toContainText('no project can be generated yet');
  });

  test('a stream shows its type, and its depth can be set', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await composer.select('prefill', 'silu');
    await page.getByRole('button', { name: /input in of silu: show stream/i }).click();
    await expect(page.getByText('gate_proj: fp32 x 4 tokens')).toBeVisible();
    await page.getByLabel('FIFO depth in vectors').fill('64');
    await page.getByLabel('FIFO depth in vectors').press('Enter');
    await expect(page.getByText('64 vectors')).toBeVisible();
    await page.getByRole('button', { name: 'Derive it again' }).click();
    await expect(page.getByText(/2 vectors .*derived/)).toBeVisible();
  });

  test('the generated code is shown', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.tab('Code');
    await page.getByRole('button', { name: 'decode.cpp' }).click();
    await expect(page.getByTestId('code-pane').getByText('Generated by FlexLLM Composer').first()).toBeVisible();
    expect(composer.requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(url))).toEqual([]);
  });

  test('an illegal stream of a file stays, with a diagnostic', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const design = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
    const wire = design.stages.prefill.streams.find(
      (stream: { to: { instance: string } }) => stream.to.instance === 'silu',
    );
    const other = design.stages.prefill.streams.find(
      (stream: { to: { instance: string; port: string } }) =>
        stream.to.instance === 'gate_product' && stream.to.port === 'b',
    );
    [wire.from, other.from] = [other.from, wire.from];
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+o');
    await (await chooser).setFiles({
      name: 'crossed.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(design)),
    });
    await composer.view('Prefill');
    await expect(composer.canvas('prefill').locator('.wire--invalid')).toHaveCount(2);
    await composer.tab('Problems');
    await page.getByRole('button', { name: /'silu\/silu' needs gate_proj at input 'in' but gets up_proj/ }).click();
    await expect(
      page.getByRole('region', { name: 'Inspector' }).getByText(/needs gate_proj at input 'in' but gets up_proj/),
    ).toBeVisible();
  });

  test('the theme is kept, and tidying up is one step', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await composer.view('Prefill');
    const node = composer.instance('prefill', 'embedding');
    await node.hover();
    await page.mouse.down();
    await page.mouse.move(900, 500, { steps: 5 });
    await page.mouse.up();
    await composer.canvas('prefill').getByRole('button', { name: 'Tidy up' }).click();
    await expect(page.getByRole('button', { name: 'Undo: Tidy up prefill' })).toBeEnabled();
    await composer.undo(2);
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
  });
});
