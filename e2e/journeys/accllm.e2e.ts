import { expect, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';

test("AccLLM's compression is chosen and fitted in one step, its attention in another; both can be undone", async ({
  page,
}) => {
  const composer = new ComposerPage(page);
  await composer.open();
  const panel = page.locator('#inspector');
  await page.getByRole('button', { name: 'Edit the recipe…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Recipe' });
  await dialog.getByLabel('Begin with').selectOption('w2a8kv4-2:4');
  await dialog.getByRole('button', { name: 'Set it and fit the graph' }).click();
  await expect(page.getByRole('button', { name: 'Undo: Fit the design to w2a8kv4-2:4' })).toBeEnabled();
  // Engines that leave zeros out have come, and nothing is left to mend.
  await composer.fit('decode');
  await expect(composer.instance('decode', 'linear_all')).toContainText(/slices/i);
  await expect(composer.cycles('prefill')).toBeVisible();
  await expect(composer.cycles('decode')).toBeVisible();
  const decode = await composer.cycles('decode').textContent();
  await panel.getByLabel('A token attends to').selectOption('window');
  await expect(panel.getByLabel('First tokens')).toBeVisible();
  await panel.getByLabel('Recent tokens').fill('48');
  await page.keyboard.press('Enter');
  await expect(composer.cycles('decode')).not.toHaveText(decode ?? '');
  await composer.undo(2);
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
});
