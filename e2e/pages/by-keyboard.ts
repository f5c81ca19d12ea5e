import { expect, type Locator, type Page } from '@playwright/test';
import type { Endpoint, StageName } from '../../src/core/design/types.ts';
import { ComposerPage } from './composer-page.ts';
import { type Hands, operationsOf, selectedInstance } from './hands.ts';
import type { Part } from './parts.ts';

/** As far as the longest way from one control to another by Tab may be. */
const MAX_TABS = 400;

/** With keys alone: no pointer event, and no focus that was not moved by a key. */
export class ByKeyboard implements Hands {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  private readonly key = (keys: string): Promise<void> => this.page.keyboard.press(keys);

  private async has(control: Locator): Promise<boolean> {
    return (await control.count()) > 0 && control.first().evaluate((element) => element === document.activeElement);
  }

  /** Goes to a control by Tab or back by Shift+Tab, whichever way it lies; into the inspector by its own key. */
  private async reach(control: Locator): Promise<void> {
    await expect(control).toHaveCount(1);
    const wanted = await control.elementHandle();
    const look = (): Promise<{ there: boolean; behind: boolean; enter: boolean; field: boolean }> =>
      this.page.evaluate((element) => {
        const { activeElement: at } = document;
        const inspector = document.querySelector('#inspector');
        return {
          there: at === element,
          behind:
            at !== null &&
            at !== document.body &&
            element !== null &&
            (at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) !== 0,
          enter: inspector?.contains(element) === true && inspector.contains(at) === false,
          field: at instanceof HTMLInputElement || at instanceof HTMLSelectElement,
        };
      }, wanted);
    const first = await look();
    if (first.enter && !first.field) await this.key('i');
    // A dialog that is just closing gives the focus back late, so which way it lies is asked anew every time.
    for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
      const { there, behind } = await look();
      if (there) return;
      await this.key(behind ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`Tab never comes to ${control}`);
  }

  /** From a field back to the canvas, where single keys act. */
  private async toCanvas(): Promise<void> {
    const at = await this.page.evaluate(() => {
      const { activeElement } = document;
      if (!activeElement || activeElement === document.body || activeElement.closest('.canvas')) return 'canvas';
      return activeElement.closest('#inspector') ? 'inspector' : 'elsewhere';
    });
    if (at === 'inspector') await this.key('Escape');
    else if (at === 'elsewhere') await this.key('c');
  }

  /** Runs a command by its name. */
  async command(name: string): Promise<void> {
    await this.key('Control+k');
    await this.pick('All commands', name);
  }

  /** Types into a list of choices and takes the first. */
  private async pick(list: string | RegExp, text: string): Promise<void> {
    const dialog = this.page.getByRole('dialog', { name: list });
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await this.page.keyboard.insertText(text);
    await expect(dialog.getByRole('option').first(), `a choice for '${text}'`).toHaveAttribute('aria-selected', 'true');
    await this.key('Enter');
    await expect(dialog).toHaveCount(0);
  }

  async press(control: Locator): Promise<void> {
    const role = await control.getAttribute('role');
    if (role === 'menuitem' || role === 'tab') return this.arrowTo(control);
    await this.reach(control);
    await this.key('Enter');
  }

  /** Within a menu or a row of tabs: by arrow keys. */
  private async arrowTo(control: Locator): Promise<void> {
    const tab = (await control.getAttribute('role')) === 'tab';
    if (tab) await this.reach(control.locator('xpath=..').locator('[role="tab"][tabindex="0"]'));
    for (let steps = 0; steps < 100; steps += 1) {
      if (await this.has(control)) return tab ? undefined : this.key('Enter');
      await this.key(tab ? 'ArrowRight' : 'ArrowDown');
    }
    throw new Error(`no arrow key comes to ${control}`);
  }

  async choose(list: Locator, label: string): Promise<void> {
    await this.reach(list);
    const { options, at } = await list.evaluate((element) => {
      const select = element as HTMLSelectElement;
      return { options: [...select.options].map((option) => option.label.trim()), at: select.selectedIndex };
    });
    const wanted = options.indexOf(label);
    if (wanted < 0) throw new Error(`no choice '${label}' among ${options.join(', ')}`);
    if (wanted === at) return;
    // An open list is walked through without choosing what lies between.
    await this.key('Alt+ArrowDown');
    for (let steps = 0; steps < Math.abs(wanted - at); steps += 1)
      await this.key(wanted > at ? 'ArrowDown' : 'ArrowUp');
    await this.key('Enter');
  }

