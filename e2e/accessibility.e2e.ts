import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { sampleById } from '../src/core/templates/samples.ts';
import { DIALOG_NAMES, type DialogName } from '../src/ui/state/dialogs.ts';
import { expectAccessible } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';

/** Every screen, in both themes. Parts that a step does not touch are checked with the whole page, once. */
test.use({ viewport: { width: 1280, height: 720 } });

const REPORT = fileURLToPath(new URL('./fixtures/report.json', import.meta.url));
const PROBE = fileURLToPath(new URL('./fixtures/probe.json', import.meta.url));
const LOWER = '.lower';
const INSPECTOR = '#inspector';
const SIDE = '.side-tabs';
const DIALOG = '[role="dialog"]';

/** How every dialog is opened; one that is not here does not compile. */
const OPEN: Readonly<Record<DialogName, string | ((page: Page) => Promise<void>)>> = {
  start: (page) => new ComposerPage(page).help('Start page'),
  glossary: (page) => new ComposerPage(page).help('Glossary'),
  new: 'New design',
  samples: 'Open a sample',
  shortcuts: (page) => new ComposerPage(page).help('Keyboard shortcuts'),
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

async function started(page: Page): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  return composer;
}

const view = (page: Page, name: string) =>
  page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name }).click();

async function paneClick(composer: ComposerPage, button: 'left' | 'right'): Promise<void> {
  await composer
    .canvas('prefill')
    .locator('.react-flow__pane')
    .click({ button, position: { x: 14, y: 240 } });
}

test('axe finds nothing on the canvases, in any view and panel', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Both');
  await expectAccessible(page, 'both canvases');
  await page.getByRole('button', { name: 'Canvases one above the other' }).click();
  await composer.settle();
  await expectAccessible(page, 'one above the other', { within: 'main' });
  await composer.view('Prefill');
  await composer.select('prefill', 'linear_kq');
  await expectAccessible(page, 'an instance', { within: INSPECTOR });
  const views = await page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab').allTextContents();
  expect(views.length).toBeGreaterThanOrEqual(8);
  for (const name of views) {
    await view(page, name);
    if (name === 'Code') await expect(page.getByTestId('code-pane').locator('.view-line').first()).toBeVisible();
    await composer.settle();
    await expectAccessible(page, name, { within: LOWER });
  }
  await view(page, 'Schedule');
  for (const panel of ['Outline', 'History', 'Modules']) {
    await page.getByRole('tab', { name: panel, exact: true }).click();
    await composer.settle();
    await expectAccessible(page, panel, { within: SIDE });
  }
  await composer.canvas('prefill').locator('.react-flow__edge').first().click({ force: true });
  await expectAccessible(page, 'a stream', { within: INSPECTOR });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await expectAccessible(page, 'many selected', { within: INSPECTOR });
});

test('axe finds nothing in menus, while presenting, and in what is read-only', async ({ page }) => {
  const composer = await started(page);
  await page.getByRole('button', { name: 'Design', exact: true }).click();
  await expectAccessible(page, 'menu of the design');
  await page.keyboard.press('Escape');
  await composer.instance('prefill', 'linear_kq').click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu of an instance', { without: ['region'] });
  await page.keyboard.press('Escape');
  await paneClick(composer, 'right');
  await expectAccessible(page, 'menu of a canvas', { within: '[role="menu"]', without: ['region'] });
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await expect(page.getByRole('navigation', { name: 'Presentation' })).toBeVisible();
  await expectAccessible(page, 'presenting');
  await page.getByRole('button', { name: 'End the presentation' }).click();
  await composer.drop('newer.json', JSON.stringify({ ...sampleById('moby-u280')?.design(), version: 2 }));
  await expect(page.locator('.read-only')).toContainText('newer version');
  await expectAccessible(page, 'read-only');
});

