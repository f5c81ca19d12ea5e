import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults, ElementContext, RunOptions } from 'axe-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Scope {
  /** The part of the page that is new; all of it when absent. */
  readonly within?: string;
  /** Rules that do not hold for what is open: a menu is no landmark and lies in none. */
  readonly without?: readonly string[];
}

type Axe = { run: (context: ElementContext, options: RunOptions) => Promise<AxeResults> };

/** What axe finds, a line each. The page's content policy forbids inline scripts, so axe is evaluated from outside. */
async function violations(page: Page, within: string | undefined, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const asked: { readonly part: string | undefined; readonly rules: RunOptions } = {
    part: within,
    rules: { ...options, resultTypes: ['violations'] },
  };
  const results = await page.evaluate(
    ({ part, rules }) => (window as unknown as { axe: Axe }).axe.run(part ?? document, rules),
    asked,
  );
  return results.violations.map(
    (violation) =>
      `${violation.id}: ${violation.nodes
        .slice(0, 4)
        .map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`)
        .join(' | ')}`,
  );
}

/**
 * Nothing that axe knows is wrong with what is on the screen, in either theme. Only colours differ between the themes, so
 * all rules are asked in the present one, and those of contrast in the other, which stays on: the next check begins there.
 */
export async function expectAccessible(page: Page, what: string, { within, without = [] }: Scope = {}): Promise<void> {
  const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme']);
  const present = await theme();
  expect(
    await violations(page, within, { rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])) }),
    `${what}, ${present}`,
  ).toEqual([]);
  const other = present === 'dark' ? 'light' : 'dark';
  await page.emulateMedia({ colorScheme: other });
  await expect.poll(theme).toBe(other);
  expect(
    await violations(page, within, { runOnly: { type: 'rule', values: ['color-contrast'] } }),
    `${what}, ${other}`,
  ).toEqual([]);
}