  async write(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.key('Control+a');
    await this.page.keyboard.insertText(text);
    await this.key('Tab');
  }

  async menu(item: string): Promise<void> {
    await this.command(item);
  }

  help(item: string): Promise<void> {
    return this.command(item);
  }

  panel(name: string): Promise<void> {
    return this.command(
      {
        Problems: 'Show the problems',
        Schedule: 'Show the schedule',
        Time: 'Show the time',
        Code: 'Show the generated code',
        Resources: 'Show the resources',
        Roofline: 'Show the roofline',
      }[name] ?? name,
    );
  }

  async dismiss(): Promise<void> {
    const notice = this.page.getByRole('button', { name: 'Dismiss message' });
    // The first Escape may close the tooltip of what has the focus.
    for (let tries = 0; tries < 3 && (await notice.count()) > 0; tries += 1) await this.key('Escape');
  }

  async undo(times = 1): Promise<void> {
    for (let index = 0; index < times; index += 1) await this.key('Control+z');
  }

  async select(stage: StageName, instance: string): Promise<void> {
    await this.key('Control+f');
    await this.pick('Find on the canvases', `${stage}/${instance}`);
    await expect.poll(() => selectedInstance(this.page, stage)).toBe(instance);
  }

  async add(stage: StageName, part: Part, role: string): Promise<string> {
    await this.toCanvas();
    await this.key('Space');
    const before = this.page.getByTestId(`canvas-${stage}`).locator('.node--selected');
    const last = (await before.count()) > 0 ? await before.first().getAttribute('data-instance') : null;
    await this.pick(/^Add a module/, `${part.module} ${role}`);
    await expect(before).not.toHaveAttribute('data-instance', last ?? '');
    return selectedInstance(this.page, stage);
  }

  async reuse(stage: StageName, instance: string, _part: Part, role: string): Promise<void> {
    const before = await operationsOf(this.page, stage, instance);
    await this.toCanvas();
    await this.key('Space');
    await this.pick(/^Add a module/, `reuse ${instance} ${role}`);
    await expect(this.page.getByTestId(`instance:${stage}:${instance}`).locator('[data-operation]')).toHaveCount(
      before.length + 1,
    );
  }

  async connect(_stage: StageName, from: Endpoint, to: Endpoint): Promise<void> {
    const name = (end: Endpoint): string => `${end.instance}/${end.operation}.${end.port}`;
    await this.toCanvas();
    await this.key('w');
    await this.pick(/^Connect on the/, `${name(from)} → ${name(to)}`);
    // It is made behind the closing of the list.
    await expect(
      this.page.getByRole('button', { name: `Undo: Connect ${from.operation} to ${to.operation}`, exact: true }),
    ).toBeEnabled();
  }

  async moveOnto(stage: StageName, instance: string, operation: string, target: string): Promise<void> {
    await this.select(stage, instance);
    await this.key('i');
    const item = this.page
      .getByRole('region', { name: 'Inspector' })
      .getByRole('listitem')
      .filter({ has: this.page.locator('.operation__id', { hasText: new RegExp(`^${operation}$`) }) });
    await this.choose(item.first().getByLabel('On', { exact: true }), target);
  }

  async split(stage: StageName, instance: string, operation: string): Promise<void> {
    await this.select(stage, instance);
    await this.key('i');
    await this.press(this.page.getByRole('button', { name: `Give ${operation} its own instance` }));
  }

  async showAll(): Promise<void> {
    await this.toCanvas();
    await this.key('Shift+1');
    await new ComposerPage(this.page).settle();
  }

  async tidyUp(stage: StageName): Promise<void> {
    await this.toCanvas();
    await this.key('t');
    await expect(this.page.getByRole('button', { name: `Undo: Tidy up ${stage}` })).toBeEnabled();
    await this.showAll();
  }

  async makeRoom(): Promise<void> {
    // New instances come into view by themselves.
  }
}
