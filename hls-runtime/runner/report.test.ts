/** `report` on reports of recorded shape (2023.2 and 2025.1), and what the app reads of it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type HardwareReport, parseHardwareReport } from '../../src/core/models/hardware-report.ts';
import { fakeHardware } from './fake-hardware.ts';
import { fakeManifest } from './fake-project.ts';
import type { Project } from './project.ts';
import { parseXclbinInfo } from './report/bitstream.ts';
import { modulesOf, parseCosim, parseCsynthXml, parseHlsData } from './report/hls.ts';
import { printReport } from './report/print.ts';
import { makeReport } from './report/report.ts';
import { kernelClock, parseHierarchy, parseKernelUtilisation, parseTiming } from './report/vivado.ts';

const FIXTURES = fileURLToPath(new URL('../tests/fixtures', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'flexllm-report-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const fixture = (path: string): string => readFileSync(join(FIXTURES, path), 'utf8');

function place(root: string, files: Readonly<Record<string, string>>): void {
  for (const [from, to] of Object.entries(files)) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(join(FIXTURES, from), join(root, to));
  }
}

const RUN = {
  format: 'flexllm-run',
  version: 1,
  design: 'fake',
  board: 'u280',
  target: 'hw',
  device: 'xilinx_u280',
  finished: '2026-01-01T00:00:00.000Z',
  promptIds: [1, 2, 3],
  ids: [4, 5],
  text: 'x',
  seconds: { load: 1, prefill: 0.5, decode: 0.02, handover: 0.01 },
  watts: { idle: 38, prefill: 60.5, decode: null },
  timeToFirstToken: 0.52,
  decodeTokensPerSecond: 100,
};

function project(board: 'u280' | 'v80'): Project {
  const manifest = fakeManifest(board);
  return { root: join(base, board), manifest, manifestText: JSON.stringify(manifest) };
}

function instance(report: HardwareReport, stage: string, name: string): HardwareReport['instances'][number] {
  const found = report.instances.find((entry) => entry.stage === stage && entry.instance === name);
  if (found === undefined) throw new Error(`no ${stage}/${name}`);
  return found;
}

test('U280, reports of 2023.2', async () => {
  const own = project('u280');
  const link = 'build/u280/hw/prefill';
  place(own.root, {
    '2023.2/solution1_data.json': 'build/u280/hls/prefill/component/hls/hls_data.json',
    '2023.2/prefill_cosim.rpt': 'build/u280/hls/prefill/component/hls/sim/report/prefill_cosim.rpt',
    '2023.2/csynth.xml': 'build/u280/hls/decode/solution1/syn/report/csynth.xml',
    '2023.2/impl_1_kernel_util_routed.rpt': `${link}/_x/reports/link/imp/impl_1_kernel_util_routed.rpt`,
    '2023.2/timing_summary_postroute_physopted.rpt': `${link}/_x/reports/link/imp/impl_1_hw_bb_locked_timing_summary_postroute_physopted.rpt`,
    '2023.2/prefill.xclbin.link_summary': `${link}/prefill.link.link_summary`,
    '2023.2/prefill.xclbin.info': 'build/u280/hw/prefill.xclbin.info',
  });
  writeFileSync(join(own.root, 'build/run.json'), JSON.stringify(RUN));
  const report = await makeReport(own, fakeHardware('u280'), 'hw');
  expect(report.files.filter((file) => file.problem !== null)).toEqual([]);
  expect(report.release).toBe('2023.2');
  expect(instance(report, 'prefill', 'read').synthesised).toEqual({
    lut: 530,
    ff: 412,
    dsp: 0,
    bram18: 0,
    uram: 0,
    cycles: null,
    ii: null,
  });
  // A clone's name ends in a number; the interval is that of the inner loop.
  expect(instance(report, 'prefill', 'norm').synthesised).toEqual({
    lut: 1875,
    ff: 2210,
    dsp: 12,
    bram18: 4,
    uram: 0,
    cycles: 131,
    ii: 2,
  });
  expect(instance(report, 'decode', 'norm').synthesised).toMatchObject({ lut: 1700, cycles: null, ii: 3, uram: 1 });
  expect(instance(report, 'prefill', 'read').implemented).toBeNull();
  const [prefill, decode] = report.kernels;
  expect(prefill).toMatchObject({
    name: 'prefill',
    synthesised: { lut: 7630, bram18: 34 },
    implemented: { lut: 6211, ff: 7950, bram18: 36, uram: 2, dsp: 12 },
    worstSlack: -0.087,
    cosimCycles: 8190,
  });
  expect(prefill?.clock.asked).toBe(300);
  expect(prefill?.clock.synthesised).toBeCloseTo(1000 / 2.433, 3);
  expect(prefill?.clock.implemented).toBeCloseTo(1000 / (3.334 + 0.087), 3);
  expect(prefill?.clock.achieved).toBe(292.3);
  expect(decode).toMatchObject({
    implemented: null,
    clock: { achieved: null, implemented: null },
    worstSlack: null,
    cosimCycles: null,
  });
  expect(report.performance.measured).toMatchObject({
    tokensPerSecond: 100,
    prefillWatts: 60.5,
    decodeWatts: null,
    prompt: 3,
    generated: 2,
  });
  const printed = printReport(report);
  expect(printed).toMatch(/^prefill\/norm +estimated +120,000 +- +5,000 +7,000 +64 +12 +2$/m);
  expect(printed).toMatch(/^ +synthesised +131 +2 +1,875 +2,210 +12 +4 +0$/m);
  expect(printed).toMatch(/^measured +3 \+ 2 +500\.000 +520\.000 +100\.0 +60\.5 +-$/m);
  // What was written is what the app reads.
  expect(parseHardwareReport(readFileSync(join(own.root, 'build/report.json'), 'utf8'))).toEqual(report);
});

test('V80, reports of 2025.1', async () => {
  const own = project('v80');
  const work = (kernel: string): string => `build/v80/hls/build_${kernel}.xcv80-lsva4737-2MHP-e-S/hls`;
  place(own.root, {
    '2025.1/hls_data.json': `${work('decode')}/hls_data.json`,
    '2025.1/csynth.xml': `${work('prefill')}/syn/report/csynth.xml`,
    '2025.1/report_utilization_decode_hw.txt': 'build/v80/decode_hw.vbin.prj/report_utilization_decode_hw.txt',
    '2025.1/report_timing_decode_hw.txt': 'build/v80/decode_hw.vbin.prj/impl/report_timing_decode_hw.txt',
    '2025.1/system_map.xml': 'build/v80/decode_hw.vbin.prj/system_map.xml',
  });
  const report = await makeReport(own, fakeHardware('v80'), 'hw');
  expect(report.files.filter((file) => file.problem !== null)).toEqual([]);
  expect(report.release).toBe('2025.1');
  expect(instance(report, 'decode', 'norm')).toMatchObject({
    synthesised: { lut: 1404, ii: 1 },
    implemented: { lut: 1288, ff: 1711, dsp: 9, bram18: 3, uram: 1 },
  });
  expect(instance(report, 'decode', 'read').implemented).toEqual({ lut: 470, ff: 380, dsp: 0, bram18: 0, uram: 0 });
  expect(instance(report, 'prefill', 'read')).toMatchObject({
    synthesised: { cycles: 68, ii: 1, lut: 505 },
    implemented: null,
  });
  const decode = report.kernels[1];
  expect(decode).toMatchObject({
    implemented: { lut: 4801, ff: 5702, bram18: 22, uram: 1, dsp: 9 },
    worstSlack: -0.431,
  });
  expect(decode?.clock.implemented).toBeCloseTo(1000 / 5.431, 3);
  expect(decode?.clock.achieved).toBeCloseTo(184.128, 3);
  expect(report.performance.measured).toBeNull();
  expect(printReport(report)).toMatch(/^measured +- +- +- +- +- +-$/m);
});

/** The report as SLASH writes it, with -hierarchical_percentages: every amount with its share. */
const withPercentages = (text: string): string =>
  text
    .replace('-hierarchical -file', '-hierarchical -hierarchical_percentages -file')
    .replace('DSP Blocks', 'DSP Slices')
    .replaceAll(/(\| +)(\d+)(?= \|)/g, '$1$2(0.19%)');

