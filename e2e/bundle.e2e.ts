import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const MAX_BYTES = 280_000;

/** The scripts that a first visit loads: those of the page, and what they import at once. */
function initialScripts(): string[] {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  const open = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const found = new Set<string>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const text = readFileSync(join(DIST, path), 'utf8');
    for (const match of text.matchAll(/(?:^|[;}\n])import\s*(?:[\w*{}\s,$]+?from\s*)?["'](\.\/[^"']+\.js)["']/g))
      open.push(normalize(join(dirname(path), match[1] ?? '')));
  }
  return [...found];
}

test('a first visit loads at most 280 kB of scripts', () => {
  const sizes = initialScripts().map((path) => ({
    path,
    bytes: gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length,
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`initial JavaScript: ${total} bytes gzip`);
  expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(MAX_BYTES);
});

test('the page has a strict content policy and mentions no other origin', () => {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8').replaceAll(/&#0?39;|&apos;/g, "'");
  expect(page).toContain("default-src 'self'; script-src 'self';");
  expect(page).not.toMatch(/script-src[^;]*unsafe/);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
