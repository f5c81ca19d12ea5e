import { expect, type Locator, type Page } from '@playwright/test';

type Stage = 'prefill' | 'decode';

/** The application as a user meets it; the only place that knows its markup. */
export class ComposerPage {
  readonly page: Page;
  readonly notice: Locator;
  readonly requests: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.notice = page.getByTestId('notice');
    page.on('request', (request) => this.requests.push(request.url()));
    // While somebody listens the browser shows no chooser of its own: from the start, since it learns that some time later.
    page.on('filechooser', () => undefined);
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await expect(this.page.getByRole('heading', { name: 'FlexLLM Composer' })).toBeVisible();
    await expect(this.page.getByTestId(/^canvas-/).first()).toBeVisible();
    // Its menu comes last: from then on keys are heard.
    await expect(this.page.getByRole('button', { name: 'Design', exact: true })).toBeEnabled();
  }

  canvas(stage: Stage): Locator {
    return this.page.getByTestId(`canvas-${stage}`);
  }

  instance(stage: Stage, id: string): Locator {
    return this.page.getByTestId(`instance:${stage}:${id}`);
  }

  port(instance: string, operation: string, direction: 'input' | 'output', port: string): Locator {
    return this.page.getByTestId(`port:${instance}:${operation}:${direction}:${port}`);
  }

  /** Shows one canvas, or both, and all of what stands there. */
  async view(name: 'Prefill' | 'Both' | 'Decode'): Promise<void> {
    await this.page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name }).click();
    await this.showAll();
  }

  /** All of every canvas that is shown: at first only what can be read is. */
  async showAll(): Promise<void> {
    await this.settle();
    // The first canvas last: what is clicked is what keys act on next.
    for (const button of (await this.page.getByRole('button', { name: 'Show all' }).all()).reverse())
      await button.click();
    await this.settle();
  }

  async tab(name: 'Schedule' | 'Time' | 'Problems' | 'Code'): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  async menu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Design', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Something of the Help menu. */
  async help(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Help', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  async sample(title: string): Promise<void> {
    await this.menu('Open a sample');
    // The name goes on with a summary; 'Llama 3.2 1B on U280, fast' is another sample than the one without.
    const name = new RegExp(`^${title}(?!,)`);
    await this.page.getByRole('dialog').getByRole('button', { name }).click();
    await this.showAll();
  }

  async fit(stage: Stage): Promise<void> {
    await this.canvas(stage).getByRole('button', { name: 'Show all' }).click();
    await this.settle();
  }

  async select(stage: Stage, id: string): Promise<void> {
    await this.instance(stage, id).click();
  }

  /** Drags a module from the palette to a place on a canvas, in pixels from its corner. */
  async dragModule(module: string, stage: Stage, place: { x: number; y: number }): Promise<void> {
    await this.page.getByTestId(`palette:${module}`).dragTo(this.canvas(stage), { targetPosition: place });
  }

  async reuse(module: string, stage: Stage, instance: string): Promise<void> {
    await this.page.getByTestId(`palette:${module}`).dragTo(this.instance(stage, instance));
  }

  /** Draws a wire from port to port with the mouse. */
  async wire(from: Locator, to: Locator): Promise<void> {
    await this.pull(from, to);
    await this.page.mouse.up();
  }

  /** Draws a wire to a port and holds it there. */
  async pull(from: Locator, to: Locator): Promise<void> {
    const [a, b] = [await from.boundingBox(), await to.boundingBox()];
    if (!a || !b) throw new Error('a port is not on the screen');
    await this.page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 4 });
    await this.page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 4 });
  }

  cycles(stage: Stage): Locator {
    return this.page.getByTestId(`cycles-${stage}`);
  }

  passes(): Locator {
    return this.page.getByRole('button', { name: /^Show pass \d+ on the canvas$/ });
  }

  async undo(times = 1): Promise<void> {
    for (let index = 0; index < times; index += 1) await this.page.getByRole('button', { name: /^Undo/ }).click();
  }

  /** Drops a file on the window. */
  async drop(name: string, content: string | Uint8Array): Promise<void> {
    await this.page.evaluate(
      ({ file, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], file));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      { file: name, base64: Buffer.from(content).toString('base64') },
    );
  }

  /** What is on the canvases has stood still for some pictures in a row: views are fitted once panels have their sizes. */
  async settle(): Promise<void> {
    await this.page.evaluate(
      (still) =>
        new Promise<void>((resolve) => {
          let [last, count] = ['', 0];
          const look = (): void => {
            const now = [...document.querySelectorAll<HTMLElement>('.react-flow__viewport, .react-flow__node')]
              .map(({ style }) => style.transform)
              .join();
            count = now === last ? count + 1 : 0;
            last = now;
            if (count >= still) resolve();
            else requestAnimationFrame(look);
          };
          look();
        }),
      8,
    );
  }
}
