import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { ComposerPage } from './pages/composer-page.ts';

async function saved(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  return readFileSync(await (await download).path(), 'utf8');
}

async function started(page: Page): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  return composer;
}

async function group(page: Page, composer: ComposerPage, ids: readonly string[], title: string): Promise<void> {
  for (const [index, id] of ids.entries())
    await composer.instance('prefill', id).click({ modifiers: index > 0 ? ['Shift'] : [] });
  await page.keyboard.press('Control+g');
  await expect(page.getByLabel('Title of the group')).toBeFocused();
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: title, level: 2 })).toBeVisible();
}

test.describe('groups', () => {
  test('group, name, colour, collapse, move, wire, expand and ungroup; undone to the byte', async ({ page }) => {
    const composer = await started(page);
    const before = await saved(page);
    const members = ['quant_kq', 'linear_kq', 'dequant_kq'];
    await group(page, composer, members, 'Keys & <queries>');
    await expect(page.getByTestId('group:prefill:group')).toContainText('Keys & <queries>');
    await page.getByRole('radio', { name: 'rose' }).check();
    await expect(page.getByTestId('group:prefill:group')).toHaveClass(/group--rose/);
    const edges = composer.canvas('prefill').getByRole('group', { name: /^Stream from/ });
    const labels = await edges.evaluateAll((all) => all.map((edge) => edge.getAttribute('aria-label') ?? ''));
    const inside = labels.filter((label) => members.filter((id) => label.split(' ').includes(id)).length === 2);
    expect(inside.length).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Collapse group Keys & <queries>' }).click();
    for (const id of members) await expect(composer.instance('prefill', id)).toHaveCount(0);
    const card = page.getByTestId('group:prefill:group');
    await expect(card).toContainText('3 instances, collapsed');
    await expect(edges, 'every stream that leads out of it is drawn').toHaveCount(labels.length - inside.length);
    // The collapsed card moves what it stands for.
    const box = await card.boundingBox();
    if (!box) throw new Error('no card');
    await page.mouse.move(box.x + box.width / 2, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 40, box.y + 112, { steps: 6 });
    await page.mouse.up();
    await expect(page.getByRole('button', { name: 'Undo: Move 3 instances' })).toBeEnabled();
    // A wire of a boundary port is that of the operation inside.
    await page
      .getByRole('group', { name: /^Stream from dequant_kq k_proj out/ })
      .first()
      .press('Enter');
    await page.keyboard.press('Delete');
    await composer.wire(
      composer.port('dequant_kq', 'k_proj', 'output', 'out'),
      composer.port('rope_kq', 'k', 'input', 'in'),
    );
    await expect(page.getByRole('button', { name: 'Undo: Connect k_proj to k' })).toBeEnabled();
    await card.getByRole('button', { name: /^Expand/ }).click();
    await expect(composer.instance('prefill', 'linear_kq')).toBeVisible();
    await page.getByRole('button', { name: /^Group Keys.*: select/ }).click();
    await page.keyboard.press('Control+Shift+G');
    await expect(page.getByTestId('group:prefill:group')).toHaveCount(0);
    while ((await page.getByRole('button', { name: /^Undo:/ }).count()) > 0) await page.keyboard.press('Control+z');
    expect(await saved(page)).toBe(before);
  });

  test('by keyboard alone: outline, collapse, rename, duplicate, delete, find', async ({ page }) => {
    const composer = await started(page);
    await page.getByRole('group', { name: /^SiLU silu/ }).press('Enter');
    await page.keyboard.press('Control+g');
    await expect(page.getByLabel('Title of the group')).toBeFocused();
    await page.keyboard.type('Activation');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'SiLU' }).waitFor();
    await page.keyboard.press('Tab');
    await composer
      .canvas('prefill')
      .getByRole('group', { name: /^SiLU silu/ })
      .focus();
    await page.keyboard.press('o');
    const row = page.getByRole('treeitem', { name: /^Activation\s*, group of 1 instance/ });
    await row.focus();
    await page.keyboard.press('c');
    await expect(page.getByTestId('group:prefill:group')).toContainText('collapsed');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('treeitem', { name: /^silu\s*, SiLU/ }).first()).toHaveAttribute('aria-level', '3');
    await page.keyboard.press('Control+f');
    await page.getByRole('dialog', { name: 'Find on the canvases' }).waitFor();
    await page.keyboard.type('Activation');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'SiLU' })).toBeVisible();
    await page.keyboard.press('Control+d');
    await expect(page.getByTestId('group:prefill:group_2')).toContainText('Activation');
    await row.first().focus();
    await page.keyboard.press('Delete');
    await expect(page.getByTestId('group:prefill:group')).toHaveCount(0);
    await expect(page.getByTestId('group:prefill:group_2')).toBeVisible();
  });

  test('marquee, context menu, tidy up and picture know groups', async ({ page }) => {
    const composer = await started(page);
    await group(page, composer, ['norm_ffn', 'fork_ffn_norm', 'quant_gate'], 'FFN in');
    await page.getByRole('button', { name: /^Group FFN in: select/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Collapse' }).click();
    await expect(page.getByTestId('group:prefill:group')).toContainText('collapsed');
    await composer
      .canvas('prefill')
      .locator('.react-flow__pane')
      .click({ position: { x: 12, y: 200 } });
    await page.keyboard.press('t');
    await expect(page.getByRole('button', { name: 'Undo: Tidy up prefill' })).toBeEnabled();
    const download = page.waitForEvent('download');
    await composer.menu('Save a picture of the canvas (SVG)');
    const svg = readFileSync(await (await download).path(), 'utf8');
    expect(svg).toContain('FFN in');
    expect(svg).not.toContain('>quant_gate</text>');
  });
});

