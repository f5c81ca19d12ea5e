import { expect, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';

test('prefill reads texts in segments: the memory comes to the canvas, its sizes and its curve are there, and it goes again', async ({
  page,
}) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  const panel = page.locator('#inspector');
  await panel.getByLabel('Prefill reads a text').selectOption('segments');
  await composer.fit('prefill');
  for (const id of ['segment_state', 'memory_search', 'memory'])
    await expect(composer.instance('prefill', id)).toBeAttached();
  await expect(panel.getByLabel('Segment, tokens')).toHaveValue('221');
  await expect(panel.getByText(/Searching the memory and remembering take .* per segment/)).toBeVisible();
  // A segment that does not fit a launch is a problem with its repair.
  await panel.getByLabel('Segment, tokens').fill('230');
  await page.keyboard.press('Enter');
  await expect(panel.getByText(/shorten the segment by 9/).first()).toBeVisible();
  await panel.getByLabel('Segment, tokens').fill('221');
  await page.keyboard.press('Enter');
  // A prompt may be longer than a launch: the slider and the curve go as far as the memory.
  await page.getByRole('tab', { name: 'Roofline' }).click();
  const slider = page.getByTestId('panel-roofline').getByRole('slider', { name: 'Prompt' });
  await expect(slider).toHaveAttribute('max', String(64 * 221));
  await expect(page.getByRole('img', { name: /14,144/ }).first()).toBeVisible();
  await panel.getByLabel('Prefill reads a text').selectOption('whole');
  await expect(composer.instance('prefill', 'memory_search')).toHaveCount(0);
});