test.each([
  ['with percentages', withPercentages, { lut: 4801, ff: 5702, bram18: 22, uram: 1, dsp: 9 }, null],
  [
    'with amounts in words',
    (text: string) => text.replaceAll(/(\| +)\d+(?= \|)/g, '$1many'),
    null,
    'its table has no amounts that can be read, such as "many"',
  ],
  [
    'of another design',
    (text: string) => text.replaceAll('decode_0', 'other_0'),
    null,
    'its table has no row of decode_0',
  ],
] as const)('V80, utilisation %s', async (name, change, implemented, problem) => {
  const own = { ...project('v80'), root: join(base, `v80 ${name}`) };
  const path = 'build/v80/decode_hw.vbin.prj/report_utilization_decode_hw.txt';
  mkdirSync(dirname(join(own.root, path)), { recursive: true });
  writeFileSync(join(own.root, path), change(fixture('2025.1/report_utilization_decode_hw.txt')));
  const report = await makeReport(own, fakeHardware('v80'), 'hw');
  expect(report.kernels[1]?.implemented).toEqual(implemented);
  expect(report.files).toEqual([{ path, kind: 'utilisation', problem }]);
  if (problem === null)
    expect(instance(report, 'decode', 'norm').implemented).toEqual({ lut: 1288, ff: 1711, dsp: 9, bram18: 3, uram: 1 });
  else expect(printReport(report)).toContain(`${path} (utilisation) cannot be used: ${problem}.`);
});

