import { expect, type Locator, type Page } from '@playwright/test';

/** What a layout must keep to: nothing is cut off, nothing lies over anything else that can be used. */

/** Controls that can be seen and whose places on the screen overlap, by their names. What lies on a canvas may be anywhere. */
async function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll<HTMLElement>(
        'button, a[href], input, select, textarea, summary, [role="tab"], [role="menuitem"], [role="option"]',
      ),
    ];
    const seen = controls.flatMap((element) => {
      if (element.closest('.react-flow, .monaco-editor, .sr-only, [inert]') || !element.checkVisibility()) return [];
      let { left, top, right, bottom } = element.getBoundingClientRect();
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflow === 'visible') continue;
        const box = parent.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      [right, bottom] = [Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
      if (right - left < 3 || bottom - top < 3) return [];
      // What lies wholly behind a sheet or a dialog is not there for anybody.
      const top1 = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!top1 || !(element.contains(top1) || top1.contains(element))) {
        const over = top1?.closest('.dialog, .dialog-overlay, .header__sheet, .tour, .notice, .menu, .chooser');
        if (over && !over.contains(element)) return [];
      }
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? element.tagName;
      return [{ element, name: `${element.tagName.toLowerCase()} '${name}'`, left, top, right, bottom }];
    });
    const found: string[] = [];
    for (const [index, a] of seen.entries())
      for (const b of seen.slice(index + 1)) {
        if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2) found.push(`${a.name} and ${b.name}`);
      }
    return found;
  });
}

/** Nothing overlaps, and the page itself does not scroll. */
export async function expectTidy(page: Page, what: string): Promise<void> {
  expect(await overlaps(page), `${what}: controls that overlap`).toEqual([]);
  const size = await page.evaluate(() => ({
    across: document.documentElement.scrollWidth - innerWidth,
    down: document.documentElement.scrollHeight - innerHeight,
  }));
  expect(size, `${what}: the page scrolls by so many pixels`).toEqual({ across: 0, down: 0 });
}

/** A control can be brought into the window, all of it, and is what a pointer would hit there. */
export async function expectReachable(page: Page, control: Locator, what: string): Promise<void> {
  await control.scrollIntoViewIfNeeded();
  await expect(control, what).toBeInViewport({ ratio: 0.95 });
  await control.click({ trial: true });
  const box = await control.boundingBox();
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  expect(box && box.x >= -1 && box.x + box.width <= width + 1, `${what} is within the width`).toBe(true);
  expect(box && box.y >= -1 && box.y + box.height <= height + 1, `${what} is within the height`).toBe(true);
}
