import { expect, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';
import { HANDS } from '../pages/hands.ts';

const past = (page: import('@playwright/test').Page): Promise<number> =>
  page.evaluate(() => window.__composer?.counters.steps ?? -1);

for (const { name, of } of HANDS) {
  test(`a change that breaks the published design is adapted in one step of undo, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    const hands = of(page);
    await composer.open();
    await composer.menu('Open a sample');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Llama 3.2 1B on U280(?!,)/ })
      .first()
      .click();
    await composer.settle();
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }));
    const inspector = page.getByRole('region', { name: 'Inspector' });
    const offer = inspector.getByRole('region', { name: 'Adapt the rest of the design' });
    const errors = page.getByRole('button', { name: /\d+ errors?$/ });
    const adapter = async (lanes: string): Promise<void> => {
      await hands.select('decode', 'lanes_attn');
      await expect(inspector.getByLabel('Output lanes', { exact: true })).toHaveValue(lanes);
      await hands.select('decode', 'linear_all');
    };

    await hands.select('decode', 'linear_all');
    const steps = await past(page);
    const widen = (): Promise<void> =>
      hands.choose(inspector.getByLabel('Block parallelism (BP)', { exact: true }), '32');

    await test.step('what else has to change is named, with what it costs', async () => {
      await widen();
      await expect(errors).toHaveText('1 error');
      await expect(offer).toContainText('Lanes of embedding 16 → 32');
      await expect(offer).toContainText('Lanes of hidden_in 16 → 32');
      await expect(offer).toContainText('Output lanes of lanes_attn 16 → 32');
      await expect(offer).toContainText(
        /In all: a token −\d\.\d+ ms \(−1\d %\), decode at 2\d\d instead of 292 MHz, \+2\d\d k LUT/,
      );
    });

    await test.step('the change can be taken back', async () => {
      await hands.press(offer.getByRole('button', { name: 'Take the change back' }));
      await expect(offer).toHaveCount(0);
      await expect(errors).toHaveCount(0);
    });

    await test.step('change and adaptation are one step', async () => {
      await widen();
      await hands.press(offer.getByRole('button', { name: 'Change and adapt' }));
      await expect(errors).toHaveCount(0);
      await expect(offer).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'Undo: Set bp of linear_all to 32, and adapt' })).toBeEnabled();
      expect(await past(page)).toBe(steps + 2);
      await adapter('32');
      await page.keyboard.press('Control+z');
      await adapter('16');
      await expect(errors).toHaveCount(0);
      await expect(inspector.getByLabel('Block parallelism (BP)', { exact: true })).toHaveValue('16');
    });

    await test.step('every error shows its repairs as buttons, with what they change', async () => {
      await widen();
      await hands.panel('Problems');
      const panel = page.getByRole('tabpanel', { name: /^Problems/ });
      const repair = panel.getByRole('button', { name: 'Adapt the design in 3 places' });
      await expect(repair).toBeVisible();
      await expect(panel).toContainText('Lanes of embedding 16 → 32');
      await expect(panel).toContainText(/then .* ms a token, LUT \d+ %/);
      await hands.press(repair);
      await expect(panel.getByText('No problems: the design can be exported.')).toBeVisible();
    });
  });
}
