/** Ctrl-C, a killed run, two runs at once: nothing half-done is left, and the next run goes on. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL, builtLab, type Lab, stepsOf } from './fake-lab.ts';

const LIMIT = 120_000;
let lab: Lab;

beforeAll(async () => {
  lab = await builtLab('u280');
}, LIMIT);
afterAll(() => lab.remove());

const doneOf = (result: Record<string, unknown>): string[] => stepsOf(result).filter((step) => step.status === 'done').map((step) => step.id);
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Files below build/ that must not be there after an interruption. */
function leftovers(lab: Lab): string[] {
  return readdirSync(join(lab.root, 'build'), { recursive: true }).map(String).filter((name) => /\.tmp-|lock\.json$/.test(name));
}

async function until(what: () => boolean, milliseconds = 20_000): Promise<void> {
  const started = Date.now();
  while (!what()) {
    if (Date.now() - started > milliseconds) throw new Error('it did not happen');
    await wait(50);
  }
}

/** Processes of the stand-ins that work for this lab. */
function working(lab: Lab): number {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(join(lab.machine.tools, 'fake-tools.mjs'));
    } catch {
      return false;
    }
  }).length;
}

const SLOW = { faults: [{ tool: 'v++', phase: 'link', about: 'decode', waitMs: 60_000 }] } as const;

test('Ctrl-C ends the tools and leaves nothing half-done; all goes on from there', { timeout: LIMIT }, async () => {
  lab.reset('packed');
  lab.machine.set(SLOW);
  const child = spawn(process.execPath, [join(lab.root, 'run.mjs'), ...ALL], { cwd: lab.base, env: lab.machine.env() });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  await until(() => stderr.includes('Link of decode (hw) (not done yet)'), 60_000);
  await until(() => working(lab) > 0);
  child.kill('SIGINT');
  const code = await new Promise((resolve) => void child.on('close', resolve));
  expect(code).toBe(130);
  expect(stderr).toContain('Interrupted; nothing half-written was left behind.');
  expect(working(lab)).toBe(0);
  expect(leftovers(lab)).toEqual([]);
  expect(existsSync(join(lab.root, 'build/steps/link-decode-hw.json'))).toBe(false);
  lab.mendMachine();
  expect(doneOf(await lab.json(ALL))).toEqual(['link-decode-hw', 'package-decode-hw', 'host']);
});

test('killed without a chance to clean up: the next run stops the orphans and goes on', { timeout: LIMIT }, async () => {
  lab.reset('packed');
  lab.machine.set(SLOW);
  const child = spawn(process.execPath, [join(lab.root, 'run.mjs'), ...ALL], { cwd: lab.base, env: lab.machine.env(), stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  await until(() => stderr.includes('Link of decode (hw) (not done yet)'), 60_000);
  // Past its last words: a tool that prints into a closed pipe would end by itself.
  await until(() => readFileSync(join(lab.root, 'build/logs/link-decode-hw.log'), { encoding: 'utf8', flag: 'a+' }).includes('WNS='));
  expect(working(lab)).toBeGreaterThan(0);
  writeFileSync(join(lab.root, 'build/u280/hw/decode/decode.link.xclbin'), 'half');
  child.kill('SIGKILL');
  await new Promise((resolve) => void child.on('exit', resolve));
  expect(working(lab)).toBeGreaterThan(0);
  lab.mendMachine();
  const again = await lab.run(ALL);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/Stopped \d+ processes that a killed run had left\./);
  expect(again.stderr).toContain('Link of prefill (hw): unchanged, skipped.');
  expect(working(lab)).toBe(0);
  expect(leftovers(lab)).toEqual([]);
});

test('two runs in one project do not meet; looking on is allowed', { timeout: LIMIT }, async () => {
  lab.reset('built');
  writeFileSync(join(lab.root, 'build', 'host-says'), 'HANG\n');
  const first = spawn(process.execPath, [join(lab.root, 'run.mjs'), 'run'], { cwd: lab.base, env: lab.machine.env() });
  const ended = new Promise((resolve) => void first.on('close', resolve));
  await until(() => existsSync(join(lab.root, 'build/lock.json')));
  const second = await lab.run(['build', '--json']);
  expect(second.code).toBe(1);
  expect(JSON.parse(second.stdout)).toMatchObject({ error: expect.stringContaining(`Another run works in this project: process ${first.pid} ("run")`) });
  expect((await lab.run(['report'])).code).toBe(0);
  expect((await lab.run(['build', '--dry-run'])).code).toBe(0);
  await wait(300);
  first.kill('SIGTERM');
  expect(await ended).toBe(130);
  expect(leftovers(lab)).toEqual([]);
});

test('a lock of rubbish or of a process that is gone is taken over', { timeout: LIMIT }, async () => {
  lab.reset('built');
  for (const lock of ['rubbish', '{"pid":999999999,"start":"1","host":"x","command":"all","run":"y"}'.replace('"x"', JSON.stringify(execFileSync('hostname', { encoding: 'utf8' }).trim()))]) {
    writeFileSync(join(lab.root, 'build/lock.json'), lock);
    expect((await lab.run(['build'])).code).toBe(0);
  }
});
