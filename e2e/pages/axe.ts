import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds on the page, a line each. The page's content policy forbids inline scripts, so axe is evaluated from outside.
 * @param without rules that do not hold for what is open: a menu is no landmark and lies in none.
 */
export async function violations(page: Page, without: readonly string[] = []): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate((rules) => (window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({ rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])) }), [...without]);
  return results.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 4).map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`);
}
