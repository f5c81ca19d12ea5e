import { expect, type Page, test } from '@playwright/test';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

const analyses = (page: Page): Promise<number> => page.evaluate(() => window.__composer?.counters.analyses ?? 0);

async function start(page: Page): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.menu('Open a sample');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Llama 3.2 1B on V80/ })
    .click();
  await composer.settle();
  return composer;
}

const open = (page: Page, tab: string) => page.getByRole('tab', { name: tab }).click();

test('the roofline moves with the slider and never analyses', async ({ page }) => {
  await start(page);
  await open(page, 'Roofline');
  const panel = page.getByTestId('panel-roofline');
  await panel.getByRole('button', { name: 'Decode', exact: true }).click();
  const stage = panel.getByTestId('roofline-stage');
  await expect(stage).toContainText('per token at 1,536');
  const before = await analyses(page);
  const text = await stage.textContent();
  const slider = panel.getByRole('slider', { name: 'Context' });
  await slider.focus();
  for (let index = 0; index < 20; index += 1) await page.keyboard.press('PageDown');
  await expect(stage).not.toHaveText(text ?? '');
  await slider.fill('64');
  await expect(stage).toContainText('per token at 64');
  expect(await analyses(page)).toBe(before);
});

test('dots and instances are selected by click and by keyboard', async ({ page }) => {
  const composer = await start(page);
  await composer.view('Decode');
  await open(page, 'Roofline');
  const panel = page.getByTestId('panel-roofline');
  await panel.locator('g.dot[data-key^="scores/"]').click();
  await expect(page.locator('#inspector').getByLabel('Instance name')).toHaveValue('scores');
  await panel.getByRole('button', { name: /down_proj linear_all/ }).focus();
  await expect(panel.getByText(/linear_all\/down_proj reaches .* It hits this wall/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.locator('#inspector').getByLabel('Instance name')).toHaveValue('linear_all');
  await open(page, 'Resources');
  await page.getByTestId('panel-resources').getByRole('button', { name: 'softmax', exact: true }).click();
  await expect(page.locator('#inspector').getByLabel('Instance name')).toHaveValue('softmax');
});

test('platform, SLR and bank are undoable choices', async ({ page }) => {
  const composer = await start(page);
  await open(page, 'Resources');
  const resources = page.getByTestId('panel-resources');
  await resources.getByLabel('Platform', { exact: true }).selectOption('slash_v1');
  await expect(resources.getByText('Does not fit', { exact: false }).first()).toBeVisible();
  await composer.undo();
  await expect(resources.getByText('Fits, but is fuller than recommended')).toBeVisible();
  await resources.getByLabel('SLR of linear_gate').selectOption('0');
  await expect(resources.getByLabel('SLR of linear_gate')).toHaveValue('0');
  await composer.undo();
  await expect(resources.getByLabel('SLR of linear_gate')).toHaveValue('auto');

  await open(page, 'Memory');
  const memory = page.getByTestId('panel-memory');
  await memory.getByRole('button', { name: 'Decode', exact: true }).click();
  const choice = memory.getByLabel('Bank of decode.linear_all_w0');
  await choice.focus();
  await choice.selectOption('HBM63');
  await expect(choice).toHaveValue('HBM63');
  await expect(memory.getByText('1 port is placed by hand')).toBeVisible();
  await composer.undo();
  await expect(choice).toHaveValue('automatic');
  await memory.getByRole('row', { name: /linear_all_w0/ }).dragTo(memory.getByTestId('bank:HBM5'));
  await expect(choice).toHaveValue('HBM5');
});

test('a figure explains itself, with what would change it', async ({ page }) => {
  await start(page);
  await open(page, 'Memory');
  await page.getByTestId('panel-memory').getByRole('button', { name: 'Decode', exact: true }).click();
  await page.getByRole('button', { name: /^decode\.linear_all_w0: .*ask where/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('demand = word bytes x clock x duty');
  const levers = dialog.getByRole('region', { name: 'What would make decode faster' });
  await levers.getByText('Steps that do harm').click({ timeout: 30_000 });
  await expect(
    levers
      .getByRole('listitem')
      .filter({ hasText: /−\d+ tokens\/s.* → / })
      .first(),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('plots and tables are saved', async ({ page }) => {
  await start(page);
  await open(page, 'Roofline');
  for (const [kind, ending] of [
    ['SVG', 'svg'],
    ['PNG', 'png'],
    ['CSV', 'csv'],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Save Roofline of prefill as ${kind}` }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`llama-3.2-1b-v80-roofline-prefill.${ending}`);
  }
});

test('heat names the instance that works most', async ({ page }) => {
  const composer = await start(page);
  await composer.view('Decode');
  await page.getByLabel('Colour of the nodes in decode').selectOption('time');
  await expect(page.getByRole('button', { name: /linear_all works most/ })).toBeVisible();
  await expect(composer.instance('decode', 'linear_all')).toHaveClass(/heat--5/);
});

for (const { title } of SAMPLES) {
  test(`Time, Roofline and Schedule say in the same words what limits ${title}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.sample(title);
    for (const stage of ['Prefill', 'Decode'] as const) {
      await composer.view(stage);
      const said: (string | null)[] = [];
      for (const tab of ['Time', 'Roofline', 'Schedule']) {
        await open(page, tab);
        const limit = page.getByTestId(`limit-${stage.toLowerCase()}`);
        await expect(limit).toContainText(`${stage} is limited by `);
        said.push(await limit.textContent());
      }
      expect(new Set(said).size).toBe(1);
      const [, instance = ''] = /limited by (\w+) \(/.exec(said[0] ?? '') ?? [];
      await expect(page.locator('.schedule__cell--bottleneck').filter({ visible: true }).first()).toBeVisible();
      const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: instance, exact: true }) });
      await expect(row.locator('.schedule__cell--bottleneck').first()).toHaveAttribute(
        'title',
        /compute: it (takes|works) \d|memory: port \w/,
      );
    }
  });
}

for (const { name, of } of HANDS) {
  test(`every figure of Time says where it comes from, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    const hands = of(page);
    await hands.panel('Time');
    const time = page.getByRole('region', { name: 'Time', exact: true });
    await expect(time.getByTestId('time-decode')).toContainText('tokens/s');
    // Whatever has digits is a figure that can be asked, or says of what the figures are.
    const unasked = await time.evaluate((view) =>
      [...view.querySelectorAll('.figure__value, td.figures__number, .time__clock dd')]
        .filter((cell) => /\d/.test(cell.textContent ?? '') && !cell.querySelector('button.explained'))
        .map((cell) => cell.textContent),
    );
    expect(unasked).toEqual([]);
    const figures = time.locator('button.explained');
    const count = await figures.count();
    expect(count).toBeGreaterThan(30);
    const dialog = page.getByRole('dialog');
    // By mouse all of them; by keyboard, a way of tabs each, one of every kind.
    const all = [...Array(count).keys()];
    const some = name === 'by mouse' ? all : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    for (const index of some) {
      await hands.press(figures.nth(index));
      await expect(dialog.locator('.explain__formula')).not.toBeEmpty();
      await expect(dialog.locator('.explain__values dd').first()).not.toBeEmpty();
      await expect(dialog.locator('.explain__source')).not.toBeEmpty();
      await expect(dialog.locator('.mark')).toHaveText(/^(counted|modelled|measured by others)$/);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(figures.nth(index)).toBeFocused();
    }
  });
}
