import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';
import { downloaded, HANDS, type Hands } from './pages/hands.ts';
import { readFileSync } from 'node:fs';

test.use({ viewport: { width: 1280, height: 720 } });

const tour = (page: Page) => page.getByRole('dialog', { name: /./ }).filter({ hasText: /Step \d of \d/ });
const number = (text: string | null): number => Number((text ?? '').replaceAll(/[^\d.]/g, ''));

/** What each step asks for, by its title. */
const TASKS: readonly { readonly title: string; readonly act: (page: Page, hands: Hands) => Promise<void> }[] = [
  {
    title: 'Two stages, one answer',
    act: (page, hands) =>
      hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' })),
  },
  { title: 'Hardware, and its uses', act: (_, hands) => hands.select('decode', 'linear_all') },
  {
    title: 'A change, and its figures',
    act: (page, hands) => hands.choose(page.getByLabel('Weight parallelism (WP)', { exact: true }), '16'),
  },
  { title: 'Nothing is final', act: (_, hands) => hands.undo() },
  {
    title: 'Prefill: tokens share a weight',
    act: (page, hands) => hands.choose(page.getByLabel('Token parallelism (TP)', { exact: true }), '8'),
  },
  { title: 'Why: the roofline', act: (_, hands) => hands.panel('Roofline') },
  {
    title: 'Taking turns',
    act: async (page, hands) => {
      await hands.panel('Schedule');
      await hands.press(page.getByRole('button', { name: 'Next pass' }));
    },
  },
  { title: 'What holds it back', act: (_, hands) => hands.panel('Time') },
];

for (const { name, of } of HANDS) {
  test.describe(name, () => {
    test('the tour notices what is done, shows what came of it, and goes back and forth', async ({ page }) => {
      const hands = of(page);
      const composer = new ComposerPage(page);
      await composer.open();
      await hands.help('Take the tour');
      for (const [index, { title, act }] of TASKS.entries()) {
        await test.step(title, async () => {
          await expect(page.getByRole('dialog', { name: title })).toBeFocused();
          await expect(tour(page)).toContainText(`Step ${index + 1} of ${TASKS.length}`);
          await expect(tour(page).getByRole('status')).toHaveText('');
          const last = index === TASKS.length - 1;
          if (!last) await expect(tour(page).getByRole('button', { name: 'Skip' })).toBeVisible();
          await act(page, hands);
          await expect(tour(page).getByRole('status'), title).not.toHaveText('');
          await hands.press(tour(page).getByRole('button', { name: last ? 'Finish' : 'Next', exact: true }));
        });
      }
      await expect(tour(page)).toHaveCount(0);
    });

    test('the tour tells in figures why prefill and decode differ', async ({ page }) => {
      const hands = of(page);
      await new ComposerPage(page).open();
      await hands.help('Take the tour');
      for (let skipped = 0; skipped < 2; skipped += 1)
        await hands.press(tour(page).getByRole('button', { name: 'Skip' }));
      await TASKS[2]?.act(page, hands);
      const said = tour(page).getByRole('status');
      await expect(said).toContainText(/tokens per second [\d,]+ → [\d,]+/);
      const [, was, is] = /second ([\d,]+) → ([\d,]+)/.exec((await said.textContent()) ?? '') ?? [];
      expect(number(is ?? '')).toBeGreaterThan(number(was ?? '') * 1.1);
      await hands.press(tour(page).getByRole('button', { name: 'Next', exact: true }));
      await TASKS[3]?.act(page, hands);
      await hands.press(tour(page).getByRole('button', { name: 'Next', exact: true }));
      await TASKS[4]?.act(page, hands);
      await expect(said).toContainText('tokens per second stay at');
      const [, before, after] = /First token ([\d.]+) ms → ([\d.]+)/.exec((await said.textContent()) ?? '') ?? [];
      await expect(said).toContainText(/First token [\d.]+ ms → [\d.]+ (ms|µs)/);
      expect(before).not.toBe(after);
      await page.keyboard.press('F6');
      await page.keyboard.press('ArrowLeft');
      await expect(page.getByRole('dialog', { name: 'Nothing is final' })).toBeFocused();
      await expect(said, 'what was done stays done').not.toHaveText('');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Escape');
      await expect(tour(page)).toHaveCount(0);
    });

    test("somebody's own design is a step away, as it was", async ({ page }) => {
      const hands = of(page);
      const composer = new ComposerPage(page);
      await composer.open();
      await hands.write(page.getByLabel('Name of the design'), 'Mine');
      const text = async () =>
        readFileSync((await downloaded(page, () => page.keyboard.press('Control+s'))).path, 'utf8');
      const mine = await text();
      await hands.help('Take the tour');
      await expect(page.getByLabel('Name of the design')).toHaveValue('moby-u280');
      await hands.press(tour(page).getByRole('button', { name: 'End the tour' }));
      await hands.press(composer.notice.getByRole('button', { name: 'Back to Mine' }));
      await expect(page.getByLabel('Name of the design')).toHaveValue('Mine');
      expect(await text()).toBe(mine);
      await hands.undo(2);
      await expect(page.getByLabel('Name of the design')).toHaveValue('Mine');
      expect(await text()).toBe(mine);
    });
  });
}
