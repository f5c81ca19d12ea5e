import { expect, test } from '@playwright/test';
import { violations } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing (${colorScheme})`, async ({ browser, baseURL }) => {
    test.setTimeout(180_000);
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 720 }, ...(baseURL ? { baseURL } : {}) });
    const page = await context.newPage();
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Both');
    expect(await violations(page), 'start').toEqual([]);
    await composer.view('Prefill');
    await composer.select('prefill', 'linear_kq');
    for (const tab of ['Time', 'Problems', 'Code', 'Schedule'] as const) {
      await composer.tab(tab);
      if (tab === 'Code') await expect(page.getByTestId('code-pane').locator('.view-line').first()).toBeVisible();
      expect(await violations(page), tab).toEqual([]);
    }
    await page.keyboard.press('Delete');
    await composer.tab('Problems');
    expect(await violations(page), 'problems').toEqual([]);
    await page.getByRole('button', { name: /input in of|output out of|Nothing is connected/i }).first().click();
    expect(await violations(page), 'a broken instance').toEqual([]);
    for (const item of ['New design', 'Open a sample', 'Keyboard shortcuts']) {
      await composer.menu(item);
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await violations(page), item).toEqual([]);
      await page.keyboard.press('Escape');
    }
    await composer.menu('New design');
    await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
    await page.getByRole('button', { name: 'Create design' }).click();
    expect(await violations(page), 'empty').toEqual([]);
    await context.close();
  });
}