test('a table that yields nothing is a problem, of every kind of report', () => {
  const nothing: readonly (readonly [string, (text: string) => unknown, RegExp])[] = [
    ['2023.2/impl_1_kernel_util_routed.rpt', parseKernelUtilisation, /no amounts that can be read, such as "\? \["/],
    ['2025.1/report_utilization_decode_hw.txt', parseHierarchy, /no amounts that can be read/],
    ['2025.1/csynth.xml', parseCsynthXml, /no amounts that can be read/],
    ['2025.1/hls_data.json', parseHlsData, /no amounts that can be read/],
    ['2023.2/prefill_cosim.rpt', parseCosim, /no latency that can be read/],
    ['2023.2/timing_summary_postroute_physopted.rpt', parseTiming, /no numbers|no slack that can be read/],
  ];
  for (const [path, read, words] of nothing) {
    const text = fixture(path);
    expect(() => read(text), path).not.toThrow();
    const said = path.endsWith('.json')
      ? text.replaceAll(/("(?:LUT|FF|DSP|BRAM_18K|URAM)": *)"?\d+"?/g, '$1"?"')
      : path.endsWith('.xml')
        ? text.replaceAll(/>\d+</g, '>?<')
        : path.includes('timing')
          ? text.replaceAll(/-?\d+\.\d+/g, '?')
          : text.replaceAll(/(\| +)\d+(?: \[[^|]*)?(?= *\|)/g, '$1? [');
    expect(() => read(said), path).toThrow(words);
  }
});

test('nothing built: all dashes, and a word on what to do', async () => {
  const own = { ...project('u280'), root: join(base, 'nothing') };
  mkdirSync(own.root);
  const report = await makeReport(own, fakeHardware('u280'), 'hw_emu');
  expect(report.kernels.every((kernel) => kernel.synthesised === null && kernel.clock.achieved === null)).toBe(true);
  expect(printReport(report)).toContain('No report of the tools was found; run "node run.mjs synth"');
});

test('parts of the readers', () => {
  const timing = parseTiming(fixture('2023.2/timing_summary_postroute_physopted.rpt'));
  expect(timing.slack).toBe(-0.087);
  expect(timing.clocks.map((clock) => [clock.name, clock.period, clock.slack])).toContainEqual([
    'hbm_aclk',
    2.222,
    0.051,
  ]);
  expect(kernelClock(timing, 300)?.name).toBe('clk_kernel_00_unbuffered_net');
  expect(parseXclbinInfo(fixture('2023.2/prefill.xclbin.info'))).toEqual({
    achieved: 292.3,
    platform: 'xilinx_u280_gen3x16_xdma_1_202211_1',
  });
  const hls = parseHlsData(fixture('2023.2/solution1_data.json'));
  expect(modulesOf(hls, 'prefill_read').map((module) => module.name)).toEqual(['prefill_read']);
  expect(modulesOf(hls, 'prefill')).toHaveLength(1);
  expect(modulesOf(hls, 'pre')).toEqual([]);
});

test('the app refuses what is no report, in one sentence', () => {
  const good = JSON.parse(readFileSync(join(base, 'u280', 'build/report.json'), 'utf8')) as Record<string, unknown>;
  const refused = (value: unknown, words: RegExp): void =>
    expect(() => parseHardwareReport(typeof value === 'string' ? value : JSON.stringify(value))).toThrow(words);
  refused('{', /no JSON/);
  refused({ format: 'other' }, /no report of a build/);
  refused({ ...good, version: 2 }, /version 2, but version 1 is read/);
  refused({ ...good, surprise: 1 }, /damaged/);
  refused(
    { ...good, instances: [{ ...(good['instances'] as object[])[0], estimated: { lut: -1 } }] },
    /damaged at instances\.0\.estimated/,
  );
  refused({ ...good, design: 'a\u0000b' }, /damaged at design/);
  refused({ ...good, kernels: 'x'.repeat(100) }, /damaged at kernels/);
});
