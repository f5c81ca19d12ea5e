import type { Page } from '@playwright/test';
import { ComposerPage } from './composer-page.ts';

/** The application with a sample, framed as it comes. */
export async function opened(page: Page, title: RegExp): Promise<ComposerPage> {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.menu('Open a sample');
  await page.getByRole('dialog').getByRole('button', { name: title }).first().click();
  await composer.settle();
  return composer;
}
