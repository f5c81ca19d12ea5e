/**
 * `composer export` is killed (SIGKILL) while it replaces an export: the folder is wholly old or wholly new, and the next
 * export leaves nothing behind. KILLS=500 npx vitest run tests/export-kills.test.ts is the large campaign.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from './harness.ts';

const KILLS = Number(process.env['KILLS'] ?? 6);
const SAMPLES = ['moby-u280', 'moby-temporal'] as const;

const home = mkdtempSync(join(tmpdir(), 'composer-kills-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const target = join(home, 'project');

/** Hash over paths and contents of an export, without what the user put into it. */
function stateOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/^(?:build|notes\.md)/.test(path)) continue;
    hash.update(`${path}\n`);
    try {
      hash.update(readFileSync(join(folder, path)));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EISDIR') throw error;
    }
  }
  return hash.digest('hex');
}

const hidden = (): string[] => readdirSync(home).filter((name) => name.startsWith('.'));

/** Exports a sample; kills the program `after` milliseconds after it began to write, if it still works then. */
async function exportSample(sample: string, out: string, after?: number): Promise<'done' | 'killed'> {
  const left = new Set(hidden());
  const program = spawn(process.execPath, [join(ROOT, 'build/cli/composer.mjs'), 'export', sample, '--out', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let ended: { code: number | null; signal: string | null } | undefined;
  const end = new Promise<void>((resolve) => {
    program.on('exit', (code, signal) => {
      ended = { code, signal };
      resolve();
    });
  });
  if (after !== undefined) {
    while (ended === undefined && !hidden().some((name) => !left.has(name)))
      await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, after));
    program.kill('SIGKILL');
  }
  await end;
  if (ended?.signal === 'SIGKILL') return 'killed';
  expect(ended?.code).toBe(0);
  return 'done';
}

test(`${KILLS} kills during a replacing export`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
  const states: string[] = [];
  for (const sample of SAMPLES) {
    const started = join(home, sample);
    await exportSample(sample, started);
    states.push(stateOf(started));
  }
  await exportSample(SAMPLES[0], target);
  for (const path of ['build/images/a.bin', 'notes.md']) {
    mkdirSync(join(target, path, '..'), { recursive: true });
    writeFileSync(join(target, path), 'mine');
  }
  // How long writing takes here, in ms: kills are spread over a little more than that.
  let span = 60;
  let killed = 0;
  for (let step = 0; step < KILLS; step += 1) {
    const sample = SAMPLES[(step + 1) % 2] as string;
    const outcome = await exportSample(sample, target, Math.random() * span);
    span = outcome === 'killed' ? span * 1.2 : span * 0.8;
    if (outcome === 'killed') killed += 1;
    // Two folders cannot be swapped at once: for some microseconds the old one is beside its place, whole.
    const aside = hidden().find((name) => name.includes('.composer-old-'));
    expect(states).toContain(stateOf(existsSync(target) ? target : join(home, aside ?? 'nothing')));
  }
  expect(killed).toBeGreaterThan(0);
  await exportSample(SAMPLES[1], target);
  expect(stateOf(target)).toBe(states[1]);
  expect(hidden()).toEqual([]);
  for (const path of ['build/images/a.bin', 'notes.md']) expect(readFileSync(join(target, path), 'utf8')).toBe('mine');
});
