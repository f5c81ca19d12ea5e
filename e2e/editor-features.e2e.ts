import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { sampleById } from '../src/core/templates/samples.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

async function started(page: Page, view: 'Prefill' | 'Decode' = 'Prefill'): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view(view);
  return composer;
}

async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'All commands' })).toBeVisible();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const inspected = (page: Page) => page.getByRole('region', { name: 'Inspector' });

test('the strip shows the whole system, leads to its parts, and closes', async ({ page }) => {
  await started(page);
  const strip = page.getByRole('region', { name: 'The whole system' });
  await expect(strip).toContainText('64 tokens');
  await expect(strip).toContainText(/KV cache.*256 KiB.*8 banks, 512 tokens/);
  await expect(strip).toContainText('tokens/s');
  await strip.getByRole('button', { name: /^Decode/ }).click();
  await expect(page.getByTestId('canvas-decode')).toBeVisible();
  await strip.getByRole('button', { name: /^KV cache/ }).click();
  await expect(page.getByTestId('panel-memory')).toBeVisible();
  await strip.getByRole('button', { name: 'Close the system strip' }).click();
  await expect(strip.getByText('Embedding')).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Open the system strip' })).toBeVisible();
});

test('both canvases stand side by side or one above the other, also after a reload', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Both');
  const boxes = async () => {
    const [a, b] = [await composer.canvas('prefill').boundingBox(), await composer.canvas('decode').boundingBox()];
    if (!a || !b) throw new Error('not on the screen');
    return { a, b };
  };
  const beside = await boxes();
  expect(beside.b.x).toBeGreaterThan(beside.a.x + beside.a.width - 2);
  await page.getByRole('button', { name: 'Canvases one above the other' }).click();
  await composer.settle();
  const below = await boxes();
  expect(below.b.y).toBeGreaterThan(below.a.y + below.a.height - 2);
  await page.reload();
  await composer.view('Both');
  await expect(page.getByRole('button', { name: 'Canvases side by side' })).toBeVisible();
});

test('every wire is drawn where cards appear as blocks, and in a group that collapses', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  const composer = await started(page);
  const wires = composer.canvas('prefill').getByRole('group', { name: /^Stream from/ });
  const all = sampleById('moby-u280')?.design().stages.prefill.streams.length ?? 0;
  await expect(wires).toHaveCount(all);
  // The canvas is made anew, so small that no card has a port.
  await composer.view('Both');
  await expect(composer.canvas('prefill')).toHaveClass(/canvas--block/);
  await expect(wires).toHaveCount(all);
  await composer.view('Prefill');
  await composer.select('prefill', 'norm_ffn');
  await composer.instance('prefill', 'fork_ffn_norm').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+g');
  await page.getByRole('button', { name: 'Collapse', exact: true }).click();
  await expect(wires).toHaveCount(all - 1);
});