test('axe finds nothing in problems, repairs, a broken instance and an empty design', async ({ page }) => {
  const composer = await started(page);
  await composer.select('prefill', 'linear_kq');
  await page.keyboard.press('Delete');
  await composer.tab('Problems');
  await expectAccessible(page, 'problems');
  await page
    .getByRole('button', { name: /Nothing is connected to input/ })
    .first()
    .click();
  await expect(page.getByRole('group', { name: 'Repairs' }).first()).toBeVisible();
  await expectAccessible(page, 'a broken instance', { within: 'main' });
  await composer.canvas('prefill').press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect(page.getByRole('heading', { name: 'Prefill is empty' })).toBeVisible();
  await expectAccessible(page, 'empty', { within: 'main' });
  await view(page, 'Roofline');
  await expectAccessible(page, 'a dashboard of an empty design', { within: LOWER });
});

test('axe finds nothing in any dialog and in the tour', async ({ page }) => {
  const composer = await started(page);
  for (const name of DIALOG_NAMES) {
    const open = OPEN[name];
    if (typeof open === 'string') await composer.menu(open);
    else await open(page);
    await expect(page.getByRole('dialog'), name).toBeVisible();
    await composer.settle();
    await expectAccessible(page, name, { within: DIALOG });
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog'), name).toHaveCount(0);
  }
  await composer.help('Take the tour');
  await expect(page.getByRole('dialog')).toBeFocused();
  await expectAccessible(page, 'the tour');
});

test('axe finds nothing in the estimates of a large design and in the report of a build', async ({ page }) => {
  const composer = await started(page);
  await view(page, 'Build');
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('panel-build').getByRole('button', { name: 'Open report.json or probe.json…' }).click();
  await (await chooser).setFiles({ name: 'report.json', mimeType: 'application/json', buffer: readFileSync(REPORT) });
  await expect(page.getByTestId('panel-build')).toContainText('linear_all');
  await expectAccessible(page, 'build', { within: LOWER });
  const answers = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Close the report' }).click();
  await page.getByTestId('panel-build').getByRole('button', { name: 'Open report.json or probe.json…' }).click();
  await (await answers).setFiles({ name: 'probe.json', mimeType: 'application/json', buffer: readFileSync(PROBE) });
  await expect(page.getByTestId('panel-build')).toContainText('does not hold');
  await expectAccessible(page, 'answers of the tools', { within: LOWER });
  await composer.sample('Llama 3.2 1B on V80');
  for (const [name, panel] of [
    ['Roofline', 'roofline'],
    ['Resources', 'resources'],
    ['Memory', 'memory'],
    ['Published', 'compare'],
  ] as const) {
    await view(page, name);
    await expect(page.getByTestId(`panel-${panel}`).getByRole('button').nth(3)).toBeVisible();
    await expectAccessible(page, name, { within: LOWER });
  }
  await page.getByLabel('Colour of the nodes in prefill').selectOption('dsp');
  await page
    .getByRole('button', { name: /ask where this comes from/ })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'an explained figure, and heat');
});

test('axe finds nothing in groups and notes', async ({ page }) => {
  const composer = await started(page);
  await composer.select('prefill', 'linear_gate');
  await composer.instance('prefill', 'silu').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+g');
  await expect(page.getByLabel('Title of the group')).toBeFocused();
  await page.keyboard.type('Gate');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Gate', level: 2 })).toBeVisible();
  await expectAccessible(page, 'an open group', { within: 'main' });
  await page.getByRole('button', { name: 'Collapse', exact: true }).click();
  await page.keyboard.press('o');
  await expectAccessible(page, 'a collapsed group and the outline', { within: 'main' });
  await paneClick(composer, 'left');
  await page.keyboard.press('n');
  await expect(page.getByRole('textbox', { name: 'Text of the note' })).toBeFocused();
  await expectAccessible(page, 'a note that is written', { within: 'main' });
  await page.keyboard.type('# Title\ntext and `code`');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('note:prefill:note')).toContainText('Title');
  await expectAccessible(page, 'a note', { within: 'main' });
});
