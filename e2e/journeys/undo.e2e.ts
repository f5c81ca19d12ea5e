import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from '../pages/composer-page.ts';
import { downloaded } from '../pages/hands.ts';

/** Actions that change the design when some instances are selected; every other one must leave it alone. */
const EDITS = new Set([
  'cut',
  'duplicate',
  'delete',
  'delete-reconnect',
  'group',
  'note',
  'align-left',
  'align-centre',
  'align-right',
  'align-top',
  'align-middle',
  'align-bottom',
  'distribute-across',
  'distribute-down',
  'nudge-Left-8',
  'nudge-Left-40',
  'nudge-Right-8',
  'nudge-Right-40',
  'nudge-Up-8',
  'nudge-Up-40',
  'nudge-Down-8',
  'nudge-Down-40',
  'tidy',
  'paste',
  // Its sample takes the place of a design that is not it.
  'tour',
]);
/** They are what is tested with, ask the operating system for a file, or open another tab. */
const APART = new Set(['undo', 'redo', 'save', 'open', 'docs']);
/** Their dialog is the browser's own, or wants another selection than all. */
const NO_DIALOG = new Set(['print', 'chain']);
/** They last until Escape. */
const MODES = new Set(['tour', 'present']);

const text = async (page: Page): Promise<string> =>
  readFileSync((await downloaded(page, () => page.keyboard.press('Control+s'))).path, 'utf8');
const pastSteps = (page: Page): Promise<number> => page.evaluate(() => window.__composer?.counters.steps ?? -1);

test('every action that the composer knows is undone to the byte, or changes nothing', async ({ page, context }) => {
  test.setTimeout(400_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  // Something out of line and something copied, so that arranging and pasting have work to do.
  const box = await composer.instance('prefill', 'embedding').boundingBox();
  if (!box) throw new Error('no instance');
  await page.mouse.move(box.x + box.width / 2, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 37, box.y + 330, { steps: 3 });
  await page.mouse.up();
  await composer.select('prefill', 'silu');
  await page.keyboard.press('Control+c');
  const before = await text(page);
  const actions = await page.evaluate(() => window.__composer?.actions.map(({ id, label }) => ({ id, label })) ?? []);
  expect(actions.length).toBeGreaterThan(40);
  expect([...EDITS].filter((id) => !actions.some((action) => action.id === id))).toEqual([]);

  const changed: string[] = [];
  for (const { id, label } of actions) {
    if (APART.has(id)) continue;
    await test.step(id, async () => {
      await composer
        .canvas('prefill')
        .locator('.react-flow__pane')
        .click({ position: { x: 400, y: 60 } });
      await page.keyboard.press('Control+a');
      const steps = await pastSteps(page);
      const file = /^(picture|export)/.test(id) ? page.waitForEvent('download') : undefined;
      await page.evaluate((wanted) => window.__composer?.actions.find((action) => action.id === wanted)?.run(), id);
      await file;
      if (EDITS.has(id)) await expect.poll(() => pastSteps(page), { message: `${id} edits` }).toBe(steps + 1);
      else await page.waitForTimeout(120);
      const opens = (label.endsWith('…') && !NO_DIALOG.has(id)) || id === 'shortcuts' || id === 'help';
      // Some actions go on in a text field: a title, a note.
      if (MODES.has(id)) await page.waitForTimeout(500);
      if (MODES.has(id) || (!opens && (await page.evaluate(() => document.activeElement?.matches('input, textarea')))))
        await page.keyboard.press('Escape');
      if (opens) {
        await expect(page.getByRole('dialog')).toBeVisible();
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
      if (id === 'decode' || id === 'both') await composer.view('Prefill');
      const done = (await pastSteps(page)) - steps;
      if (done === 0) return;
      changed.push(id);
      expect(await text(page), id).not.toBe(before);
      await composer.undo(done);
      expect(await text(page), `${id} undone`).toBe(before);
    });
  }
  // Those without a step in the history have changed nothing either.
  expect(await text(page)).toBe(before);
  expect(new Set(changed)).toEqual(EDITS);
});
