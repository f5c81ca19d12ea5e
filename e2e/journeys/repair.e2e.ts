import { expect, type Locator, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';
import { HANDS } from '../pages/hands.ts';

for (const { name, of } of HANDS) {
  test(`a design is broken in five ways, and each is repaired from the problems panel, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    const hands = of(page);
    await composer.open();
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Prefill' }));
    const inspector = page.getByRole('region', { name: 'Inspector' });
    const panel = page.getByRole('tabpanel', { name: /^Problems/ });
    const errors = page.getByRole('button', { name: /\d+ errors?$/ });

    /** Chooses problems and takes a repair of each until there are none; what is chosen is brought into view and selected. */
    const repair = async (...steps: readonly (readonly [problem: RegExp, repair: RegExp])[]): Promise<void> => {
      await hands.panel('Problems');
      for (const [problem, remedy] of steps) {
        const item = panel.getByRole('listitem').filter({ has: page.getByRole('button', { name: problem }) });
        await hands.press(item.first().getByRole('button', { name: problem }));
        await hands.press(item.first().getByRole('button', { name: remedy }).first());
      }
      await expect(panel.getByText('No problems: the design can be exported.')).toBeVisible();
      await expect(errors).toHaveCount(0);
    };
    const broken = (count: number | RegExp): Promise<void> =>
      expect(errors).toHaveText(typeof count === 'number' ? `${count} ${count === 1 ? 'error' : 'errors'}` : count);
    const field = (label: string): Locator => inspector.getByLabel(label, { exact: true });

    await test.step('an instance is deleted', async () => {
      await hands.select('prefill', 'silu');
      await hands.press(inspector.getByRole('button', { name: 'Delete', exact: true }));
      await broken(2);
      await repair([/Nothing is connected to input 'gate' of 'gate_product/, /^Add SiLU/]);
    });

    await test.step('a stream is disconnected', async () => {
      await hands.select('prefill', 'gate_product');
      await hands.press(inspector.getByRole('button', { name: /^Disconnect input .* of product$/ }).last());
      await broken(2);
      await repair([/leads nowhere, so its data would block the hardware/, /^Connect it to gate_product\/product.b/]);
    });

    await test.step('an operation does other work', async () => {
      await hands.select('prefill', 'norm_ffn');
      await hands.choose(
        field('Does'),
        (await field('Does').locator('option').allTextContents()).find((label) => /attention/i.test(label)) ?? '',
      );
      await broken(/^[1-9]\d* errors?$/);
      await repair([/needs layer_in at input 'in' but gets/, /^Let norm_ffn do ffn_norm/]);
    });

    await test.step('lanes do not fit', async () => {
      await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }));
      await hands.select('decode', 'fork_layer_in');
      await hands.press(inspector.getByRole('button', { name: /^Disconnect output/ }).first());
      await broken(2);
      await repair([/Nothing is connected to input/, /^Connect it from fork_layer_in/]);
    });

    await test.step('a number is out of reach', async () => {
      await hands.press(page.getByTitle('Show the settings of the design'));
      await hands.write(field('Longest context'), '4096');
      await broken(1);
      await repair([/context limit of 4096 tokens exceeds the 512 positions/, /^Set context limit to 512/]);
    });
  });
}
