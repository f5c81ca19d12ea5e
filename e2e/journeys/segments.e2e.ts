import { expect, test } from '@playwright/test';
import { expectAccessible } from '../pages/axe.ts';
import { ComposerPage } from '../pages/composer-page.ts';

test('prefill reads texts in segments: the memory comes to the canvas, its sizes and its curve are there, and it goes again', async ({
  page,
}) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  const panel = page.locator('#inspector');
  await expect(panel.getByLabel('Prefill reads a text')).toHaveValue('whole');
  // Dragged from the palette onto the canvas they go around all of it: one step, as from the inspector.
  await composer.dragModule('segments', 'prefill', { x: 300, y: 200 });
  await expect(panel.getByLabel('Prefill reads a text')).toHaveValue('segments');
  await composer.undo();
  await expect(composer.instance('prefill', 'memory_search')).toHaveCount(0);
  // By keyboard the same.
  await page.getByLabel('Search modules').fill('hmt');
  await page.keyboard.press('Enter');
  await page.getByLabel('Search modules').fill('');
  await composer.fit('prefill');
  for (const id of ['segment_state', 'memory_search', 'memory'])
    await expect(composer.instance('prefill', id)).toBeAttached();
  await expect(panel.getByLabel('Segment, tokens')).toHaveValue('221');
  await expect(panel.getByText(/Searching the memory and remembering take .* per segment/)).toBeVisible();
  // Projections come in front of the search, and go.
  await panel.getByLabel('The memory is searched by').selectOption('projections');
  await expect(composer.instance('prefill', 'memory_projection')).toBeAttached();
  await panel.getByLabel('The memory is searched by').selectOption('states');
  await expect(composer.instance('prefill', 'memory_projection')).toHaveCount(0);
  // A segment that does not fit a launch is a problem with its repair.
  await panel.getByLabel('Segment, tokens').fill('230');
  await page.keyboard.press('Enter');
  await expect(panel.getByText(/shorten the segment by 9/).first()).toBeVisible();
  await panel.getByLabel('Segment, tokens').fill('221');
  await page.keyboard.press('Enter');
  // A prompt may be longer than a launch: the slider and the curve go to 64 times its length, beside that of texts in one piece.
  await page.getByRole('tab', { name: 'Roofline' }).click();
  const slider = page.getByTestId('panel-roofline').getByRole('slider', { name: 'Prompt' });
  await expect(slider).toHaveAttribute('max', String(64 * 256));
  await expect(
    page.getByRole('img', { name: /Time to first token: .* at 16,384; in one piece .* at 16,384/ }).first(),
  ).toBeVisible();
  await expectAccessible(page, 'a design in segments with its curve');
  await panel.getByLabel('Prefill reads a text').selectOption('whole');
  await expect(composer.instance('prefill', 'memory_search')).toHaveCount(0);
});
