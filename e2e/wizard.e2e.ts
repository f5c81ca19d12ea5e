import { expect, test } from '@playwright/test';
import { expectAccessible } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

for (const { name, of } of HANDS) {
  test(`a new design shows its figures before it is made, and they are those it then has, ${name}`, async ({
    page,
  }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    const hands = of(page);
    await hands.menu('New design');
    const dialog = page.getByRole('dialog', { name: 'New design' });
    const preview = dialog.getByRole('region', { name: 'Figures before it is made' });
    const decode = preview.getByText(/tokens\/s/);
    await expect(preview).toContainText(/Fits within the recommended limits: LUT \d+ %/);
    await expect(preview).toContainText('MHz expected');
    const before = await decode.textContent();

    await hands.choose(dialog.getByLabel('Decode', { exact: true }), 'Spatial: hardware for every operation');
    await expect(decode).not.toHaveText(before ?? '');
    await hands.choose(dialog.getByLabel('Target'), 'Alveo V80');
    await expect(preview).toContainText('of 300 MHz');
    await expectAccessible(page, 'figures before a design is made', { within: '.dialog' });

    // What will not do is said before anything is made.
    await hands.write(dialog.getByLabel('Prompt tokens'), '4000');
    await expect(preview.getByRole('alert')).toContainText(/^As composed it has \d+ errors?: .*4,?\d\d\d/);
    await hands.write(dialog.getByLabel('Prompt tokens'), '100');
    await expect(preview.getByRole('alert')).toHaveCount(0);
    await expect(preview).toContainText('100 prompt tokens');
    await hands.choose(dialog.getByLabel('Prefill', { exact: true }), 'Empty: compose it yourself');
    await expect(preview).toContainText('Prefill: no figures, its canvas will be empty.');
    await hands.choose(dialog.getByLabel('Prefill', { exact: true }), 'Hybrid: reuse where hardware would idle');
    await expect(preview).toContainText('Time to first token');
    const [first, speed] = await preview.locator('dd strong').allTextContents();

    await hands.press(dialog.getByRole('button', { name: 'Create design' }));
    await hands.panel('Time');
    await expect(page.getByTestId('time-decode')).toHaveText(speed ?? '');
    await expect(page.getByTestId('time-ttft')).toContainText(first ?? '');
  });
}
