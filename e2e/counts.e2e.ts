import { expect, type Page, test } from '@playwright/test';
import { formatDesign } from '../src/core/design/schema.ts';
import type { Design } from '../src/core/design/types.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { laidOut, stressed } from '../tests/stress.ts';
import { ComposerPage } from './pages/composer-page.ts';

interface Counts {
  readonly analyses: number;
  readonly estimates: number;
  readonly steps: number;
  readonly canvases: number;
  readonly drawn: readonly (readonly [string, number])[];
}

const counts = (page: Page): Promise<Counts> =>
  page.evaluate(() => {
    const counters = window.__composer?.counters;
    if (!counters) throw new Error('no counters');
    return {
      analyses: counters.analyses,
      estimates: counters.estimates,
      steps: counters.steps,
      canvases: counters.canvases,
      drawn: [...counters.drawn],
    };
  });
const drawnBetween = (before: Counts, after: Counts): string[] =>
  after.drawn.filter(([key, times]) => times !== (new Map(before.drawn).get(key) ?? 0)).map(([key]) => key);
const mounted = (page: Page): Promise<number> => page.locator('.react-flow__node').count();

test.describe('what a gesture costs', () => {
  test('a drag draws the dragged instance alone, is one step, and nothing is estimated on the way', async ({
    page,
  }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    const box = await composer.instance('prefill', 'embedding').boundingBox();
    if (!box) throw new Error('no instance');
    const at = { x: box.x + box.width / 2, y: box.y + 8 };
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 8, at.y + 8);
    await composer.settle();
    const before = await counts(page);
    await page.mouse.move(at.x + 90, at.y + 200, { steps: 20 });
    const during = await counts(page);
    expect(drawnBetween(before, during)).toEqual(['prefill/embedding']);
    const { analyses, estimates, steps, canvases } = before;
    expect(during).toMatchObject({ analyses, estimates, steps, canvases });
    await page.mouse.up();
    await composer.settle();
    const after = await counts(page);
    expect(after.steps).toBe(before.steps + 1);
    expect(after.analyses).toBe(before.analyses + 1);
    expect(drawnBetween(during, after).filter((key) => key !== 'prefill/embedding')).toEqual([]);
  });

  test('an edit of a parameter is analysed once, estimated once, and draws what it changes', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await composer.select('prefill', 'linear_up');
    await composer.settle();
    const before = await counts(page);
    await page.getByRole('button', { name: 'Weight parallelism (WP): next lower value' }).click();
    await expect(page.getByRole('button', { name: /^Undo: Set wp of linear_up/ })).toBeEnabled();
    await composer.settle();
    const after = await counts(page);
    expect(after.steps).toBe(before.steps + 1);
    expect(after.analyses).toBe(before.analyses + 1);
    expect(after.estimates).toBe(before.estimates + 1);
    expect(drawnBetween(before, after)).toEqual(['prefill/linear_up']);
  });

  test('selecting derives nothing, and a held key is one step', async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    const before = await counts(page);
    await composer.select('prefill', 'silu');
    for (let presses = 0; presses < 6; presses += 1) await page.keyboard.press('ArrowRight');
    await composer.settle();
    const after = await counts(page);
    expect(after.steps).toBe(before.steps + 1);
    expect(drawnBetween(before, after)).toEqual(['prefill/silu']);
  });

  test('of many instances only those on the screen are mounted', async ({ page }) => {
    const sample = sampleById('llama-3.2-1b-u280')?.design() as Design;
    const large = laidOut(stressed(sample, 400), 'decode');
    const composer = new ComposerPage(page);
    await composer.open();
    await composer.view('Prefill');
    await composer.drop('large.json', formatDesign(large));
    await expect(page.getByLabel('Name of the design')).toHaveValue('stress');
    await composer.view('Decode');
    const all = large.stages.decode.instances.length;
    expect(all).toBeGreaterThan(300);
    await composer.canvas('decode').getByRole('button', { name: 'Show all' }).click();
    for (let steps = 0; steps < 12; steps += 1)
      await composer.canvas('decode').getByRole('button', { name: 'Zoom in' }).click();
    await composer.settle();
    expect(await mounted(page)).toBeLessThan(all / 3);
    expect(await mounted(page)).toBeGreaterThan(0);
    // Of the schedule only the rows near the part in sight are drawn, and all of them come when it is scrolled.
    const schedule = page.getByRole('region', { name: 'Schedule of decode' });
    const rows = schedule.getByRole('row');
    expect(await rows.count()).toBeLessThan(all / 2);
    const last = large.stages.decode.instances.at(-1)?.id as string;
    const name = schedule.getByRole('button', { name: last, exact: true });
    await expect(name).toHaveCount(0);
    await expect(async () => {
      await schedule.evaluate((element) => element.scrollTo(0, element.scrollTop + 2000));
      await expect(name).toBeVisible({ timeout: 200 });
    }).toPass();
    expect(await rows.count()).toBeLessThan(all / 2);
  });
});
