import { expect, type Locator, type Page, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';
import { GLOSSARY } from '../src/ui/words/glossary.ts';

test.use({ viewport: { width: 1280, height: 720 } });

const glossary = (page: Page) => page.getByRole('dialog', { name: 'Glossary' });

for (const { name, of } of HANDS) {
  test.describe(name, () => {
    test('the Help menu leads to the tour, the documentation, the glossary and the shortcuts', async ({ page }) => {
      const hands = of(page);
      await new ComposerPage(page).open();
      const item = async (label: RegExp): Promise<void> => {
        await hands.press(page.getByRole('button', { name: 'Help', exact: true }));
        await hands.press(page.getByRole('menuitem', { name: label }));
      };
      // A dialog that is just being shown does not listen yet.
      const left = async (dialog: Locator): Promise<void> => {
        await expect(dialog).toBeVisible();
        await expect(async () => {
          await page.keyboard.press('Escape');
          await expect(dialog).toBeHidden({ timeout: 1000 });
        }).toPass();
      };
      await item(/^Glossary/);
      await left(glossary(page));
      await item(/^Keyboard shortcuts/);
      await left(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
      const popup = page.waitForEvent('popup');
      await item(/^Documentation/);
      const docs = await popup;
      await expect(docs.getByRole('heading', { name: 'Documentation' })).toBeVisible();
      await docs.close();
      await item(/^Take the tour/);
      await expect(page.getByRole('dialog')).toContainText('Step 1 of');
    });

    test('the glossary is searched, and gone through by letters', async ({ page }) => {
      const hands = of(page);
      await new ComposerPage(page).open();
      await hands.help('Glossary');
      const terms = glossary(page).locator('dt');
      await expect(terms).toHaveCount(GLOSSARY.length);
      const field = glossary(page).getByRole('searchbox', { name: 'Search the glossary' });
      await expect(field).toBeFocused();
      await hands.press(glossary(page).getByRole('button', { name: 'U', exact: true }));
      await expect(terms.filter({ hasText: /^URAM$/ })).toBeInViewport();
      await hands.write(field, 'first token');
      await expect(terms.first()).toHaveText('TTFT');
      await hands.write(field, 'no such word');
      await expect(terms).toHaveCount(0);
      await expect(glossary(page)).toContainText('No term has these words');
    });
  });
}

test('every abbreviation that the application shows is in the glossary', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.sample('Llama 3.2 1B on U280');
  await composer.view('Both');
  const seen = new Set<string>();
  const look = async (): Promise<void> => {
    // Of what is on the screen only: the lines of hidden code have words of their own.
    const text = await page
      .getByRole('main')
      .or(page.getByRole('banner'))
      .allInnerTexts()
      .then((all) => all.join('\n'));
    for (const [word] of text.matchAll(/(?<![\w.-])[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?![\w-])/g)) seen.add(word);
  };
  const views = page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab');
  for (let index = 0; index < (await views.count()); index += 1) {
    const view = views.nth(index);
    if (/^Code/.test((await view.textContent()) ?? '')) continue;
    await view.click();
    // Views are loaded when they are first shown.
    await expect(page.locator('.lower__content[data-state="active"]')).not.toHaveText(/^(Loading…)?$/);
    await composer.settle();
    await look();
  }
  await composer.view('Decode');
  await composer.fit('decode');
  await composer.select('decode', 'linear_all');
  await look();
  /** Names of products and files, units and formats that are no words of this field. */
  const others =
    /^(Flex.*|Llama.*|JSON|SVG|PNG|CSV|AMD|GB|kB|MB|KB|GiB|MiB|KiB|MHz|GHz|GOP|TOP|OK|README|NVIDIA|DOI|GPU|HiSpMV|FlightLLM|AccLLM|DFX|MICRO|CODO|VI)$/;
  const known = GLOSSARY.flatMap(({ term, also = [] }) => [term, ...also])
    .join(' ')
    .toLowerCase();
  const unknown = [...seen].filter((word) => {
    const one = word.replace(/s$/, '');
    return !others.test(one) && !new RegExp(`(^|[^a-z])${one.toLowerCase()}([^a-z]|$)`).test(known);
  });
  expect(seen.size).toBeGreaterThan(12);
  expect(unknown).toEqual([]);
});
