/** `all`, `build`, `run` ... with stand-ins for the tools of both boards: what runs, what is skipped, what interruptions leave. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

describe.each(['u280', 'v80'] as const)('%s', (board) => {
  test('all runs from nothing to tokens and a report, and again does nothing that is done', { timeout: LIMIT }, async () => {
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
    expect(report).toMatchObject({ board, release: '2025.1', target: 'hw', performance: { measured: { tokensPerSecond: 400, device: 'fake card, 2 bitstreams' } } });
    expect(report.kernels.every((kernel) => kernel.implemented !== null && kernel.clock.achieved !== null)).toBe(true);
    expect(report.instances.every((entry) => entry.synthesised !== null && (board === 'u280' || entry.implemented !== null))).toBe(true);
    lab.machine.calls();
    const second = await lab.run(['all', '--tokens', '4']);
    expect(second.code).toBe(0);
    const steps = second.stderr.split('\n').filter((line) => /^\[\d/.test(line));
    expect(steps.length).toBeGreaterThan(6);
    for (const line of steps) expect(line).toMatch(/: unchanged, skipped\.$/);
    expect(lab.machine.calls().filter((call) => /^(?:v\+\+|cmake|vitis-run)$/.test(call.tool) && call.args[0] !== '--version')).toEqual([]);
  });

  test('only what a change concerns is made again', { timeout: LIMIT }, async () => {
    const lab = labs[board];
    lab.reset('built');
    const source = board === 'u280' ? 'src/decode.cpp' : 'hls/decode.cpp';
    writeFileSync(join(lab.root, source), `${readFileSync(join(lab.root, source), 'utf8')}\n// changed\n`);
    const done = doneOf(await lab.json(['build']));
    lab.restoreProject();
    // The kernel is made again; where the synthesised kernel comes out the same, nothing that follows is.
    expect(done).toEqual(['synth-decode']);
    expect(doneOf(await lab.json(['build', '--clock', '250']))).toEqual(board === 'u280' ? ['synth-prefill', 'synth-decode', 'link-prefill-hw', 'package-prefill-hw', 'link-decode-hw', 'package-decode-hw'] : ['synth-decode', 'link-prefill_hw', 'link-decode_hw']);
  });

  test('a dry run prints every command for a shell and changes nothing, with tools or without', { timeout: LIMIT }, async () => {
    const lab = labs[board];
    rmSync(join(lab.root, 'build'), { recursive: true, force: true });
    const withTools = await lab.run(['all', '--dry-run', '--jobs', '3', '--prompt', "it's $(rm -rf /)"]);
    expect(withTools.code).toBe(0);
    const without = await lab.run(['all', '--dry-run', '--jobs', '3', '--prompt', "it's $(rm -rf /)"], { env: { PATH: '/usr/bin:/bin' } });
    expect(without.code).toBe(0);
    expect(without.stdout).toContain(`# Vitis was not found; the Alveo ${board.toUpperCase()} needs release`);
    expect(existsSync(join(lab.root, 'build'))).toBe(false);
    for (const words of ['run.mjs', ' pack', ' csim ', 'doctor --platform', '# Synthesis of prefill', '# Link of decode (hw)', '# Host program', '--tokens 32', 'report']) {
      expect(withTools.stdout).toContain(words);
      expect(without.stdout).toContain(words);
    }
    const link = board === 'u280' ? /v\+\+ -l -t hw --platform \S+ --config \S+ --kernel_frequency 300 .*--jobs 3 .* -o decode\.link\.xclbin/ : /slashkit link -c build\/v80\/config_decode\.cfg -p hw -o build\/v80\/decode_hw\.vbin .*--jobs 3/;
    expect(withTools.stdout).toMatch(link);
    // Every line is one that a shell understands.
    execFileSync('bash', ['-n'], { input: withTools.stdout });
  });

  test('the printed commands do what build does', { timeout: LIMIT }, async () => {
    const lab = labs[board];
    lab.reset('packed');
    const script = (await lab.run(['build', '--dry-run'])).stdout;
    execFileSync('bash', ['-e'], { input: script, env: lab.machine.env() });
    for (const kernel of ['prefill', 'decode']) expect(existsSync(join(lab.root, board === 'u280' ? `build/u280/hw/${kernel}.xclbin` : `build/v80/${kernel}_hw.vbin`))).toBe(true);
  });
});

test('emulation of either board needs no card', { timeout: LIMIT }, async () => {
  for (const [board, target] of [['u280', 'hw_emu'], ['v80', 'emu'], ['v80', 'sim']] as const) {
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

test('classic vitis_hls is used where vitis-run is not, and the release before has its reports', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('packed');
  lab.machine.set({ release: '2023.2' });
  lab.machine.remove('vitis-run');
  const result = await lab.run(ALL);
  expect(result.code, result.stderr).toBe(0);
  expect(lab.machine.calls().filter((call) => call.tool === 'vitis_hls' && call.args[0] === '-f').map((call) => call.args[1])).toEqual(['scripts/prefill.tcl', 'scripts/decode.tcl']);
  expect(result.stdout).toMatch(/tools 2023\.2: \d+ reports read/);
});

test('Vitis is found through settings64.sh, and its libraries never reach the host program', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('packed');
  const home = join(lab.base, 'home');
  const settings = join(home, 'Xilinx/2025.1/Vitis/settings64.sh');
  mkdirSync(join(home, 'Xilinx/2025.1/Vitis/bin'), { recursive: true });
  cpSync(lab.machine.tools, join(home, 'Xilinx/2025.1/Vitis/bin'), { recursive: true });
  writeFileSync(settings, `export PATH='${join(home, 'Xilinx/2025.1/Vitis/bin')}':$PATH\nexport XILINX_VITIS='${join(home, 'Xilinx/2025.1/Vitis')}'\nexport LD_LIBRARY_PATH=/tools/Vitis/lib\n`);
  const elsewhere = join(lab.base, 'cards');
  mkdirSync(elsewhere);
  for (const tool of ['xrt-smi', 'fake-tools.mjs', 'world.json']) cpSync(join(lab.machine.tools, tool), join(elsewhere, tool));
  const env = { PATH: `${elsewhere}:/usr/bin:/bin`, LD_LIBRARY_PATH: '/tools/Vitis/lib' };
  const result = await lab.run(ALL, { env });
  expect(result.code, result.stderr).toBe(0);
  const doctor = await lab.run(['doctor', '--platform', 'u280'], { env });
  expect(doctor.stdout).toContain(`ok      Alveo U280: Vitis: 2025.1, through ${settings}`);
  expect((await lab.run(['build', '--dry-run'], { env })).stdout.split('\n')[0]).toBe(`source ${settings}`);
  rmSync(join(home, 'Xilinx'), { recursive: true });
});

describe('interruptions', () => {
  const SLOW = { faults: [{ tool: 'v++', phase: 'link', about: 'decode', waitMs: 60_000 }] } as const;

  test('Ctrl-C ends the tools and leaves nothing half-done; all goes on from there', { timeout: LIMIT }, async () => {
    const lab = labs.u280;
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
    const lab = labs.u280;
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
    const lab = labs.u280;
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
    const lab = labs.u280;
    lab.reset('built');
    for (const lock of ['rubbish', '{"pid":999999999,"start":"1","host":"x","command":"all","run":"y"}'.replace('"x"', JSON.stringify(execFileSync('hostname', { encoding: 'utf8' }).trim()))]) {
      writeFileSync(join(lab.root, 'build/lock.json'), lock);
      expect((await lab.run(['build'])).code).toBe(0);
    }
  });
});

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
    const lab = labs.u280;
    lab.reset('built');
    const result = await lab.run(args);
    expect(result).toMatchObject({ code: 2, stdout: args[0] === 'run' ? expect.any(String) : '' });
    expect(result.stderr).toContain(words);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('steps that need earlier ones say so', async () => {
    const lab = labs.u280;
    lab.reset('packed');
    const run = await lab.run(['run']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('build/u280/hw/prefill.xclbin is not there; run "node run.mjs build" first.');
    expect((await lab.run(['report'])).stdout).toContain('No report of the tools was found');
  });

  test('hostile paths in the manifest go nowhere', async () => {
    const lab = labs.u280;
    const path = join(lab.root, 'manifest.json');
    const good = JSON.parse(readFileSync(path, 'utf8')) as { hardware: Record<string, unknown> & { kernels: object[]; bitstreams: object[]; host: object } };
    const bad: [object, string][] = [
      [{ ...good.hardware, kernels: [{ ...good.hardware.kernels[0], source: '../../etc/passwd' }] }, 'no source or configuration inside the project'],
      [{ ...good.hardware, kernels: [{ ...good.hardware.kernels[0], name: '$(reboot)' }] }, 'no valid name'],
      [{ ...good.hardware, bitstreams: [{ ...good.hardware.bitstreams[0], config: '/etc/passwd' }] }, 'no configuration inside the project'],
      [{ ...good.hardware, bitstreams: [{ ...good.hardware.bitstreams[0], kernels: ['other'] }] }, 'a kernel that does not exist'],
      [{ ...good.hardware, host: { ...good.hardware.host, sources: ['-x.cpp'] } }, '"host.sources" is no list of paths'],
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
    lab.restoreProject();
  });
});

test('a folder that cannot be written, or is in the way, is said in one sentence', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
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

test('co-simulation runs after synthesis, and is refused where there is no test bench', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('built');
  const result = await lab.json(['cosim', '--kernel', 'decode']);
  expect(doneOf(result)).toEqual(['cosim-decode']);
  expect((await lab.json(['report']))['kernels']).toMatchObject([{ cosimCycles: null }, { cosimCycles: 12789 }]);
  const config = join(lab.root, 'cfg/decode.cfg');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^tb\.file=.*\n/m, ''));
  const refused = await lab.run(['cosim']);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('cfg/decode.cfg names no test bench') });
  lab.restoreProject();
  expect((await labs.v80.run(['cosim'])).stderr).toContain('Co-simulation is for the U280');
});

test('build makes the host program too, except where there is no XRT', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('packed');
  lab.machine.remove('xrt-smi');
  lab.machine.remove('xbutil');
  const without = await lab.run(['build']);
  expect(without.code, without.stderr).toBe(0);
  expect(without.stderr).toContain('run "node run.mjs host" on the one with the card');
  expect((await lab.run(['run'])).stderr).toContain('The host program build/u280/host/host is not there; run "node run.mjs host" first.');
  lab.mendMachine();
  expect(doneOf(await lab.json(['build']))).toEqual(['host']);
});

test('Vivado reports a U280 design by instance on request, and a clock of build is the one asked for', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('built');
  expect((await lab.run(['build', '--clock', '250'])).code).toBe(0);
  const report = await lab.json(['report', '--hierarchy']);
  expect(report['instances']).toMatchObject(Array.from({ length: 4 }, () => ({ implemented: { lut: expect.any(Number) } })));
  expect(report['kernels']).toMatchObject([{ clock: { asked: 250, achieved: 250 } }, { clock: { asked: 250 } }]);
  rmSync(join(lab.root, 'build/u280/hw/decode/_x'), { recursive: true });
  rmSync(join(lab.root, 'build/u280/hw/decode/hierarchy'), { recursive: true });
  const failed = await lab.run(['report', '--hierarchy']);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('ERROR: no routed design in');
});

test('clean removes what was built and keeps the project', { timeout: LIMIT }, async () => {
  const lab = labs.u280;
  lab.reset('built');
  expect((await lab.run(['clean'])).code).toBe(0);
  expect(existsSync(join(lab.root, 'build'))).toBe(false);
  expect(existsSync(join(lab.root, 'model/model.safetensors'))).toBe(true);
});
