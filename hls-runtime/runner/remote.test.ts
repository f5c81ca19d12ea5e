/** `--on HOST` through a strict stand-in of ssh: another folder of this machine is the other machine. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './fake-lab.ts';
import type { Run, RunExtras } from './fake-world.ts';

const LIMIT = 120_000;
const IDS = [104, 0xc3, 0xa9, 33];
const ALL = ['all', '--skip-csim', '--tokens', '4', '--on', 'me@card-box'] as const;
let lab: Lab;
let home = '';

/**
 * As ssh and sshd: takes these options and no others, gives the command to a shell in the home folder with the other machine's
 * environment, passes streams and the exit code on. When it is killed, all that the command sees is the end of its stdin.
 */
const SSH = (settings: object): string => `#!${process.execPath}
const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');
const settings = ${JSON.stringify(settings)};
const [t, o, batch, dashes, host, command, ...more] = process.argv.slice(2);
const fail = (words) => { process.stderr.write(words + '\\n'); process.exit(255); };
if (t !== '-T' || o !== '-o' || batch !== 'BatchMode=yes' || dashes !== '--' || command === undefined || more.length > 0) fail('usage: ssh ...');
if (host !== 'me@card-box') fail('ssh: Could not resolve hostname ' + host);
appendFileSync(settings.log, command + '\\n');
const child = spawn('sh', ['-c', command], { cwd: settings.home, env: settings.env, detached: true, stdio: ['pipe', 'inherit', 'inherit'] });
child.stdin.on('error', () => {});
process.stdin.pipe(child.stdin);
child.on('exit', (code) => process.exit(code === null ? 255 : code));
`;

function here(args: readonly string[], extras: RunExtras = {}): Promise<Run> {
  // The tools are over there only.
  return lab.run(args, {
    ...extras,
    env: { PATH: [join(lab.base, 'bin'), process.env['PATH'] ?? ''].join(delimiter) },
  });
}

/** Commands that ssh was given since the last question. */
function commands(): string[] {
  const log = join(lab.base, 'ssh.log');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, { force: true });
  return lines;
}

const folder = (): string => join(home, 'flexllm', readdirSync(join(home, 'flexllm'))[0] as string);
const unpacked = (): number => commands().filter((command) => command.includes('tar -xf')).length;

beforeAll(async () => {
  lab = await Lab.create('u280');
  home = join(lab.base, 'other home');
  mkdirSync(home);
  mkdirSync(join(lab.base, 'bin'));
  const env = { ...lab.machine.env(), HOME: home };
  writeFileSync(join(lab.base, 'bin/ssh'), SSH({ log: join(lab.base, 'ssh.log'), home, env }));
  chmodSync(join(lab.base, 'bin/ssh'), 0o755);
  const first = await here([...ALL, '--json']);
  expect(first.code, first.stderr).toBe(0);
  expect((JSON.parse(first.stdout) as { run: { ids: number[] } }).run.ids).toEqual(IDS);
  expect(first.stderr).toMatch(/card-box:flexllm\/ein_Projekt_.*: \d+ files to send, 0 to remove\./);
}, LIMIT);
afterAll(() => lab.remove());

test('everything is done over there; reports and logs come back, bitstreams when asked', {
  timeout: LIMIT,
}, async () => {
  const build = join(lab.root, 'build');
  expect(existsSync(join(folder(), 'build/u280/hw/decode.xclbin'))).toBe(true);
  for (const path of ['report.json', 'run.json', 'logs/link-decode-hw.log'])
    expect(existsSync(join(build, path)), path).toBe(true);
  for (const path of ['u280', 'images', 'lock.json']) expect(existsSync(join(build, path)), path).toBe(false);
  expect((await here(['report', '--on', 'me@card-box', '--bitstreams'])).code).toBe(0);
  expect(readFileSync(join(build, 'u280/hw/decode.xclbin'), 'utf8')).toMatch(/^board u280/);
});

test('only what changed is sent again, and what is gone here goes there', { timeout: LIMIT }, async () => {
  commands();
  const again = await here(ALL);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('Synthesis of decode: unchanged, skipped.');
  expect(again.stderr).not.toContain('files to send');
  expect(unpacked()).toBe(0);
  writeFileSync(join(lab.root, 'a note; $(touch x).txt'), 'one');
  expect((await here(['doctor', '--on=me@card-box'])).stderr).toContain('1 files to send, 0 to remove.');
  expect(readFileSync(join(folder(), 'a note; $(touch x).txt'), 'utf8')).toBe('one');
  rmSync(join(lab.root, 'a note; $(touch x).txt'));
  commands();
  expect((await here(['doctor', '--on=me@card-box'])).stderr).toContain('0 files to send, 1 to remove.');
  expect(unpacked()).toBe(0);
  expect(readdirSync(folder()).filter((name) => name === 'x' || name.startsWith('a note'))).toEqual([]);
});

