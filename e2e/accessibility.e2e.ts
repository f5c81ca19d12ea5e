import { expect, type Page, test } from '@playwright/test';
import { DIALOG_NAMES, type DialogName } from '../src/ui/dialogs/dialogs.ts';
import { violations } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';

/** How every dialog is opened; one that is not here does not compile. */
const OPEN: Readonly<Record<DialogName, string | ((page: Page) => Promise<void>)>> = {
  new: 'New design',
  samples: 'Open a sample',
  shortcuts: 'Keyboard shortcuts',
  commands: (page) => page.keyboard.press('Control+k'),
  find: (page) => page.keyboard.press('Control+f'),
  'quick-add': async (page) => {
    await page.keyboard.press('c');
    await page.keyboard.press('Space');
  },
  connect: (page) => page.keyboard.press('w'),
  recipe: 'Edit the recipe',
  recover: 'Recover an earlier state',
  compare: 'Compare with another design',
  help: async (page) => {
    await page.getByTestId('instance:prefill:linear_kq').click();
    await page.keyboard.press('F1');
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing (${colorScheme})`, () => {
    test.use({ colorScheme, viewport: { width: 1280, height: 720 } });

    test('on both canvases, in every view and panel', async ({ page }) => {
      const composer = new ComposerPage(page);
      await composer.open();
      await composer.view('Both');
      expect(await violations(page), 'start').toEqual([]);
      await composer.view('Prefill');
      await composer.select('prefill', 'linear_kq');
      const views = await page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab').allTextContents();
      expect(views.length).toBeGreaterThanOrEqual(8);
      for (const view of views) {
        await page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name: view }).click();
        if (view === 'Code') await expect(page.getByTestId('code-pane').locator('.view-line').first()).toBeVisible();
        await composer.settle();
        expect(await violations(page), view).toEqual([]);
      }
      for (const panel of ['Outline', 'History', 'Modules']) {
        await page.getByRole('tab', { name: panel, exact: true }).click();
        await composer.settle();
        expect(await violations(page), panel).toEqual([]);
      }
      await composer.canvas('prefill').press('Escape');
      await composer.select('prefill', 'linear_kq');
      await composer.instance('prefill', 'linear_kq').click({ button: 'right' });
      await expect(page.getByRole('menu')).toBeVisible();
      expect(await violations(page, ['region']), 'context menu').toEqual([]);
      await page.keyboard.press('Escape');
      await composer.canvas('prefill').locator('.react-flow__edge').first().click({ force: true });
      expect(await violations(page), 'a stream').toEqual([]);
    });

    test('on problems, repairs, a broken instance and an empty canvas', async ({ page }) => {
      const composer = new ComposerPage(page);
      await composer.open();
      await composer.view('Prefill');
      await composer.select('prefill', 'linear_kq');
      await page.keyboard.press('Delete');
      await composer.tab('Problems');
      expect(await violations(page), 'problems').toEqual([]);
      await page.getByRole('button', { name: /Nothing is connected to input/ }).first().click();
      await expect(page.getByRole('group', { name: 'Repairs' })).toBeVisible();
      expect(await violations(page), 'a broken instance').toEqual([]);
      await composer.menu('New design');
      await page.getByRole('dialog').getByLabel('Prefill').selectOption('empty');
      await page.getByRole('button', { name: 'Create design' }).click();
      await expect(page.getByRole('heading', { name: 'Prefill is empty' })).toBeVisible();
      expect(await violations(page), 'empty').toEqual([]);
    });

    test('in any dialog', async ({ page }) => {
      const composer = new ComposerPage(page);
      await composer.open();
      for (const name of DIALOG_NAMES) {
        const open = OPEN[name];
        if (typeof open === 'string') await composer.menu(open);
        else await open(page);
        await expect(page.getByRole('dialog'), name).toBeVisible();
        await composer.settle();
        expect(await violations(page), name).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog'), name).toHaveCount(0);
      }
    });
  });
}