test.describe('notes', () => {
  test('write, read, resize, move, copy to the other canvas, delete; text is never markup', async ({
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const composer = await started(page);
    const before = await saved(page);
    await page.keyboard.press('n');
    const writing = page.getByRole('textbox', { name: 'Text of the note' });
    await expect(writing).toBeFocused();
    await page.keyboard.type('# Why\n**one** engine, <img src=x onerror=alert(1)>\n- `k_proj`\n- later');
    await page.keyboard.press('Control+Enter');
    const note = page.getByTestId('note:prefill:note');
    await expect(note.locator('strong')).toHaveText('one');
    await expect(note.locator('li')).toHaveCount(2);
    await expect(note.locator('img')).toHaveCount(0);
    await expect(note).toContainText('<img src=x onerror=alert(1)>');
    await page.getByRole('textbox', { name: 'Width' }).fill('400');
    await page.getByRole('textbox', { name: 'Width' }).press('Enter');
    await note.click();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Undo: Move note' })).toBeEnabled();
    await page.keyboard.press('Control+c');
    await composer.view('Decode');
    await composer
      .canvas('decode')
      .locator('.react-flow__pane')
      .click({ position: { x: 300, y: 420 } });
    await page.keyboard.press('Control+v');
    await expect(page.getByTestId('note:decode:note')).toContainText('Why');
    await page.keyboard.press('Delete');
    await expect(page.getByTestId('note:decode:note')).toHaveCount(0);
    await composer.view('Prefill');
    await note.dblclick();
    await expect(writing).toBeFocused();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(', and how');
    await page.keyboard.press('Escape');
    await expect(writing).toHaveCount(0);
    await expect(note, 'Escape keeps what was written').toContainText('later, and how');
    await note.click();
    await page.keyboard.press('Control+z');
    await expect(note, 'undo takes it back').not.toContainText('and how');
    const cycles = await composer.cycles('prefill').textContent();
    const width = page.getByRole('textbox', { name: 'Width' });
    await width.fill('wide');
    await width.press('Tab');
    await expect(width, 'what cannot be taken stays to be mended').toHaveValue('wide');
    await expect(page.getByText("'wide' is not a whole number; it is still 400.")).toBeVisible();
    await width.fill('424');
    await width.press('Escape');
    await expect(page.getByRole('button', { name: /^Undo: .*note/i })).toBeEnabled();
    await expect(width).toHaveValue('424');
    await note.click();
    await page.keyboard.press('Delete');
    expect(await composer.cycles('prefill').textContent()).toBe(cycles);
    while ((await page.getByRole('button', { name: /^Undo:/ }).count()) > 0) await page.keyboard.press('Control+z');
    expect(await saved(page)).toBe(before);
  });
});
