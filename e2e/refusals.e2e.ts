import { expect, type Locator, type Page, test } from '@playwright/test';
import { expectAccessible } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

/** What is refused is said in a box that can be read: it stays, it wraps, and it is not in the way of what it is about. */

test.use({ viewport: { width: 1280, height: 720 } });

const alert = (page: Page): Locator => page.getByTestId('notice').getByRole('alert');

async function expectApart(page: Page, subject: Locator): Promise<void> {
  const [box, about] = [await alert(page).boundingBox(), await subject.boundingBox()];
  if (!box || !about) throw new Error('not on the screen');
  const apart =
    box.x + box.width <= about.x ||
    about.x + about.width <= box.x ||
    box.y + box.height <= about.y ||
    about.y + about.height <= box.y;
  expect(apart, JSON.stringify([box, about])).toBe(true);
  expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1280 && box.y + box.height <= 720).toBe(true);
}

for (const { name, of } of HANDS) {
  test(`a refusal is a box that stays until it is dismissed, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.sample('Moby 1M, hybrid');
    const hands = of(page);
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }));
    await hands.select('decode', 'softmax');
    await page.keyboard.press('Delete');
    await hands.press(page.getByRole('button', { name: 'Export', exact: true }));
    await expect(alert(page)).toContainText('no project can be generated yet');
    await expectAccessible(page, 'a refusal', { within: '[data-testid="notice"]', without: ['region'] });
    // A line that passes goes after eight seconds.
    await page.waitForTimeout(9000);
    await expect(alert(page)).toBeVisible();
    await expectApart(page, page.getByRole('button', { name: 'Export', exact: true }));
    await hands.dismiss();
    await expect(alert(page)).toHaveCount(0);
  });

  test(`Escape dismisses a refusal and nothing else, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.sample('Moby 1M, hybrid');
    const hands = of(page);
    await hands.select('prefill', 'softmax');
    await composer.drop('x.json', '{}');
    await expect(alert(page)).toContainText('x.json was not opened');
    await expectApart(page, composer.instance('prefill', 'softmax'));
    await page.keyboard.press('Escape');
    await expect(alert(page)).toHaveCount(0);
    await expect(composer.instance('prefill', 'softmax')).toHaveClass(/node--selected/);
  });

  test(`ports on one channel, and more than there are: what it means and what to do, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    const hands = of(page);
    await composer.sample('Llama 3.2 1B on V80');
    await hands.panel('Memory');
    const panel = page.getByTestId('panel-memory');
    await hands.press(panel.getByRole('button', { name: 'Decode', exact: true }));
    await expect(panel).toContainText('84 kernel ports on 64 HBM channels: none waits for another in a pass');
    const [first, second] = [0, 1].map((at) => panel.getByLabel(`Bank of decode.linear_all_w${at}`, { exact: true }));
    if (!first || !second) throw new Error('no ports');
    await first.focus();
    await first.selectOption('HBM3');
    await second.focus();
    await second.selectOption('HBM3');
    await expect(panel).toContainText(
      /2 ports of decode share HBM3 in pass \d+ .*: each gets half of its 11\.6 GB\/s.* 64 channels .* memory view/,
    );

    await composer.sample('Llama 3.2 1B on U280');
    await hands.panel('Resources');
    await hands.choose(page.getByTestId('panel-resources').getByLabel('Bitstreams'), 'one: stages add up');
    await hands.panel('Memory');
    await hands.press(panel.getByRole('button', { name: 'Prefill', exact: true }));
    const inDdr = panel.getByLabel('Bank of prefill.constants', { exact: true });
    await expect(inDdr).toContainText('DDR[');
    await inDdr.focus();
    await inDdr.selectOption('HBM[5]');
    // Another port gives way: there are never more than the linker takes.
    await expect(inDdr).toHaveValue('HBM[5]');
    await expect(panel).toContainText('30 of 30 HBM ports');
  });
}

test('a long refusal wraps and scrolls within its box', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.drop(`${'very-long-name-'.repeat(120)}.json`, '{}');
  await expect(alert(page)).toContainText('was not opened');
  const text = alert(page).locator('.notice__text');
  expect(await text.evaluate((box) => box.scrollHeight > box.clientHeight && box.scrollWidth <= box.clientWidth)).toBe(
    true,
  );
  const box = await alert(page).boundingBox();
  expect(box?.height).toBeLessThan(260);
  await text.focus();
  await page.keyboard.press('End');
  await expect.poll(() => text.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
});
