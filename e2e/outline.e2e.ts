import { expect, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

test('the outline: unfold, select, wire and disconnect by keyboard alone', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  await composer.select('prefill', 'silu');
  await page.getByRole('button', { name: /Disconnect input in of silu/ }).click();
  await page.keyboard.press('o');
  const tree = page.getByRole('tree', { name: 'Outline of both canvases' });
  await expect(tree).toBeVisible();
  const item = tree.getByRole('treeitem', { name: /^silu\s*, .*SiLU/ }).first();
  await page.keyboard.press('Home');
  for (let steps = 0; steps < 60 && !(await item.evaluate((element) => element === document.activeElement)); steps += 1)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/Wire from silu\/silu.in|Wire from silu\/gate.in/)).toBeVisible();
  const source = tree.getByRole('treeitem', { name: /^dequant_gate\s*,/ }).first();
  await page.keyboard.press('Home');
  for (
    let steps = 0;
    steps < 80 && !(await source.evaluate((element) => element === document.activeElement));
    steps += 1
  )
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(tree.getByRole('treeitem', { name: /^in .*an input, too/ }).first()).toBeVisible();
  for (let steps = 0; steps < 2; steps += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /Undo: Connect/ })).toBeEnabled();
});

test('the history lists every step and goes to any of them', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  for (const id of ['silu', 'gate_product']) {
    await composer.select('prefill', id);
    await page.keyboard.press('Delete');
  }
  await page.keyboard.press('h');
  await page.getByRole('button', { name: 'As opened' }).click();
  await expect(composer.instance('prefill', 'silu')).toBeVisible();
  await page
    .getByRole('region', { name: 'History' })
    .getByRole('button', { name: /Delete silu/ })
    .click();
  await expect(composer.instance('prefill', 'silu')).toHaveCount(0);
  await expect(composer.instance('prefill', 'gate_product')).toBeVisible();
  await expect(
    page.getByRole('region', { name: 'History' }).getByRole('button', { name: /Delete gate_product.*undone/ }),
  ).toBeVisible();
});
