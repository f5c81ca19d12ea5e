import { expect, test, type Page } from '@playwright/test';
import { HANDS } from './pages/hands.ts';
import { opened } from './pages/opened.ts';

/** What is said about a design at a glance, in the header, in the strip and above the panels, is true. */

const speed = (page: Page) => page.getByRole('button', { name: /^first token/ });

for (const { name, of } of HANDS) {
  test(`a clock above what can be expected does not make a design faster, ${name}`, async ({ page }) => {
    await opened(page, /^Llama 3.2 1B on U280/);
    const hands = of(page);
    const clock = page.getByRole('region', { name: 'Inspector' }).getByLabel('Decode clock, MHz');
    const above = page.getByRole('button', { name: /above what can be expected/ });
    const strip = page.getByRole('region', { name: 'The whole system' });
    const rate = page.getByTestId('time-decode');
    const enter = async (megahertz: string): Promise<void> => {
      await hands.write(clock, megahertz);
      await hands.panel('Time');
    };

    await expect(speed(page)).toBeVisible();
    await expect(above).toHaveCount(0);
    await enter('305');
    await expect(page.getByRole('tabpanel', { name: /^Time/ })).toContainText(
      '305 MHz entered, 175 to 305 MHz expected',
    );
    await expect(above).toHaveCount(0);
    const [chip, figure] = [await speed(page).textContent(), await rate.textContent()];

    await enter('400');
    await expect(above).toHaveText('at 305 of 400 MHz');
    await expect(above).toHaveClass(/verdict--amber/);
    await expect(above).toHaveAccessibleName(/decode 400 MHz entered, 175 to 305 MHz expected/);
    await expect(speed(page)).toHaveText(chip ?? '');
    await expect(rate).toHaveText(figure ?? '');
    await expect(strip).toContainText('at 305 of 400 MHz');
    await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('Figures of decode are at 305 MHz.');
    await hands.press(above);
    await expect(page.getByTestId('panel-resources')).toContainText('above what is to be expected: 175 to 305 MHz');
    await hands.undo();
    await expect(above).toHaveCount(0);
  });
}

for (const { name, of } of HANDS) {
  test(`what fits is said of every SLR, and a switch that changes the speed says why, ${name}`, async ({ page }) => {
    await opened(page, /^Llama 3.2 1B on U280/);
    const hands = of(page);
    await hands.panel('Resources');
    const panel = page.getByTestId('panel-resources');
    const why = panel.getByRole('status', { name: 'What the switch changed' });
    const fit = page.getByRole('button', { name: /^Fits within the recommended limits: / });

    await expect(fit).toBeVisible();
    await hands.choose(panel.getByLabel('Kernels'), 'one per SLR');
    const chip = page.getByRole('button', {
      name: /^Fits, but is fuller than recommended: Decode: LUT 71 % of SLR0\./,
    });
    await expect(chip).toHaveText('Decode: LUT 71 % of SLR0');

    await hands.choose(panel.getByLabel('Bitstreams'), 'one: stages add up');
    await expect(why).toContainText(/Slower\. Prefill 1\.6\d s → \d\.\d+ s: .* from HBM to DDR/);
    await expect(why).toContainText('175 instead of 304 MHz can be expected');
    await expect(page.getByRole('button', { name: /^Does not fit: LUT 1\d\d % of SLR\d\./ })).toBeVisible();
    await expect(panel).toContainText(/Does not fit\. LUT at 1\d\d % of SLR\d, it does not fit\./);
    await hands.undo(2);
    await expect(why).toBeEmpty();
    await expect(fit).toBeVisible();
  });
}

test('the worst cause comes first, and of the stage that has it', async ({ page }) => {
  await opened(page, /^Llama 3.2 1B on V80/);
  const chip = page.getByRole('button', { name: /^Fits, but is fuller than recommended: Decode: SLR wires/ });
  await expect(chip).toHaveText(/Decode: SLR wires \d\d %/);
  await chip.click();
  await expect(page.getByTestId('panel-resources')).toContainText(
    /Fits, but is fuller than recommended\. Decode: 1\d,\d{3} wires .* Decode: \w+ at \d+ % of SLR2/,
  );
});

for (const { name, of } of HANDS) {
  test(`what would make a figure better is sorted by gain, and is done by a click, ${name}`, async ({ page }) => {
    await opened(page, /hybrid/);
    const hands = of(page);
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }));
    await hands.panel('Roofline');
    const figure = page.getByTestId('panel-roofline').getByRole('button', { name: /tokens\/s$/ });
    const rate = async (): Promise<number> => Number((await figure.textContent())?.replace(/[^\d.]/g, ''));
    const before = await rate();
    await hands.press(figure);
    const list = page.getByRole('dialog').getByRole('region', { name: 'What would make decode faster' });
    const rows = list.getByRole('listitem').filter({ visible: true });
    const best = list.getByRole('button', {
      name: /^Apply linear_all: Weight parallelism \(WP\) 8 → 16: \+1,4\d\d tokens\/s$/,
    });
    await expect(best).toBeVisible({ timeout: 30_000 });
    const gain = /\+([\d,]+) tokens\/s/.exec((await best.getAttribute('aria-label')) ?? '')?.[1] ?? '';
    await expect(rows.first()).toContainText(`+${gain} tokens/s`);
    for (const row of await rows.all()) await expect(row).toContainText(/\+[\d.,]+ tokens\/s/);
    await hands.press(list.getByText('Steps that do harm'));
    await expect(rows.last()).toContainText(/−[\d.,]+ tokens\/s/);
    await hands.press(best);
    await expect(page.getByRole('button', { name: 'Undo: Set wp of linear_all to 16' })).toBeEnabled();
    await expect.poll(rate).toBeCloseTo(before + Number(gain.replace(',', '')), -1);
    await page.keyboard.press('Escape');
    await hands.undo();
    await expect.poll(rate).toBe(before);
  });
}