test('a transfer that broke is made again', { timeout: LIMIT }, async () => {
  writeFileSync(join(folder(), '.flexllm-sent.json'), '{"run.m');
  expect((await here(['doctor', '--on', 'me@card-box'])).stderr).toMatch(/: \d\d files to send, 0 to remove\./);
});

test('text reaches the command as it is, and no shell on the way', { timeout: LIMIT }, async () => {
  const prompt = 'it\'s "$(touch hacked)" `id`; *\n\\ ü';
  const result = await here(['run', '--tokens', '4', '--prompt', prompt, '--on', 'me@card-box']);
  expect(result.code, result.stderr).toBe(0);
  expect(result.stdout.startsWith(`${prompt}hé!`), result.stdout).toBe(true);
  for (const place of [home, folder(), lab.root, lab.base]) expect(existsSync(join(place, 'hacked'))).toBe(false);
});

test('a failure over there is one here, with its words, its code and its logs', { timeout: LIMIT }, async () => {
  lab.machine.set({
    faults: [
      {
        tool: 'v++',
        phase: 'link',
        about: 'decode',
        lines: ['ERROR: [Common 17-49] write failed: No space left on device'],
      },
    ],
  });
  writeFileSync(
    join(lab.root, 'cfg/link_decode.cfg'),
    `${readFileSync(join(lab.root, 'cfg/link_decode.cfg'), 'utf8')}# changed\n`,
  );
  const failed = await here([...ALL, '--json']);
  lab.mendMachine();
  expect(failed.code).toBe(1);
  expect(JSON.parse(failed.stdout)).toMatchObject({ known: 'disk-full', step: 'link-decode-hw' });
  expect(readFileSync(join(lab.root, 'build/logs/link-decode-hw.log'), 'utf8')).toContain('No space left on device');
  expect((await here(['run', '--tokens', '0', '--on', 'me@card-box'])).code).toBe(2);
  expect((await here(ALL)).code).toBe(0);
});

test('Ctrl-C here stops the tools there', { timeout: LIMIT }, async () => {
  lab.machine.set({ faults: [{ tool: 'v++', phase: 'link', about: 'decode', waitMs: 60_000 }] });
  writeFileSync(
    join(lab.root, 'cfg/link_decode.cfg'),
    `${readFileSync(join(lab.root, 'cfg/link_decode.cfg'), 'utf8')}# again\n`,
  );
  const log = join(folder(), 'build/logs/link-decode-hw.log');
  rmSync(log, { force: true });
  const stopped = await here(ALL, {
    signal: 'SIGINT',
    stopWhen: () => existsSync(log) && readFileSync(log, 'utf8').includes('WNS='),
  });
  lab.mendMachine();
  expect(stopped.code).toBe(130);
  expect(existsSync(join(lab.root, 'build/lock.json'))).toBe(false);
  const lock = join(folder(), 'build/lock.json');
  for (let waited = 0; existsSync(lock); waited += 50) {
    expect(waited).toBeLessThan(10_000);
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  const next = await here(ALL);
  expect(next.code, next.stderr).toBe(0);
  expect(next.stderr).not.toContain('that a killed run had left');
});

test('a host that is none is refused before ssh sees it; one that does not answer is said', {
  timeout: LIMIT,
}, async () => {
  commands();
  for (const host of ['-oProxyCommand=touch x', 'a b', 'host;id', 'me@', '$(id)', 'ssh://x', 'a\nb']) {
    const refused = await here(['doctor', `--on=${host}`]);
    expect(refused, host).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a host as ssh knows it') });
  }
  expect((await here(['doctor', '--on='])).code).toBe(2);
  expect(await here(['doctor', '--bitstreams'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('give --on HOST'),
  });
  expect(commands()).toEqual([]);
  expect(await here(['doctor', '--on', 'elsewhere'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ssh did not reach elsewhere.*\n.*Could not resolve hostname/),
  });
});

test('a dry run prints what ssh would be given, and that works', { timeout: LIMIT }, async () => {
  rmSync(join(home, 'flexllm'), { recursive: true });
  commands();
  const dry = await here([...ALL, '--dry-run', '--prompt', "it's"]);
  expect(dry.code, dry.stderr).toBe(0);
  expect(commands()).toEqual([]);
  execFileSync('bash', ['-e'], {
    input: dry.stdout,
    env: { ...process.env, PATH: [join(lab.base, 'bin'), process.env['PATH'] ?? ''].join(delimiter) },
  });
  const ran = readFileSync(join(folder(), 'build/run.json'), 'utf8');
  expect(JSON.parse(ran)).toMatchObject({ ids: IDS });
  expect(readFileSync(join(lab.root, 'build/run.json'), 'utf8')).toBe(ran);
});