test('cards show glyph, parameters, passes and shares; from far away titles, then blocks, of equal size', async ({
  page,
}) => {
  const composer = await started(page);
  const node = composer.instance('prefill', 'linear_kq');
  await expect(node.getByRole('img', { name: /of the stage's time; has \d+ % of the \w+ in use/ })).toBeVisible();
  await expect(node).toContainText(/WP 8.*k_proj.*P1.*q_proj.*P2/s);
  await expect(node.locator('svg.glyph path')).not.toHaveAttribute('d', '');
  const canvas = composer.canvas('prefill');
  const size = () =>
    node.evaluate((element) => [(element as HTMLElement).offsetWidth, (element as HTMLElement).offsetHeight]);
  const near = await size();
  for (let step = 0; step < 2; step += 1) await canvas.getByRole('button', { name: 'Zoom out' }).click();
  await composer.settle();
  await expect(canvas).toHaveClass(/canvas--far/);
  await expect(node.locator('[data-operation]')).toHaveCount(0);
  await expect(node).toContainText('Linear engine');
  expect(await size()).toEqual(near);
  for (let step = 0; step < 8; step += 1) await canvas.getByRole('button', { name: 'Zoom out' }).click();
  await composer.settle();
  await expect(canvas).toHaveClass(/canvas--block/);
  expect(await size()).toEqual(near);
});

test('what goes through the cache is drawn from its writer to its reader', async ({ page }) => {
  const composer = await started(page);
  await expect(composer.canvas('prefill').getByText('K cache', { exact: true })).toHaveCount(1);
  await expect(composer.canvas('prefill').getByText('V cache', { exact: true })).toHaveCount(1);
  await composer.select('prefill', 'scores');
  await page.keyboard.press('Delete');
  await expect(composer.canvas('prefill').getByText('K cache', { exact: true })).toHaveCount(0);
});

test('upstream, downstream, showing the selection, and taking out with reconnection', async ({ page }) => {
  const composer = await started(page, 'Decode');
  await composer.select('decode', 'silu');
  await page.keyboard.press('u');
  await expect(inspected(page)).toContainText(/\d+ instances selected/);
  await composer
    .canvas('decode')
    .locator('.react-flow__pane')
    .click({ position: { x: 300, y: 470 } });
  await composer.select('decode', 'silu');
  await page.keyboard.press('Shift+Digit2');
  await composer.settle();
  const [node, canvas] = [
    await composer.instance('decode', 'silu').boundingBox(),
    await composer.canvas('decode').boundingBox(),
  ];
  if (!node || !canvas) throw new Error('not on the screen');
  expect(Math.abs(node.x + node.width / 2 - canvas.x - canvas.width / 2)).toBeLessThan(canvas.width / 6);
  await page.keyboard.press('Control+Delete');
  await expect(page.getByRole('button', { name: 'Undo: Delete silu and reconnect' })).toBeEnabled();
  await composer.undo();
  await expect(composer.instance('decode', 'silu')).toBeVisible();
});

test('dragging: lines beside what is there; with Alt a copy is made, as one step', async ({ page }) => {
  const composer = await started(page);
  const node = composer.instance('prefill', 'silu');
  const other = composer.instance('prefill', 'gate_product');
  const [from, beside] = [await node.boundingBox(), await other.boundingBox()];
  if (!from || !beside) throw new Error('not on the screen');
  const grip = { x: from.x + from.width / 2, y: from.y + 8 };
  await page.mouse.move(grip.x, grip.y);
  await page.mouse.down();
  await page.mouse.move(grip.x + 30, grip.y + 150, { steps: 5 });
  await page.mouse.move(grip.x + beside.x - from.x + 2, grip.y + 150, { steps: 5 });
  await expect(page.getByTestId('guide').first()).toBeVisible();
  await page.mouse.up();
  await expect(page.getByTestId('guide')).toHaveCount(0);
  const [after, still] = [await node.boundingBox(), await other.boundingBox()];
  expect(Math.abs((after?.x ?? 0) - (still?.x ?? 1))).toBeLessThan(1);
  await composer.undo();
  await page.keyboard.down('Alt');
  await page.mouse.move(grip.x, grip.y);
  await page.mouse.down();
  await page.mouse.move(grip.x + 20, grip.y + 160, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up('Alt');
  await expect(composer.instance('prefill', 'silu_2')).toBeVisible();
  expect(Math.abs(((await node.boundingBox())?.y ?? 0) - from.y)).toBeLessThan(2);
  await expect(page.getByRole('button', { name: 'Undo: Duplicate silu' })).toBeEnabled();
  await composer.undo();
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
});

test('an operation is dragged off its card onto empty canvas and back', async ({ page }) => {
  const composer = await started(page);
  await composer.instance('prefill', 'linear_kq').hover();
  await page
    .getByTestId('grip:linear_kq:q_proj')
    .dragTo(composer.canvas('prefill'), { targetPosition: { x: 700, y: 420 } });
  await expect(composer.instance('prefill', 'linear_kq_q')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo: Give q_proj its own instance' })).toBeEnabled();
  await composer.instance('prefill', 'linear_kq_q').hover();
  await page.getByTestId('grip:linear_kq_q:q_proj').dragTo(composer.instance('prefill', 'linear_kq'));
  await expect(composer.instance('prefill', 'linear_kq_q')).toHaveCount(0);
  await expect(composer.instance('prefill', 'linear_kq').locator('[data-operation="q_proj"]')).toBeVisible();
  await page.getByTestId('grip:linear_kq:q_proj').dragTo(composer.instance('prefill', 'silu'));
  await expect(composer.notice).toContainText('another kind of module');
});

test('F1 explains the selected module; quick-add shows what modules take', async ({ page }) => {
  const composer = await started(page);
  await composer.select('prefill', 'linear_kq');
  await page.keyboard.press('F1');
  const dialog = page.getByRole('dialog', { name: 'Linear engine (prefill)' });
  await expect(dialog).toContainText('Weight parallelism');
  await expect(dialog).toContainText(/DSP\s*16/);
  await expect(dialog).toContainText('arXiv 2601.15710');
  await page.keyboard.press('Escape');
  await command(page, 'add a module');
  const add = page.getByRole('dialog', { name: 'Add a module to prefill' });
  await expect(add.getByRole('option', { name: /Linear engine(?! of)/ })).toContainText(/about .*LUT · .*DSP/);
});

test('modules are chained by key, and a double click on empty canvas adds', async ({ page }) => {
  const composer = await started(page);
  await composer.menu('New design');
  await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
  await page.getByRole('button', { name: 'Create design' }).click();
  await page.getByTestId('palette:hidden_read').press('Enter');
  await composer.instance('prefill', 'hidden_read').click();
  for (const module of ['rms_norm', 'quantize']) {
    await page.keyboard.press('a');
    const dialog = page.getByRole('dialog', { name: /^Add what reads/ });
    await expect(dialog.getByRole('option').first()).toContainText(/LUT/);
    await page.keyboard.press('Enter');
    await expect(composer.instance('prefill', module)).toBeVisible();
  }
  await expect(composer.canvas('prefill').getByRole('group', { name: /^Stream from/ })).toHaveCount(2);
  await composer
    .canvas('prefill')
    .locator('.react-flow__pane')
    .dblclick({ position: { x: 60, y: 470 } });
  await expect(page.getByRole('dialog', { name: 'Add a module to prefill' })).toBeVisible();
});

test('presenting hides the panels and steps through canvases and passes', async ({ page }) => {
  const composer = await started(page);
  await page.keyboard.press('p');
  const bar = page.getByRole('navigation', { name: 'Presentation' });
  await expect(bar).toContainText('1 of');
  await expect(page.getByRole('banner')).toHaveCount(0);
  await expect(page.getByRole('tab')).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(bar).toContainText('Prefill, pass 1');
  await expect(composer.instance('prefill', 'embedding')).toHaveClass(/node--dim/);
  await bar.getByRole('button', { name: 'End the presentation' }).click();
  await expect(page.getByRole('tab', { name: 'Schedule' })).toBeVisible();
  await expect(composer.instance('prefill', 'embedding')).not.toHaveClass(/node--dim/);
  await composer.view('Both');
  await page.keyboard.press('p');
  await expect(bar).toBeVisible();
  await expect(composer.canvas('decode')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(composer.canvas('decode')).toBeVisible();
});

for (const { name, of } of HANDS) {
  test(`an empty canvas says what to place first, without a flood of errors, ${name}`, async ({ page }) => {
    const hands = of(page);
    const composer = await started(page);
    await composer.menu('New design');
    const dialog = page.getByRole('dialog');
    for (const stage of ['Prefill', 'Decode']) await dialog.getByLabel(stage).selectOption('empty');
    await page.getByRole('button', { name: 'Create design' }).click();
    const banner = page.getByRole('banner');
    await expect(banner.getByRole('button', { name: 'Prefill and Decode are empty' })).toBeVisible();
    await expect(banner).not.toContainText(/error/);
    await hands.panel('Problems');
    await expect(page.locator('.problems__item')).toHaveCount(2);
    await expect(page.getByText("Prefill is empty; place 'Token embedding' first")).toBeVisible();
    const canvas = composer.canvas('prefill');
    await hands.press(canvas.getByRole('button', { name: /^Place Token embedding/ }));
    await expect(composer.instance('prefill', 'embedding')).toBeVisible();
    await expect(composer.notice).toContainText('Token embedding is placed');
    await hands.undo();
    await hands.press(canvas.getByRole('button', { name: /^Fill from a template/ }));
    await expect(banner.getByRole('button', { name: 'Decode is empty' })).toBeVisible();
    await expect(composer.instance('prefill', 'linear_kq')).toBeVisible();
    await hands.undo();
    await hands.press(canvas.getByRole('button', { name: 'All modules' }));
    await expect(page.getByLabel('Search modules')).toBeFocused();
    const chooser = page.waitForEvent('filechooser');
    await hands.press(canvas.getByRole('button', { name: /^Open a file/ }));
    await chooser;
    await hands.press(canvas.getByRole('button', { name: /^Start from Llama 3.2 1B/ }));
    await expect(page.getByLabel('Name of the design')).toHaveValue('llama-3.2-1b-u280');
  });
}

test('a PNG holds the design and opens again; printing shows both canvases and leaves nothing behind', async ({
  page,
}) => {
  const composer = await started(page);
  await page.getByLabel('Name of the design').fill('Größe <1>');
  await page.getByLabel('Name of the design').press('Enter');
  const download = page.waitForEvent('download');
  await composer.menu('Save a picture of the canvas (PNG)');
  const png = readFileSync(await (await download).path());
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBeGreaterThan(2000);
  await composer.sample('Moby 1M, temporal');
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles({ name: 'canvas.png', mimeType: 'image/png', buffer: png });
  await expect(page.getByLabel('Name of the design')).toHaveValue('Größe <1>');
  // The browser's own dialog cannot be seen here: what it would print is looked at in its place.
  await page.evaluate(() => {
    window.print = () => {
      document.body.dataset['printed'] = String(document.querySelectorAll('.print-sheets svg').length);
      document.body.dataset['heading'] = document.querySelector('.print-sheets h1')?.textContent ?? '';
      window.dispatchEvent(new Event('afterprint'));
    };
  });
  await page.keyboard.press('Control+p');
  await expect(page.locator('body')).toHaveAttribute('data-printed', '2');
  await expect(page.locator('body')).toHaveAttribute('data-heading', 'Größe <1>: prefill');
  await expect(page.locator('.print-sheets')).toHaveCount(0);
});

test('the schedule shows what is carried from pass to pass', async ({ page }) => {
  const composer = await started(page, 'Decode');
  const schedule = page.getByRole('region', { name: 'Schedule of decode' });
  const carried = schedule.getByRole('row', { name: /→/ }).first();
  await expect(carried).toContainText(/kept .*B.*read by/);
  await carried.getByRole('button').click();
  await expect(inspected(page).getByRole('heading', { name: 'Stream' })).toBeVisible();
  await schedule.getByRole('button', { name: 'Show pass 2 on the canvas' }).hover();
  await expect(composer.canvas('decode').locator('.node--dim').first()).toBeVisible();
  await schedule
    .getByRole('rowheader', { name: 'Instance' })
    .or(page.getByRole('heading', { name: 'FlexLLM Composer' }))
    .first()
    .hover();
});

test('comparing shows every figure, both schedules and each parameter that differs', async ({ page }) => {
  const composer = await started(page);
  await composer.menu('Compare with another design');
  const dialog = page.getByRole('dialog', { name: 'Compare two designs' });
  await dialog.getByLabel('With').selectOption('moby-temporal');
  await expect(dialog.getByRole('row', { name: /^DSP .*%/ }).first()).toBeVisible();
  await expect(dialog.getByRole('table', { name: 'Schedule of prefill' })).toContainText('k_proj');
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Published' }).click();
  await expect(page.getByTestId('panel-compare')).toContainText('Published figures for this board');
});

test('whoever takes the design over can undo what was done in the other tab', async ({ context }) => {
  const first = await context.newPage();
  const a = new ComposerPage(first);
  await a.open();
  await a.view('Prefill');
  await a.select('prefill', 'silu');
  await first.keyboard.press('Delete');
  await expect(first.getByRole('button', { name: 'Undo: Delete silu' })).toBeEnabled();
  const second = await context.newPage();
  const b = new ComposerPage(second);
  await b.open();
  await second.getByRole('button', { name: 'Edit it here' }).click();
  await expect(second.getByRole('button', { name: 'Undo: Delete silu' })).toBeEnabled();
  await b.view('Prefill');
  await second.keyboard.press('Control+z');
  await expect(b.instance('prefill', 'silu')).toBeVisible();
  await expect(first.getByText('is being edited in another tab')).toBeVisible();
});
