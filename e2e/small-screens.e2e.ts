import { expect, type Locator, type Page, test } from '@playwright/test';
import { DIALOG_NAMES, type DialogName } from '../src/ui/state/dialogs.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';
import { expectReachable, expectTidy } from './pages/layout.ts';

/** A window of 1280 x 720 at 200 % zoom is one of 640 x 360. */
const SIZES = [
  { what: '1280 x 720 at 200 % zoom', viewport: { width: 640, height: 360 } },
  { what: 'a telephone', viewport: { width: 390, height: 844 } },
  { what: '1280 x 720', viewport: { width: 1280, height: 720 } },
];

const nav = (page: Page) => page.getByRole('navigation', { name: 'Parts of the window' });
const small = (page: Page): boolean => (page.viewportSize()?.width ?? 0) < 900;

async function part(page: Page, name: 'Modules' | 'Canvas' | 'Inspector' | 'Views'): Promise<void> {
  if (small(page)) await nav(page).getByRole('button', { name }).click();
}

async function more(page: Page): Promise<void> {
  if (small(page)) await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
}

/** How every dialog is opened; one that is not here does not compile. */
const OPEN: Readonly<Record<DialogName, string>> = {
  start: 'Start page',
  new: 'New design',
  samples: 'Open a sample',
  shortcuts: 'Keyboard shortcuts',
  commands: '',
  find: 'Find on the canvases',
  'quick-add': 'Add a module',
  connect: 'Connect',
  recipe: 'Edit the recipe',
  recover: 'Recover an earlier state',
  compare: 'Compare with another design',
  help: 'About the selected module',
  glossary: 'Glossary',
};

/** What steps of the tour ask for must be there to be done beside its card. */
const TASKS: Readonly<Record<number, (page: Page) => Locator>> = {
  1: (page) => page.getByRole('banner').getByRole('button', { name: 'Decode', exact: true }),
  3: (page) => page.getByLabel('Weight parallelism (WP)', { exact: true }),
  5: (page) => page.getByLabel('Token parallelism (TP)', { exact: true }),
  6: (page) => page.getByRole('tab', { name: 'Roofline' }),
  7: (page) => page.getByRole('button', { name: 'Next pass' }),
  8: (page) => page.getByRole('tab', { name: 'Time' }),
};

