/** What users may get wrong, and the commands besides `all`. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtLab, type Lab, stepsOf } from './fake-lab.ts';

const LIMIT = 120_000;
let lab: Lab;

beforeAll(async () => {
  lab = await builtLab('u280');
}, LIMIT);
afterAll(() => lab.remove());

const doneOf = (result: Record<string, unknown>): string[] =>
  stepsOf(result)
    .filter((step) => step.status === 'done')
    .map((step) => step.id);

describe('what the user may get wrong', () => {
  test.each([
    [['build', '--platform', 'v80'], 'exported for the Alveo U280, but --platform says v80'],
    [['build', '--platform', 'u55c'], '--platform is "u55c", but must be u280 or v80.'],
    [['build', '--target', 'emu'], '--target is "emu", but the Alveo U280 has hw, hw_emu.'],
    [['build', '--clock', '5000'], '--clock is "5000", but must be a whole number from 10 to 1000.'],
    [['build', '--jobs', '0'], '--jobs is "0"'],
    [['cosim', '--kernel', 'nothing'], 'the kernels are prefill, decode'],
    [['run', '--device', '; reboot'], '--device is "; reboot", but must be an index or a PCI address'],
    [['run', '--top-k', '9'], 'exceeds the 8 candidates'],
    [['run', '--prompt', 'word '.repeat(100)], 'the design takes at most 32'],
  ] as const)('%j', async (args, words) => {
    lab.reset('built');
    const result = await lab.run(args);
    expect(result).toMatchObject({ code: 2, stdout: args[0] === 'run' ? expect.any(String) : '' });
    expect(result.stderr).toContain(words);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('steps that need earlier ones say so', async () => {
    lab.reset('packed');
    const run = await lab.run(['run']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('build/u280/hw/prefill.xclbin is not there; run "node run.mjs build" first.');
    expect((await lab.run(['report'])).stdout).toContain('No report of the tools was found');
  });

  test('hostile paths in the manifest go nowhere', async () => {
    const path = join(lab.root, 'manifest.json');
    const good = JSON.parse(readFileSync(path, 'utf8')) as {
      hardware: Record<string, unknown> & { kernels: object[]; bitstreams: object[]; host: object };
    };
    const bad: [object, string][] = [
      [
        { ...good.hardware, kernels: [{ ...good.hardware.kernels[0], source: '../../etc/passwd' }] },
        'no source or configuration inside the project',
      ],
      [{ ...good.hardware, kernels: [{ ...good.hardware.kernels[0], name: '$(reboot)' }] }, 'no valid name'],
      [
        { ...good.hardware, bitstreams: [{ ...good.hardware.bitstreams[0], config: '/etc/passwd' }] },
        'no configuration inside the project',
      ],
      [
        { ...good.hardware, bitstreams: [{ ...good.hardware.bitstreams[0], kernels: ['other'] }] },
        'a kernel that does not exist',
      ],
      [
        { ...good.hardware, host: { ...good.hardware.host, sources: ['-x.cpp'] } },
        '"host.sources" is no list of paths',
      ],
      [{ ...good.hardware, platform: 'a b' }, '"platform" is no platform'],
      [{ ...good.hardware, board: 'u55c' }, 'its board is "u55c"'],
    ];
    for (const [hardware, words] of bad) {
      writeFileSync(path, JSON.stringify({ ...good, hardware }));
      const result = await lab.run(['build', '--dry-run']);
      expect(result.code, words).toBe(2);
      expect(result.stderr).toContain(words);
    }
    const { hardware: _hardware, ...old } = good;
    writeFileSync(path, JSON.stringify(old));
    expect((await lab.run(['build'])).stderr).toContain('cannot be used: it is missing; export the project again');
    expect((await lab.run(['doctor'])).code).toBe(0);
    await lab.restoreProject();
  });
});

test('a folder that cannot be written, or is in the way, is said in one sentence', { timeout: LIMIT }, async () => {
  lab.reset('packed');
  rmSync(join(lab.root, 'build'), { recursive: true });
  writeFileSync(join(lab.root, 'build'), 'a file');
  for (const command of ['pack', 'build', 'all', 'clean']) {
    const result = await lab.run([command]);
    expect(result.code, command + result.stderr).toBe(1);
    expect(result.stderr, command).toMatch(/is in the way/);
  }
  rmSync(join(lab.root, 'build'));
  if (process.getuid?.() === 0) return; // The administrator may write everywhere.
  mkdirSync(join(lab.root, 'build'));
  chmodSync(join(lab.root, 'build'), 0o555);
  const result = await lab.run(['build']);
  chmodSync(join(lab.root, 'build'), 0o755);
  expect(result.stderr).toContain('cannot be written');
});

test('co-simulation runs after synthesis, and is refused where there is no test bench', {
  timeout: LIMIT,
}, async () => {
  lab.reset('built');
  const result = await lab.json(['cosim', '--kernel', 'decode']);
  expect(doneOf(result)).toEqual(['cosim-decode']);
  expect((await lab.json(['report']))['kernels']).toMatchObject([{ cosimCycles: null }, { cosimCycles: 12789 }]);
  const config = join(lab.root, 'cfg/decode.cfg');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^tb\.file=.*\n/m, ''));
  const refused = await lab.run(['cosim']);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('cfg/decode.cfg names no test bench') });
  await lab.restoreProject();
});

test('build makes the host program too, except where there is no XRT', { timeout: LIMIT }, async () => {
  lab.reset('packed');
  lab.machine.remove('xrt-smi');
  lab.machine.remove('xbutil');
  const without = await lab.run(['build']);
  expect(without.code, without.stderr).toBe(0);
  expect(without.stderr).toContain('run "node run.mjs host" on the one with the card');
  expect((await lab.run(['run'])).stderr).toContain(
    'The host program build/u280/host/host is not there; run "node run.mjs host" first.',
  );
  lab.mendMachine();
  expect(doneOf(await lab.json(['build']))).toEqual(['host']);
});

test('Vivado reports a U280 design by instance on request, and a clock of build is the one asked for', {
  timeout: LIMIT,
}, async () => {
  lab.reset('built');
  expect((await lab.run(['build', '--clock', '250'])).code).toBe(0);
  const report = await lab.json(['report', '--hierarchy']);
  expect(report['instances']).toMatchObject(
    Array.from({ length: 4 }, () => ({ implemented: { lut: expect.any(Number) } })),
  );
  expect(report['kernels']).toMatchObject([{ clock: { asked: 250, achieved: 250 } }, { clock: { asked: 250 } }]);
  rmSync(join(lab.root, 'build/u280/hw/decode/_x'), { recursive: true });
  rmSync(join(lab.root, 'build/u280/hw/decode/hierarchy'), { recursive: true });
  const failed = await lab.run(['report', '--hierarchy']);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('ERROR: no routed design in');
});

test('clean removes what was built and keeps the project', { timeout: LIMIT }, async () => {
  lab.reset('built');
  expect((await lab.run(['clean'])).code).toBe(0);
  expect(existsSync(join(lab.root, 'build'))).toBe(false);
  expect(existsSync(join(lab.root, 'model/model.safetensors'))).toBe(true);
});
