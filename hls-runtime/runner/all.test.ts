/** `all`, `build`, `run` ... with stand-ins for the tools of both boards: what runs, what is skipped. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHardwareReport } from '../../src/core/models/hardware-report.ts';
import { ALL, builtLab, type Lab, stepsOf } from './fake-lab.ts';

const LIMIT = 120_000;
const labs = {} as Record<'u280' | 'v80', Lab>;

beforeAll(async () => {
  [labs.u280, labs.v80] = await Promise.all([builtLab('u280'), builtLab('v80')]);
}, LIMIT);
afterAll(() => {
  for (const lab of Object.values(labs)) lab.remove();
});

const doneOf = (result: Record<string, unknown>): string[] =>
  stepsOf(result)
    .filter((step) => step.status === 'done')
    .map((step) => step.id);

describe.each(['u280', 'v80'] as const)('%s', (board) => {
  test('all runs from nothing to tokens and a report, and again does nothing that is done', {
    timeout: LIMIT,
  }, async () => {
    const lab = labs[board];
    lab.reset('packed');
    const first = await lab.run(['all', '--tokens', '4']);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain('Once upon a timehé!');
    expect(first.stdout).toContain('time to first token 5.500 ms');
    expect(first.stdout).toContain('decode 400.00 tokens/s, 4 tokens');
    expect(first.stdout).toContain('idle 38.5 W, prefill 61.5 W, decode 72.3 W');
    expect(first.stdout).toContain('Written to build/report.json.');
    const report = parseHardwareReport(readFileSync(join(lab.root, 'build/report.json'), 'utf8'));
    expect(report).toMatchObject({
      board,
      release: '2025.1',
      target: 'hw',
      performance: { measured: { tokensPerSecond: 400, device: 'fake card, 2 bitstreams' } },
    });
    expect(report.kernels.every((kernel) => kernel.implemented !== null && kernel.clock.achieved !== null)).toBe(true);
    expect(
      report.instances.every((entry) => entry.synthesised !== null && (board === 'u280' || entry.implemented !== null)),
    ).toBe(true);
    lab.machine.calls();
    const second = await lab.run(['all', '--tokens', '4']);
    expect(second.code).toBe(0);
    const steps = second.stderr.split('\n').filter((line) => /^\[\d/.test(line));
    expect(steps.length).toBeGreaterThan(6);
    for (const line of steps) expect(line).toMatch(/: unchanged, skipped\.$/);
    expect(
      lab.machine
        .calls()
        .filter((call) => /^(?:v\+\+|cmake|vitis-run)$/.test(call.tool) && call.args[0] !== '--version'),
    ).toEqual([]);
  });

  test('only what a change concerns is made again', { timeout: LIMIT }, async () => {
    const lab = labs[board];
    lab.reset('built');
    const source = board === 'u280' ? 'src/decode.cpp' : 'hls/decode.cpp';
    writeFileSync(join(lab.root, source), `${readFileSync(join(lab.root, source), 'utf8')}\n// changed\n`);
    const done = doneOf(await lab.json(['build']));
    await lab.restoreProject();
    // The kernel is made again; where the synthesised kernel comes out the same, nothing that follows is.
    expect(done).toEqual(['synth-decode']);
    expect(doneOf(await lab.json(['build', '--clock', '250']))).toEqual(
      board === 'u280'
        ? [
            'synth-prefill',
            'synth-decode',
            'link-prefill-hw',
            'package-prefill-hw',
            'link-decode-hw',
            'package-decode-hw',
          ]
        : ['synth-decode', 'link-prefill_hw', 'link-decode_hw'],
    );
  });

  test('a dry run prints every command for a shell and changes nothing, with tools or without', {
    timeout: LIMIT,
  }, async () => {
    const lab = labs[board];
    rmSync(join(lab.root, 'build'), { recursive: true, force: true });
    const withTools = await lab.run(['all', '--dry-run', '--jobs', '3', '--prompt', "it's $(rm -rf /)"]);
    expect(withTools.code).toBe(0);
    const without = await lab.run(['all', '--dry-run', '--jobs', '3', '--prompt', "it's $(rm -rf /)"], {
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(without.code).toBe(0);
    expect(without.stdout).toContain(`# Vitis was not found; the Alveo ${board.toUpperCase()} needs release`);
    expect(existsSync(join(lab.root, 'build'))).toBe(false);
    for (const words of [
      'run.mjs',
      ' pack',
      ' csim ',
      'doctor --platform',
      '# Synthesis of prefill',
      '# Link of decode (hw)',
      '# Host program',
      '--tokens 32',
      'report',
    ]) {
      expect(withTools.stdout).toContain(words);
      expect(without.stdout).toContain(words);
    }
    const link =
      board === 'u280'
        ? /v\+\+ -l -t hw --platform \S+ --config \S+ --kernel_frequency 300 .*--jobs 3 .* -o decode\.link\.xclbin/
        : /slashkit link -c build\/v80\/config_decode\.cfg -p hw -o build\/v80\/decode_hw\.vbin .*--jobs 3/;
    expect(withTools.stdout).toMatch(link);
    // Every line is one that a shell understands.
    execFileSync('bash', ['-n'], { input: withTools.stdout });
  });

  test('the printed commands do what build does', { timeout: LIMIT }, async () => {
    const lab = labs[board];
    lab.reset('packed');
    const script = (await lab.run(['build', '--dry-run'])).stdout;
    execFileSync('bash', ['-e'], { input: script, env: lab.machine.env() });
    for (const kernel of ['prefill', 'decode'])
      expect(
        existsSync(join(lab.root, board === 'u280' ? `build/u280/hw/${kernel}.xclbin` : `build/v80/${kernel}_hw.vbin`)),
      ).toBe(true);
  });
});

test('emulation of either board needs no card', { timeout: LIMIT }, async () => {
  for (const [board, target] of [
    ['u280', 'hw_emu'],
    ['v80', 'emu'],
    ['v80', 'sim'],
  ] as const) {
    const lab = labs[board];
    lab.reset('built');
    lab.machine.set({ cards: [], v80: null });
    const result = await lab.run([...ALL, '--target', target]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain(`Of ${target}, not of hardware`);
    if (target === 'hw_emu') expect(existsSync(join(lab.root, 'build/u280/hw_emu/emconfig.json'))).toBe(true);
  }
  labs.u280.mendMachine();
  labs.v80.mendMachine();
});

test('classic vitis_hls is used where vitis-run is not, and the release before has its reports', {
  timeout: LIMIT,
}, async () => {
  const lab = labs.u280;
  lab.reset('packed');
  lab.machine.set({ release: '2023.2' });
  lab.machine.remove('vitis-run');
  const result = await lab.run(ALL);
  expect(result.code, result.stderr).toBe(0);
  expect(
    lab.machine
      .calls()
      .filter((call) => call.tool === 'vitis_hls' && call.args[0] === '-f')
      .map((call) => call.args[1]),
  ).toEqual(['scripts/prefill.tcl', 'scripts/decode.tcl']);
  expect(result.stdout).toMatch(/tools 2023\.2: \d+ reports read/);
});

test('Vitis is found through settings64.sh, and its libraries never reach the host program', {
  timeout: LIMIT,
}, async () => {
  const lab = labs.u280;
  lab.reset('packed');
  const home = join(lab.base, 'home');
  const settings = join(home, 'Xilinx/2025.1/Vitis/settings64.sh');
  mkdirSync(join(home, 'Xilinx/2025.1/Vitis/bin'), { recursive: true });
  cpSync(lab.machine.tools, join(home, 'Xilinx/2025.1/Vitis/bin'), { recursive: true });
  writeFileSync(
    settings,
    `export PATH='${join(home, 'Xilinx/2025.1/Vitis/bin')}':$PATH\nexport XILINX_VITIS='${join(home, 'Xilinx/2025.1/Vitis')}'\nexport LD_LIBRARY_PATH=/tools/Vitis/lib\n`,
  );
  const elsewhere = join(lab.base, 'cards');
  mkdirSync(elsewhere);
  for (const tool of ['xrt-smi', 'fake-tools.mjs', 'world.json'])
    cpSync(join(lab.machine.tools, tool), join(elsewhere, tool));
  const env = { PATH: `${elsewhere}:/usr/bin:/bin`, LD_LIBRARY_PATH: '/tools/Vitis/lib' };
  const result = await lab.run(ALL, { env });
  expect(result.code, result.stderr).toBe(0);
  const doctor = await lab.run(['doctor', '--platform', 'u280'], { env });
  expect(doctor.stdout).toContain(`ok      Alveo U280: Vitis: 2025.1, through ${settings}`);
  expect((await lab.run(['build', '--dry-run'], { env })).stdout.split('\n')[0]).toBe(`source ${settings}`);
  rmSync(join(home, 'Xilinx'), { recursive: true });
});

test('co-simulation is refused for the V80', async () => {
  const result = await labs.v80.run(['cosim']);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('Co-simulation is for the U280') });
});
