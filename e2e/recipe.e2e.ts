import { expect, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

test('the recipe editor counts memory, measures perplexity and fits the graph', async ({ page }) => {
  test.setTimeout(180_000);
  const composer = new ComposerPage(page);
  await composer.open();
  await page.getByRole('button', { name: 'Edit the recipe…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Recipe' });
  await dialog.getByRole('button', { name: 'Measure' }).click();
  await expect(dialog.getByRole('progressbar')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).first().click();
  await expect(dialog.getByTestId('perplexity')).toHaveText('—');
  await dialog.getByRole('button', { name: 'Measure' }).click();
  await expect(dialog.getByTestId('perplexity')).toHaveText(/^\d\d\.\d{3}$/, { timeout: 120_000 });
  await dialog.getByLabel('Begin with').selectOption('w4a4kv8');
  await expect(dialog.getByText(/^was /)).toBeVisible();
  await dialog.getByLabel('Weights of Output head', { exact: true }).selectOption('fp32');
  await expect(dialog.getByLabel('Activations of Output head')).toHaveValue('fp32');
  // Scales of groups are for weights of 2 and 4 bits.
  await dialog.getByLabel('Begin with').selectOption('w2a8kv8');
  await expect(dialog.getByLabel('Scales of Feed-forward')).toHaveValue('64');
  await dialog.getByLabel('Scales of Feed-forward').selectOption('32');
  await dialog.getByLabel('Weights of Feed-forward', { exact: true }).selectOption('int8');
  await expect(dialog.getByLabel('Scales of Feed-forward')).toHaveCount(0);
  // Those of 6 bits have one per channel.
  await dialog.getByLabel('Begin with').selectOption('w6a6kv8');
  await expect(dialog.getByLabel('Activations of Feed-forward')).toHaveValue('int6');
  await expect(dialog.getByLabel('Scales of Feed-forward')).toHaveCount(0);
  // Zeros are left out of integers.
  await dialog.getByLabel('Begin with').selectOption('w4a8kv8-2:4');
  await expect(dialog.getByLabel('Kept weights of Feed-forward')).toHaveValue('2:4 magnitude');
  await dialog.getByLabel('Weights of Output head', { exact: true }).selectOption('ternary');
  await expect(dialog.getByLabel('Kept weights of Output head')).toHaveCount(0);
  await expect(dialog.getByLabel('Scales of Output head')).toHaveValue('');
  await dialog.getByLabel('Weights of Feed-forward', { exact: true }).selectOption('fp32');
  await expect(dialog.getByLabel('Kept weights of Feed-forward')).toHaveCount(0);
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  // The cache keeps 4 bits of int8 attention alone.
  await dialog.getByLabel('Begin with').selectOption('w4a4kv4');
  await expect(dialog.getByLabel('KV cache keeps')).toHaveValue('head');
  await dialog.getByLabel('KV cache keeps').selectOption('8');
  await dialog.getByLabel('Attention and KV cache').selectOption('fp32');
  await expect(dialog.getByLabel('KV cache keeps')).toHaveCount(0);
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await dialog.getByLabel('Begin with').selectOption('w4a4kv8');
  await dialog.getByRole('button', { name: 'Set it and fit the graph' }).click();
  await expect(page.getByRole('button', { name: 'Undo: Fit the design to w4a4kv8' })).toBeEnabled();
  await expect(composer.cycles('prefill')).toBeVisible();
  await composer.undo();
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
});
