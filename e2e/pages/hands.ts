import { expect, type Download, type Locator, type Page } from '@playwright/test';
import type { StageName } from '../../src/core/design/types.ts';
import type { Endpoint } from '../../src/core/design/types.ts';
import { ByKeyboard } from './by-keyboard.ts';
import { ByMouse } from './by-mouse.ts';
import type { Part } from './parts.ts';

/** How a user works: with the pointer, or with the keyboard alone. Every journey is made in both ways. */
export interface Hands {
  /** Presses a button, chooses an item, opens a tab. */
  press(control: Locator): Promise<void>;
  /** Chooses from a list by the words of the choice. */
  choose(list: Locator, label: string): Promise<void>;
  /** Writes into a field and is done with it. */
  write(field: Locator, text: string): Promise<void>;
  /** Something of the Design menu, by its words. */
  menu(item: string): Promise<void>;
  /** Something of the Help menu. */
  help(item: string): Promise<void>;
  /** A view of the lower panel. */
  panel(name: 'Problems' | 'Schedule' | 'Time' | 'Code' | 'Resources' | 'Roofline' | 'Memory'): Promise<void>;
  /** Takes the message away. */
  dismiss(): Promise<void>;
  undo(times?: number): Promise<void>;
  select(stage: StageName, instance: string): Promise<void>;
  /** A new instance on the canvas that is shown; its name. */
  add(stage: StageName, part: Part, role: string): Promise<string>;
  /** One more operation on an instance that is selected. */
  reuse(stage: StageName, instance: string, part: Part, role: string): Promise<void>;
  connect(stage: StageName, from: Endpoint, to: Endpoint): Promise<void>;
  /** Moves an operation onto another instance of its kind. */
  moveOnto(stage: StageName, instance: string, operation: string, target: string): Promise<void>;
  /** Gives an operation an instance of its own. */
  split(stage: StageName, instance: string, operation: string): Promise<void>;
  /** Zooms out until all of a canvas is on the screen. */
  showAll(stage: StageName): Promise<void>;
  /** Places everything along the data flow and shows all of it. */
  tidyUp(stage: StageName): Promise<void>;
  /** Prepares an empty canvas for a drawing of this size. */
  makeRoom(stage: StageName, size: { width: number; height: number }): Promise<void>;
}

export const HANDS: readonly { readonly name: string; readonly of: (page: Page) => Hands }[] = [
  { name: 'by mouse', of: (page) => new ByMouse(page) },
  { name: 'by keyboard alone', of: (page) => new ByKeyboard(page) },
];

/** What pressing something downloads: where it was put, and under which name. */
export async function downloaded(
  page: Page,
  act: () => Promise<void>,
): Promise<{ readonly path: string; readonly name: string }> {
  const download: Promise<Download> = page.waitForEvent('download');
  await act();
  const file = await download;
  return { path: await file.path(), name: file.suggestedFilename() };
}

/** The instance that is selected alone on a canvas. */
export async function selectedInstance(page: Page, stage: StageName): Promise<string> {
  const node = page.getByTestId(`canvas-${stage}`).locator('.node--selected');
  await expect(node).toHaveCount(1);
  return (await node.getAttribute('data-instance')) ?? '';
}

/** Operations of an instance, in their order. */
export const operationsOf = (page: Page, stage: StageName, instance: string): Promise<string[]> =>
  page
    .getByTestId(`instance:${stage}:${instance}`)
    .locator('[data-operation]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-operation') ?? ''));
