/** Two runs at once, locks that nobody holds. (Ctrl-C and a killed run are faults in tests/cards.) */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtLab, type Lab } from './fake-lab.ts';

const LIMIT = 120_000;
let lab: Lab;

beforeAll(async () => {
  lab = await builtLab('u280');
}, LIMIT);
afterAll(() => lab.remove());

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Files below build/ that must not be there after an interruption. */
function leftovers(lab: Lab): string[] {
  return readdirSync(join(lab.root, 'build'), { recursive: true })
    .map(String)
    .filter((name) => /\.tmp-|lock\.json$/.test(name));
}

async function until(what: () => boolean, milliseconds = 20_000): Promise<void> {
  const started = Date.now();
  while (!what()) {
    if (Date.now() - started > milliseconds) throw new Error('it did not happen');
    await wait(50);
  }
}

test('two runs in one project do not meet; looking on is allowed', { timeout: LIMIT }, async () => {
  lab.reset('built');
  writeFileSync(join(lab.root, 'build', 'host-says'), 'HANG\n');
  const first = spawn(process.execPath, [join(lab.root, 'run.mjs'), 'run'], { cwd: lab.base, env: lab.machine.env() });
  const ended = new Promise((resolve) => void first.on('close', resolve));
  await until(() => existsSync(join(lab.root, 'build/lock.json')));
  const second = await lab.run(['build', '--json']);
  expect(second.code).toBe(1);
  expect(JSON.parse(second.stdout)).toMatchObject({
    error: expect.stringContaining(`Another run works in this project: process ${first.pid} ("run")`),
  });
  expect((await lab.run(['report'])).code).toBe(0);
  expect((await lab.run(['build', '--dry-run'])).code).toBe(0);
  await wait(300);
  first.kill('SIGTERM');
  expect(await ended).toBe(130);
  expect(leftovers(lab)).toEqual([]);
});

test('a lock of rubbish or of a process that is gone is taken over', { timeout: LIMIT }, async () => {
  lab.reset('built');
  for (const lock of [
    'rubbish',
    '{"pid":999999999,"start":"1","host":"x","command":"all","run":"y"}'.replace(
      '"x"',
      JSON.stringify(execFileSync('hostname', { encoding: 'utf8' }).trim()),
    ),
  ]) {
    writeFileSync(join(lab.root, 'build/lock.json'), lock);
    expect((await lab.run(['build'])).code).toBe(0);
  }
});
