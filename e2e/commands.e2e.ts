import { expect, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

test.describe('commands', () => {
  test('the palette finds commands by name and by other words, and runs them', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog', { name: 'All commands' });
    await expect(dialog).toBeVisible();
    await page.keyboard.type('layout');
    await expect(dialog.getByRole('option', { name: /Tidy up the canvas/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect(dialog).toBeVisible();
    await page.keyboard.type('decode only');
    await page.keyboard.press('Enter');
    await expect(composer.canvas('decode')).toBeVisible();
    await expect(composer.canvas('prefill')).toHaveCount(0);
    await page.keyboard.press('?');
    await expect(
      page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Find on the canvases…'),
    ).toBeVisible();
  });

  test('find selects and centres what it finds, on either canvas', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await page.keyboard.press('Control+f');
    await expect(page.getByRole('dialog', { name: 'Find on the canvases' })).toBeVisible();
    await page.keyboard.type('sampler');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { level: 2 })).toHaveText(
      'Sampler',
    );
    await composer.settle();
    const [node, canvas] = [
      await composer.instance('decode', 'sampler').boundingBox(),
      await composer.canvas('decode').boundingBox(),
    ];
    if (!node || !canvas) throw new Error('not on the screen');
    expect(Math.abs(node.x + node.width / 2 - canvas.x - canvas.width / 2)).toBeLessThan(canvas.width / 4);
    await page.keyboard.press('Control+f');
    await expect(page.getByRole('dialog', { name: 'Find on the canvases' })).toBeVisible();
    await page.keyboard.type('gate_product/product.a');
    await page.keyboard.press('Enter');
    await expect(
      page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { name: 'Stream' }),
    ).toBeVisible();
  });

  test('a wire that ends on empty canvas asks what to add, the best first, as one step', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.menu('New design');
    await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
    await page.getByRole('button', { name: 'Create design' }).click();
    await composer.view('Prefill');
    await composer.dragModule('hidden_read', 'prefill', { x: 200, y: 150 });
    const port = await composer.port('hidden_read', 'layer_in', 'output', 'out').boundingBox();
    if (!port) throw new Error('no port');
    await page.mouse.move(port.x + 6, port.y + 6);
    await page.mouse.down();
    await page.mouse.move(port.x + 200, port.y + 80, { steps: 6 });
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: /Add what reads hidden_read/ });
    await expect(dialog.getByRole('option').first()).toContainText('RMSNorm');
    await page.keyboard.press('Enter');
    await expect(composer.instance('prefill', 'rms_norm')).toBeVisible();
    await expect(composer.canvas('prefill').getByRole('group', { name: /^Stream from/ })).toHaveCount(1);
    await composer.undo();
    await expect(composer.instance('prefill', 'rms_norm')).toHaveCount(0);
    await expect(composer.canvas('prefill').getByRole('group', { name: /^Stream from/ })).toHaveCount(0);
  });

  test('a wire that lacks a quantizer gets one by one click', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.menu('New design');
    await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
    await page.getByRole('button', { name: 'Create design' }).click();
    await composer.view('Prefill');
    await composer.dragModule('hidden_read', 'prefill', { x: 150, y: 150 });
    await composer.dragModule('rms_norm', 'prefill', { x: 450, y: 150 });
    await composer.wire(
      composer.port('hidden_read', 'layer_in', 'output', 'out'),
      composer.port('rms_norm', 'attn_norm', 'input', 'in'),
    );
    await composer.dragModule('linear_prefill', 'prefill', { x: 900, y: 250 });
    const role = await composer
      .instance('prefill', 'linear_prefill')
      .locator('[data-operation]')
      .first()
      .getAttribute('data-operation');
    await composer.pull(
      composer.port('rms_norm', 'attn_norm', 'output', 'out'),
      composer.port('linear_prefill', role ?? '', 'input', 'in'),
    );
    await expect(
      page.getByRole('status').filter({ hasText: /needs int8.*Let go for: Insert a .*quantizer/ }),
    ).toBeVisible();
    await page.mouse.up();
    await composer.notice.getByRole('button', { name: /quantizer/ }).click();
    await expect(composer.instance('prefill', 'quantize')).toBeVisible();
    await expect(composer.canvas('prefill').getByRole('group', { name: /^Stream from/ })).toHaveCount(3);
  });

  test('copy and paste go from canvas to canvas and say what cannot; cut and undo', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await composer.select('prefill', 'silu');
    await page.keyboard.press('Control+c');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('flexllm-composer/fragment');
    await page.keyboard.press('Control+v');
    await expect(composer.instance('prefill', 'silu_2')).toBeVisible();
    await composer.view('Decode');
    await composer
      .canvas('decode')
      .locator('.react-flow__pane')
      .click({ position: { x: 300, y: 400 } });
    await page.keyboard.press('Control+v');
    await expect(composer.instance('decode', 'silu_2')).toBeVisible();
    await composer.select('decode', 'sampler');
    await page.keyboard.press('Control+x');
    await expect(composer.instance('decode', 'sampler')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Undo: Cut sampler' })).toBeEnabled();
    await composer.view('Prefill');
    await composer
      .canvas('prefill')
      .locator('.react-flow__pane')
      .click({ position: { x: 300, y: 400 } });
    await page.keyboard.press('Control+v');
    await expect(composer.notice).toContainText('cannot stand on the prefill canvas');
    await composer.undo(3);
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
  });

  test('context menus of canvas, instance, operation and stream; aligning and nudging', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await composer
      .canvas('prefill')
      .locator('.react-flow__pane')
      .click({ button: 'right', position: { x: 300, y: 70 } });
    await page.getByRole('menuitem', { name: /^Select all/ }).click();
    await expect(page.getByText(/\d+ instances selected/)).toBeVisible();
    await page.keyboard.press('Escape');
    for (let step = 0; step < 3; step += 1)
      await composer.canvas('prefill').getByRole('button', { name: 'Zoom in' }).click();
    await composer.settle();
    await composer
      .instance('prefill', 'linear_kq')
      .locator('[data-operation="q_proj"] .node__operation')
      .click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Give its own instance' }).click();
    await expect(composer.instance('prefill', 'linear_kq_q')).toBeVisible();
    await composer.undo();
    await page.getByRole('group', { name: /^SiLU silu/ }).focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: /^Duplicate/ }).press('Enter');
    await expect(composer.instance('prefill', 'silu_2')).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Undo: Move silu_2' })).toBeEnabled();
    await composer.undo(2);
    await composer.canvas('prefill').locator('.react-flow__edge').first().click({ button: 'right', force: true });
    await page.getByRole('menuitem', { name: 'Go to its target' }).click();
    await expect(
      page.getByRole('region', { name: 'Inspector' }).getByRole('heading', { name: 'Operations' }),
    ).toBeVisible();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.type('align left');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Undo: Align left edges' })).toBeEnabled();
    await page.getByRole('button', { name: 'Minimap' }).click();
    await expect(composer.canvas('prefill').getByRole('img', { name: /Overview/ })).toBeVisible();
  });
});
