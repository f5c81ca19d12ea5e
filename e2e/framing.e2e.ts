import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';
import { HANDS } from './pages/hands.ts';

test.use({ viewport: { width: 1280, height: 720 } });

interface Frame {
  readonly zoom: number;
  /** In coordinates of the canvas. */
  readonly middle: { readonly x: number; readonly y: number };
}

/** What part of a canvas is in view. */
async function frameOf(page: Page, stage: 'prefill' | 'decode'): Promise<Frame> {
  await new ComposerPage(page).settle();
  return page.getByTestId(`canvas-${stage}`).evaluate((canvas) => {
    const viewport = canvas.querySelector<HTMLElement>('.react-flow__viewport');
    const { m11: zoom, m41: x, m42: y } = new DOMMatrix(getComputedStyle(viewport as HTMLElement).transform);
    return { zoom, middle: { x: (canvas.clientWidth / 2 - x) / zoom, y: (canvas.clientHeight / 2 - y) / zoom } };
  });
}

/** The cards that lie wholly on a canvas, and those that do not. */
const outside = (page: Page, stage: 'prefill' | 'decode'): Promise<string[]> =>
  page.getByTestId(`canvas-${stage}`).evaluate((canvas) => {
    const { left, right, top, bottom } = canvas.getBoundingClientRect();
    return [...canvas.querySelectorAll('.react-flow__node')]
      .filter((node) => {
        const box = node.getBoundingClientRect();
        return box.left < left - 1 || box.right > right + 1 || box.top < top - 1 || box.bottom > bottom + 1;
      })
      .map((node) => node.getAttribute('data-id') ?? '');
  });

for (const view of ['Prefill', 'Both', 'Decode'] as const) {
  test(`the first picture at 1280 x 720 has cards with their rows: ${view}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    await composer.open();
    await page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: view }).click();
    await composer.settle();
    for (const stage of ['prefill', 'decode'] as const) {
      if (view !== 'Both' && view.toLowerCase() !== stage) continue;
      await expect(composer.canvas(stage)).not.toHaveClass(/canvas--far/);
      const embedding = composer.instance(stage, 'embedding').locator('[data-operation="embed"]');
      await expect(embedding, 'where the path of a token begins').toBeInViewport({ ratio: 0.99 });
      const read = await composer.canvas(stage).locator('[data-operation]').count();
      expect(read, 'rows').toBeGreaterThan(5);
      const { zoom } = await frameOf(page, stage);
      expect(zoom, 'letters of a row are at least 6 pixels high').toBeGreaterThanOrEqual(0.55);
    }
  });
}

for (const { name, of } of HANDS) {
  test(`all is shown at a press, and the view follows the window until it is the user's own, ${name}`, async ({
    page,
  }) => {
    const hands = of(page);
    const composer = new ComposerPage(page);
    await composer.open();
    const press = (button: string) =>
      hands.press(composer.canvas('prefill').getByRole('button', { name: button, exact: true }));
    const first = await frameOf(page, 'prefill');
    await page.setViewportSize({ width: 1100, height: 720 });
    const narrow = await frameOf(page, 'prefill');
    await expect(composer.instance('prefill', 'embedding')).toBeInViewport({ ratio: 0.99 });
    expect(narrow.zoom).toBeLessThanOrEqual(first.zoom);

    await press('Show all');
    const small = await frameOf(page, 'prefill');
    expect(await outside(page, 'prefill')).toEqual([]);
    await page.setViewportSize({ width: 1800, height: 1000 });
    const large = await frameOf(page, 'prefill');
    expect(large.zoom, 'what was all is all again, larger').toBeGreaterThan(small.zoom * 1.2);
    expect(await outside(page, 'prefill')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 720 });
    expect((await frameOf(page, 'prefill')).zoom).toBeLessThan(large.zoom);
    expect(await outside(page, 'prefill')).toEqual([]);

    await press('Zoom in');
    await press('Zoom in');
    const own = await frameOf(page, 'prefill');
    await page.setViewportSize({ width: 1700, height: 940 });
    const kept = await frameOf(page, 'prefill');
    expect(kept.zoom).toBeCloseTo(own.zoom, 4);
    expect(Math.abs(kept.middle.x - own.middle.x)).toBeLessThan(3);
    expect(Math.abs(kept.middle.y - own.middle.y)).toBeLessThan(3);
  });
}