for (const { what, viewport } of SIZES) {
  test.describe(what, () => {
    test.use({ viewport });

    test('every part of the window is reached, and nothing overlaps or is cut', async ({ page }) => {
      const composer = new ComposerPage(page);
      await composer.open();
      const banner = page.getByRole('banner');
      await expectTidy(page, 'the canvas');
      for (const name of ['Zoom in', 'Zoom out', 'Show all', 'Minimap', 'Tidy up'])
        await expectReachable(page, composer.canvas('prefill').getByRole('button', { name }), name);
      await expectReachable(page, page.getByLabel('Colour of the nodes in prefill'), 'heat');
      for (const name of ['Design', 'Prefill', 'Both', 'Decode'])
        await expectReachable(page, banner.getByRole('button', { name, exact: true }), name);
      await more(page);
      await expectTidy(page, 'the header');
      await expectReachable(page, page.getByLabel('Name of the design'), 'the name');
      for (const name of [/^first token/, /LUT/, 'Help', 'Theme', 'Export'])
        await expectReachable(page, banner.getByRole('button', { name, exact: typeof name === 'string' }), `${name}`);
      const strip = page.getByRole('region', { name: 'The whole system' });
      for (const name of [/^Prefill/, /^KV cache/, /^Decode/])
        await expectReachable(page, strip.getByRole('button', { name }), `strip ${name}`);
      if (small(page)) await page.keyboard.press('Escape');
      if (small(page)) await expect(strip).toHaveCount(0);

      await part(page, 'Modules');
      for (const name of ['Modules', 'Outline', 'History']) {
        const tab = page.getByRole('tab', { name, exact: true });
        await expectReachable(page, tab, name);
        await tab.click();
        await composer.settle();
        await expectTidy(page, name);
      }
      await page.getByRole('tab', { name: 'Modules', exact: true }).click();
      await expectReachable(page, page.getByTestId('palette:fork'), 'the last of the modules');

      await part(page, 'Canvas');
      await banner.getByRole('button', { name: 'Both', exact: true }).click();
      await composer.settle();
      await expectTidy(page, 'both canvases');
      await banner.getByRole('button', { name: 'Prefill', exact: true }).click();

      await part(page, 'Views');
      const tabs = page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab');
      expect(await tabs.count()).toBeGreaterThanOrEqual(9);
      for (let index = 0; index < (await tabs.count()); index += 1) {
        const tab = tabs.nth(index);
        const name = (await tab.textContent()) ?? '';
        await expectReachable(page, tab, name);
        await tab.click();
        await expect(page.getByRole('tabpanel', { name: new RegExp(`^${name.replace(/\d+$/, '')}`) })).toBeVisible();
        if (/^Code/.test(name)) await expect(page.getByTestId('code-pane').locator('.view-line').first()).toBeVisible();
        await composer.settle();
        await expectTidy(page, name);
      }
    });

    test('every dialog and menu is within the window', async ({ page }) => {
      test.setTimeout(240_000);
      const composer = new ComposerPage(page);
      await composer.open();
      await composer.instance('prefill', 'embedding').click();
      for (const name of DIALOG_NAMES) {
        await page.keyboard.press('Control+k');
        const commands = page.getByRole('dialog', { name: 'All commands' });
        await expect(commands.getByRole('combobox')).toBeFocused();
        if (name !== 'commands') {
          await page.keyboard.insertText(OPEN[name]);
          await commands.getByRole('option').first().click();
          await expect(commands).toHaveCount(0);
        }
        const dialog = page.getByRole('dialog');
        await expect(dialog, name).toBeVisible();
        await composer.settle();
        await expectTidy(page, name);
        const controls = dialog.locator('button:visible:enabled, input:visible, select:visible');
        const count = await controls.count();
        for (const index of new Set([0, Math.floor(count / 2), count - 1]))
          if (index >= 0) await expectReachable(page, controls.nth(index), `${name}, control ${index}`);
        await page.keyboard.press('Escape');
        await expect(dialog, name).toHaveCount(0);
      }
      for (const name of ['Design', 'Help', 'Theme']) {
        const button = page.getByRole('button', { name, exact: true });
        if ((await button.count()) === 0) await more(page);
        await button.click();
        await expect(page.getByRole('menu')).toBeVisible();
        for (const item of [
          page.getByRole('menu').locator('[role^="menuitem"]').first(),
          page.getByRole('menu').locator('[role^="menuitem"]').last(),
        ])
          await expectReachable(page, item, `${name}, ${await item.textContent()}`);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('menu')).toHaveCount(0);
      }
    });

    test('the start page and the tour are within the window', async ({ page }) => {
      const composer = new ComposerPage(page);
      await composer.open();
      await more(page);
      await composer.help('Start page');
      await expectTidy(page, 'start page');
      const start = page.getByRole('dialog', { name: 'FlexLLM Composer' });
      for (const button of await start.getByRole('button').all())
        await expectReachable(page, button, `${await button.textContent()}`);
      await start.getByRole('button', { name: /^Take the tour/ }).click();
      const tour = page.getByRole('dialog').filter({ hasText: /Step \d of/ });
      for (let step = 1; step <= 8; step += 1) {
        await expect(tour).toContainText(`Step ${step} of 8`);
        await composer.settle();
        for (const button of await tour.getByRole('button').all())
          await expectReachable(page, button, `step ${step}, ${await button.textContent()}`);
        await expect(tour.locator('.tour__task')).toBeInViewport();
        await expectTidy(page, `step ${step}`);
        if (step === 7) await page.getByRole('tab', { name: 'Schedule' }).click();
        const asked = TASKS[step];
        if (asked) await expectReachable(page, asked(page), `what step ${step} asks for`);
        await tour.getByRole('button', { name: /^(Skip|Next|Finish)$/ }).click();
      }
      await expect(tour).toHaveCount(0);
    });

    for (const { name, of } of HANDS) {
      test(`a parameter is changed and its figure read, ${name}`, async ({ page }) => {
        const hands = of(page);
        const composer = new ComposerPage(page);
        await composer.open();
        const go = async (to: 'Canvas' | 'Inspector' | 'Views'): Promise<void> => {
          if (small(page)) await hands.press(nav(page).getByRole('button', { name: to }));
        };
        await hands.press(page.getByRole('banner').getByRole('button', { name: 'Decode', exact: true }));
        await composer.settle();
        if (name === 'by mouse') {
          await composer.fit('decode');
          await composer.instance('decode', 'linear_all').click();
        } else await hands.select('decode', 'linear_all');
        await go('Inspector');
        await hands.choose(page.getByLabel('Weight parallelism (WP)', { exact: true }), '16');
        await go('Views');
        await hands.panel('Time');
        await expect(page.getByRole('tabpanel', { name: /^Time/ })).toContainText(/7,8\d\d/);
        await hands.undo();
        await expect(page.getByRole('tabpanel', { name: /^Time/ })).toContainText(/6,3\d\d/);
      });
    }
  });
}
