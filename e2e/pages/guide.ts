import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { ComposerPage } from './composer-page.ts';

/** The steps of the guide: what stands there in a few fixed forms of sentence is what is done. */

export interface Step {
  readonly line: number;
  readonly sentence: string;
}

/** The sentences of the numbered items of a page, in their order. */
export function stepsOf(file: string): readonly Step[] {
  const steps: Step[] = [];
  const lines = readFileSync(file, 'utf8').split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const item = /^\d+\. (.*)$/.exec(lines[at] ?? '')?.[1];
    if (item === undefined) continue;
    let text = item;
    const line = at + 1;
    while (/^ {2,}\S/.test(lines[at + 1] ?? '')) {
      at += 1;
      text += ` ${(lines[at] ?? '').trim()}`;
    }
    // A full stop ends a sentence unless it stands in a name.
    for (const sentence of text.match(/(?:\*\*.*?\*\*|`[^`]*`|[^.*`])+\./g) ?? [text])
      steps.push({ line, sentence: sentence.trim() });
  }
  return steps;
}

const PLACES = { left: 0.14, middle: 0.45, right: 0.78 } as const;

export class Reader {
  private readonly page: Page;
  private readonly composer: ComposerPage;
  private stage: 'prefill' | 'decode' = 'prefill';

  constructor(page: Page) {
    this.page = page;
    this.composer = new ComposerPage(page);
  }

  /** Does what a sentence says; a sentence of no known form fails. */
  async follow(sentence: string): Promise<void> {
    for (const [form, act] of this.forms) {
      const match = form.exec(sentence);
      if (match) return act(...(match.slice(1) as [string, string]));
    }
    throw new Error(`no known form of sentence: ${sentence}`);
  }

  private async choose(field: string, option: string): Promise<void> {
    const list = this.page.getByLabel(field, { exact: true }).last();
    const labels = await list.locator('option').allTextContents();
    const label =
      labels.find((text) => text.trim() === option) ?? labels.find((text) => text.trim().startsWith(option)) ?? option;
    await list.selectOption({ label });
  }

  private async press(name: string): Promise<void> {
    const scope = (await this.page.getByRole('dialog').count()) > 0 ? this.page.getByRole('dialog') : this.page;
    const exact = scope.getByRole('button', { name, exact: true });
    await ((await exact.count()) > 0 ? exact : scope.getByRole('button', { name })).first().click();
  }

  private port(name: string, direction: 'input' | 'output') {
    const [, instance = '', operation = '', port = ''] = /^(\w+)\/(\w+)\.(\w+)$/.exec(name) ?? [];
    return this.composer.port(instance, operation, direction, port);
  }

  private async drag(module: string, place: keyof typeof PLACES): Promise<void> {
    const box = await this.composer.canvas(this.stage).boundingBox();
    if (!box) throw new Error('no canvas');
    await this.palette(module).dragTo(this.composer.canvas(this.stage), {
      targetPosition: { x: box.width * PLACES[place], y: box.height * 0.3 },
    });
  }

  private palette(module: string) {
    return this.page
      .getByRole('region', { name: 'Modules' })
      .getByRole('button', { name: new RegExp(`^Add ${module}(?! of)`) });
  }

  private readonly forms: readonly (readonly [RegExp, (...parts: [string, string]) => Promise<void>])[] = [
    [/^Choose \*\*(.+)\*\* from the \*\*Design\*\* menu\.$/, (item) => this.composer.menu(item)],
    [/^In \*\*(.+)\*\* choose \*\*(.+)\*\*\.$/, (field, option) => this.choose(field, option)],
    [
      /^In \*\*(.+)\*\* write \*\*(.+)\*\*\.$/,
      async (field, text) => {
        await this.page.getByLabel(field, { exact: true }).last().fill(text);
        await this.page.keyboard.press('Tab');
      },
    ],
    [
      /^Press \*\*(.+)\*\*, which saves `(.+)`\.$/,
      async (name, file) => {
        const download = this.page.waitForEvent('download');
        await this.press(name);
        expect((await download).suggestedFilename()).toBe(file);
      },
    ],
    [/^Press \*\*(.+)\*\*\.$/, (name) => this.press(name)],
    [
      /^Press `(.+)`\.$/,
      async (keys) => {
        await this.page.keyboard.press(keys.replace('Ctrl', 'Control'));
        // A list that opens takes what is typed next.
        if (/^(Ctrl\+[FK]|Space|W)$/.test(keys))
          await expect(this.page.getByRole('dialog').getByRole('combobox')).toBeFocused();
        await this.composer.settle();
      },
    ],
    [/^Type `(.+)`\.$/, (text) => this.page.keyboard.type(text)],
    [
      /^Open the \*\*(.+)\*\* view\.$/,
      (name) => this.page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name }).click(),
    ],
    [
      /^Show \*\*(Prefill|Decode|Both)\*\*\.$/,
      async (name) => {
        if (name !== 'Both') this.stage = name === 'Prefill' ? 'prefill' : 'decode';
        await this.composer.view(name as 'Both');
      },
    ],
    [
      /^Select `(\w+)`\.$/,
      async (instance) => {
        if ((await this.composer.instance(this.stage, instance).count()) === 0) await this.composer.fit(this.stage);
        await this.composer.select(this.stage, instance);
      },
    ],
    [
      /^Drag \*\*(.+)\*\* to the (left|middle|right) of the canvas\.$/,
      (module, place) => this.drag(module, place as 'left'),
    ],
    [
      /^Drag \*\*(.+)\*\* onto `(\w+)`\.$/,
      (module, instance) => this.palette(module).dragTo(this.composer.instance(this.stage, instance)),
    ],
    [
      /^Draw a wire from `(.+)` to `(.+)`\.$/,
      (from, to) => this.composer.wire(this.port(from, 'output'), this.port(to, 'input')),
    ],
    [
      /^Draw a wire from `(.+)` to empty canvas\.$/,
      async (from) => {
        const box = await this.port(from, 'output').boundingBox();
        if (!box) throw new Error('no port');
        await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await this.page.mouse.down();
        await this.page.mouse.move(box.x + 30, box.y + 220, { steps: 6 });
        await this.page.mouse.up();
        await expect(this.page.getByRole('dialog')).toBeVisible();
      },
    ],
    [/^`(\w+)` is gone\.$/, (instance) => expect(this.composer.instance(this.stage, instance)).toHaveCount(0)],
    [
      /^You see \*\*(.+)\*\* or \*\*(.+)\*\*\.$/,
      (one, other) => expect(this.seen(one).or(this.seen(other)).first()).toBeVisible(),
    ],
    [/^You see \*\*(.+)\*\*\.$/, (text) => expect(this.seen(text).first()).toBeVisible()],
  ];

  /** A text on the page, or the name of a control. */
  private seen(text: string) {
    return this.page.getByText(text).or(this.page.getByLabel(text)).filter({ visible: true });
  }
}
