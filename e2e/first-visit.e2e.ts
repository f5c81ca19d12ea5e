import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { formatDesign } from '../src/core/design/schema.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { shareHash } from '../src/ui/files/share.ts';
import { expectAccessible } from './pages/axe.ts';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

/** What somebody meets who has never been here: nothing is stored. */
test.use({ storageState: { cookies: [], origins: [] }, viewport: { width: 1280, height: 720 } });

const start = (page: Page) => page.getByRole('dialog', { name: 'FlexLLM Composer' });

/** A design that is told from the sample by its name. */
function named(name: string): string {
  const sample = sampleById('moby-u280');
  if (!sample) throw new Error('no sample');
  return formatDesign({ ...sample.design(), name });
}

const CONFIG = JSON.stringify({
  model_type: 'llama',
  hidden_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  intermediate_size: 512,
  vocab_size: 1024,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
});

/** Somebody comes here for the first time. While the start page is open, what lies behind it is hidden from assistive technology. */
async function arrive(page: Page): Promise<void> {
  const composer = new ComposerPage(page);
  await page.goto('/');
  await expect(start(page)).toBeVisible();
  await composer.settle();
}

/** Somebody comes back: the start page would be there by now. */
async function comesBackTo(page: Page, what: string): Promise<void> {
  await page.reload();
  await new ComposerPage(page).settle();
  await expect(page.getByRole('button', { name: 'Help', exact: true })).toBeEnabled();
  await page.waitForTimeout(300);
  await expect(start(page), what).toHaveCount(0);
}

for (const { name, of } of HANDS) {
  test.describe(name, () => {
    test('the start page says what this is, and is gone for good once it is left', async ({ page }) => {
      const hands = of(page);
      await arrive(page);
      await expect(start(page)).toContainText(/on two canvases.*export a complete HLS project/);
      await expect(start(page).getByRole('listitem')).toHaveCount(3);
      await page.reload();
      await expect(start(page), 'as long as nobody has left it').toBeVisible();
      await hands.press(start(page).getByRole('button', { name: 'Go on with the sample' }));
      await expect(start(page)).toHaveCount(0);
      await comesBackTo(page, 'after leaving it');
      await hands.help('Start page');
      await expect(start(page), 'asked for').toBeVisible();
    });

    test('by its cross, too', async ({ page }) => {
      const hands = of(page);
      await arrive(page);
      await hands.press(start(page).getByRole('button', { name: 'Close', exact: true }));
      await comesBackTo(page, 'after its cross');
    });

    test('a tour of the sample begins', async ({ page }) => {
      const hands = of(page);
      await arrive(page);
      await hands.press(start(page).getByRole('button', { name: /^Take the tour/ }));
      await expect(page.getByRole('dialog')).toContainText('Step 1 of');
      await expect(start(page)).toHaveCount(0);
      await comesBackTo(page, 'after the tour');
    });

    test("a model's config.json opens the wizard", async ({ page }) => {
      const hands = of(page);
      await arrive(page);
      const chooser = page.waitForEvent('filechooser');
      await hands.press(start(page).getByRole('button', { name: /^Start from a model/ }));
      await (await chooser).setFiles({ name: 'tiny.json', mimeType: 'application/json', buffer: Buffer.from(CONFIG) });
      const wizard = page.getByRole('dialog', { name: 'New design' });
      await expect(wizard.getByLabel('Model')).toHaveValue('tiny');
      await hands.press(wizard.getByRole('button', { name: 'Create design' }));
      await expect(page.getByLabel('Name of the design')).toHaveValue('my-accelerator');
      await comesBackTo(page, 'after a design has been made');
    });

    test('a file opens: a design, or an exported project', async ({ page }) => {
      const hands = of(page);
      await arrive(page);
      const chooser = page.waitForEvent('filechooser');
      await hands.press(start(page).getByRole('button', { name: /^Open a file/ }));
      await (await chooser).setFiles({
        name: 'mine.json',
        mimeType: 'application/json',
        buffer: Buffer.from(named('mine')),
      });
      await expect(start(page)).toHaveCount(0);
      await expect(page.getByLabel('Name of the design')).toHaveValue('mine');
      const zip = page.waitForEvent('download');
      await page.keyboard.press('Control+e');
      const project = readFileSync(await (await zip).path());
      await hands.undo();
      await expect(page.getByLabel('Name of the design')).toHaveValue('moby-u280');
      await hands.help('Start page');
      const again = page.waitForEvent('filechooser');
      await hands.press(start(page).getByRole('button', { name: /^Open a file/ }));
      await (await again).setFiles({ name: 'mine.zip', mimeType: 'application/zip', buffer: project });
      await expect(page.getByLabel('Name of the design')).toHaveValue('mine');
      await comesBackTo(page, 'after a file');
    });
  });
}

test('Escape leaves the start page for good', async ({ page }) => {
  await arrive(page);
  await page.keyboard.press('Escape');
  await expect(start(page)).toHaveCount(0);
  await comesBackTo(page, 'after Escape');
});

test('who follows a link sees its design, not the start page', async ({ page }) => {
  const sample = sampleById('moby-u280');
  const made = sample && shareHash({ ...sample.design(), name: 'shared' });
  if (!made || 'refused' in made) throw new Error('no link');
  await page.goto(`/${made.hash}`);
  await expect(page.getByLabel('Name of the design')).toHaveValue('shared');
  await expect(new ComposerPage(page).notice).toContainText('from the link');
  await expect(start(page)).toHaveCount(0);
});

test('who has saved work sees that, not the start page', async ({ page }) => {
  await page.addInitScript(
    (json) => localStorage.setItem('flexllm-composer/document', JSON.stringify({ json, saved: 1 })),
    named('kept'),
  );
  await new ComposerPage(page).open();
  await expect(page.getByLabel('Name of the design')).toHaveValue('kept');
  await page.waitForTimeout(300);
  await expect(start(page)).toHaveCount(0);
});

test('axe finds nothing on the start page', async ({ page }) => {
  await arrive(page);
  await expectAccessible(page, 'start page', { within: '[role="dialog"]' });
});
