import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';
import { downloaded, type Hands, HANDS } from '../pages/hands.ts';

const nameField = (page: Page) => page.getByLabel('Name of the design');
const savedText = async (page: Page, hands: Hands): Promise<string> =>
  readFileSync((await downloaded(page, () => hands.menu('Save design'))).path, 'utf8');

for (const { name, of } of HANDS) {
  test.describe(`work is kept, ${name}`, () => {
    test('a tab that is killed in the middle of editing loses nothing', async ({ page, context }) => {
      const composer = new ComposerPage(page);
      const hands = of(page);
      await composer.open();
      await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Prefill' }));
      await hands.write(nameField(page), 'Killed');
      await hands.select('prefill', 'linear_up');
      await hands.choose(
        page.getByRole('region', { name: 'Inspector' }).getByLabel('Weight parallelism (WP)', { exact: true }),
        '8',
      );
      const before = await savedText(page, hands);
      await hands.select('prefill', 'silu');
      await hands.press(
        page.getByRole('region', { name: 'Inspector' }).getByRole('button', { name: 'Duplicate', exact: true }),
      );
      await expect(page.getByRole('button', { name: 'Undo: Duplicate silu' })).toBeEnabled();
      // The process of the page ends here; it is told nothing.
      const devtools = await context.newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      void devtools.send('Page.crash').catch(() => undefined);
      await crashed;

      const next = await context.newPage();
      const again = of(next);
      await new ComposerPage(next).open();
      await expect(nameField(next)).toHaveValue('Killed');
      await expect(next.getByText('being edited in another tab')).toHaveCount(0);
      const kept = JSON.parse(await savedText(next, again));
      const ids = (design: { stages: { prefill: { instances: { id: string }[] } } }): string[] =>
        design.stages.prefill.instances.map(({ id }) => id);
      expect(ids(kept)).toEqual([...ids(JSON.parse(before)), 'silu_2']);
      expect(kept.stages.prefill.instances.find(({ id }: { id: string }) => id === 'linear_up').params.wp).toBe(8);
    });

    test('of two tabs one edits; the other looks on until it takes over', async ({ page, context }) => {
      const hands = of(page);
      await new ComposerPage(page).open();
      await hands.write(nameField(page), 'First tab');
      await page.waitForTimeout(800);
      const second = await context.newPage();
      const others = of(second);
      const other = new ComposerPage(second);
      await other.open();
      await expect(second.getByText('being edited in another tab').first()).toBeVisible();
      await others.write(nameField(second), 'Stolen');
      await expect(other.notice).toContainText('read-only here');
      // What was typed stays in its field, marked: it is in no document.
      await expect(nameField(second)).toHaveAttribute('aria-invalid', 'true');
      await expect(second).toHaveTitle(/^First tab/);
      await others.dismiss();
      await expect(other.notice).toBeEmpty();
      await page.bringToFront();
      await hands.write(nameField(page), 'Not yet stored');
      await second.bringToFront();
      await others.press(second.getByRole('button', { name: 'Edit it here' }).first());
      await expect(nameField(second)).toHaveValue('Not yet stored');
      await expect(second.getByText('being edited in another tab')).toHaveCount(0);
      await expect(page.getByText('being edited in another tab').first()).toBeVisible();
      await others.write(nameField(second), 'Second tab');
      await expect(second.getByRole('button', { name: 'Undo: Name the design Second tab' })).toBeEnabled();
    });

    test('a link carries the design there and back, byte for byte', async ({ page, context, browser }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const composer = new ComposerPage(page);
      const hands = of(page);
      await composer.open();
      await hands.write(nameField(page), 'Shared <b>"1"</b> & ä');
      const sent = await savedText(page, hands);
      await hands.menu('Copy a link to the design');
      await expect(composer.notice).toContainText('Copied a link');
      const link = await page.evaluate(() => navigator.clipboard.readText());
      const elsewhere = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
      const guest = await elsewhere.newPage();
      const theirs = of(guest);
      await guest.goto(link);
      await expect(nameField(guest)).toHaveValue('Shared <b>"1"</b> & ä');
      expect(await savedText(guest, theirs)).toBe(sent);
      expect(guest.url()).not.toContain('#');
      await theirs.write(nameField(guest), 'Answered');
      await theirs.menu('Copy a link to the design');
      await expect(new ComposerPage(guest).notice).toContainText('Copied a link');
      const answer = await guest.evaluate(() => navigator.clipboard.readText());
      const received = await savedText(guest, theirs);
      await elsewhere.close();
      await page.goto(answer);
      await expect(nameField(page)).toHaveValue('Answered');
      expect(await savedText(page, hands)).toBe(received);
      await hands.undo();
      expect(await savedText(page, hands)).toBe(sent);
    });
  });
}
