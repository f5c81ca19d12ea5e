import { expect, type Locator, type Page } from '@playwright/test';
import type { Endpoint, StageName } from '../../src/core/design/types.ts';
import { ComposerPage } from './composer-page.ts';
import { operationsOf, selectedInstance, type Hands } from './hands.ts';
import type { Part } from './parts.ts';

/** With the pointer; keys only write texts. */
export class ByMouse implements Hands {
  private readonly page: Page;
  private readonly composer: ComposerPage;
  /** From canvas to pixels of the canvas on the screen. */
  private view = { x: 0, y: 0, zoom: 1 };

  constructor(page: Page) {
    this.page = page;
    this.composer = new ComposerPage(page);
  }

  press(control: Locator): Promise<void> {
    return control.click();
  }

  async choose(list: Locator, label: string): Promise<void> {
    await list.selectOption({ label });
  }

  async write(field: Locator, text: string): Promise<void> {
    await field.fill(text);
    await field.press('Tab');
  }

  async menu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Design', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  help(item: string): Promise<void> {
    return this.composer.help(item);
  }

  panel(name: string): Promise<void> {
    return this.page.getByRole('tab', { name }).click();
  }

  dismiss(): Promise<void> {
    return this.composer.notice.getByRole('button', { name: 'Dismiss message' }).click();
  }

  undo(times = 1): Promise<void> {
    return this.composer.undo(times);
  }

  async select(stage: StageName, instance: string): Promise<void> {
    const node = this.composer.instance(stage, instance);
    if ((await node.count()) === 0) await this.composer.fit(stage);
    await node.click();
  }

  async add(stage: StageName, part: Part, role: string): Promise<string> {
    const { x, y, zoom } = this.view;
    const corner = { x: part.position.x * zoom + x, y: part.position.y * zoom + y };
    await this.composer.dragModule(part.module, stage, { x: corner.x + 40 * zoom, y: corner.y + 20 * zoom });
    const id = await selectedInstance(this.page, stage);
    await this.give(stage, id, part, role);
    return id;
  }

  async reuse(stage: StageName, instance: string, part: Part, role: string): Promise<void> {
    const before = (await operationsOf(this.page, stage, instance)).length;
    await this.page
      .getByTestId(`palette:${part.module}`)
      .dragTo(this.composer.instance(stage, instance).locator('.node__head'));
    await expect(this.composer.instance(stage, instance).locator('[data-operation]')).toHaveCount(before + 1);
    await this.give(stage, instance, part, role);
  }

  /** Lets the newest operation do what it is wanted for, when it does not already. */
  private async give(stage: StageName, instance: string, part: Part, role: string): Promise<void> {
    const lists = this.page.getByRole('region', { name: 'Inspector' }).getByLabel('Does', { exact: true });
    const { length } = await operationsOf(this.page, stage, instance);
    if ((await lists.count()) < length) return;
    const list = lists.nth(length - 1);
    if ((await list.inputValue()) !== role) await list.selectOption(role);
    await expect(list, `${part.id} does ${role}`).toHaveValue(role);
  }

  async connect(_stage: StageName, from: Endpoint, to: Endpoint): Promise<void> {
    const middle = async (port: Locator): Promise<[number, number]> => {
      const box = await port.boundingBox();
      if (!box) throw new Error('a port is not on the screen');
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const start = await middle(this.composer.port(from.instance, from.operation, 'output', from.port));
    const end = await middle(this.composer.port(to.instance, to.operation, 'input', to.port));
    await this.page.mouse.move(...start);
    await this.page.mouse.down();
    await this.page.mouse.move(...end, { steps: 2 });
    await this.page.mouse.up();
  }

  async moveOnto(stage: StageName, instance: string, operation: string, target: string): Promise<void> {
    await this.select(stage, instance);
    const item = this.page
      .getByRole('region', { name: 'Inspector' })
      .getByRole('listitem')
      .filter({ has: this.page.locator('.operation__id', { hasText: new RegExp(`^${operation}$`) }) });
    await item.first().getByLabel('On', { exact: true }).selectOption(target);
  }

  async split(stage: StageName, instance: string, operation: string): Promise<void> {
    await this.select(stage, instance);
    await this.page.getByRole('button', { name: `Give ${operation} its own instance` }).click();
  }

  showAll(stage: StageName): Promise<void> {
    return this.composer.fit(stage);
  }

  async tidyUp(stage: StageName): Promise<void> {
    await this.composer.canvas(stage).getByRole('button', { name: 'Tidy up' }).click();
    await expect(this.page.getByRole('button', { name: `Undo: Tidy up ${stage}` })).toBeEnabled();
    await this.showAll(stage);
  }

  async makeRoom(stage: StageName, size: { width: number; height: number }): Promise<void> {
    const canvas = this.composer.canvas(stage);
    const box = await canvas.boundingBox();
    if (!box) throw new Error('no canvas');
    const fits = (zoom: number): boolean => size.width * zoom < box.width - 60 && size.height * zoom < box.height - 120;
    for (let zoom = 1; !fits(zoom) && zoom > 0.2; zoom /= 1.2) {
      await canvas.getByRole('button', { name: 'Zoom out' }).click();
      await this.composer.settle();
    }
    const matrix = await canvas
      .locator('.react-flow__viewport')
      .evaluate((element) => new DOMMatrix(getComputedStyle(element).transform));
    this.view = { x: (box.width - size.width * matrix.a) / 2, y: 70, zoom: matrix.a };
  }
}
