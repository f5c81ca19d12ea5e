/** Reports that are truncated, hostile, huge or in the way: said, left out, and everything else is still reported. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseHardwareReport } from '../../src/core/models/hardware-report.ts';
import { fakeHardware } from './fake-hardware.ts';
import { fakeManifest } from './fake-project.ts';
import { LineSplitter, LONGEST_LINE } from './lines.ts';
import type { Project } from './project.ts';
import { parseLinkSummary, parseSystemMap, parseXclbinInfo } from './report/bitstream.ts';
import { parseCosim, parseCsynthXml, parseHlsData } from './report/hls.ts';
import { printReport } from './report/print.ts';
import { makeReport } from './report/report.ts';
import { parseHierarchy, parseKernelUtilisation, parseTiming } from './report/vivado.ts';
import { parseXml } from './report/xml.ts';
import { readRun } from './run-record.ts';
import { explainFailure, failureOf } from './steps/explain.ts';
import { EMPTY_STEP, type Step } from './steps/step.ts';

const FIXTURES = fileURLToPath(new URL('../tests/fixtures', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'flexllm-fuzz-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  '2023.2/solution1_data.json': parseHlsData,
  '2023.2/csynth.xml': parseCsynthXml,
  '2023.2/impl_1_kernel_util_routed.rpt': parseKernelUtilisation,
  '2023.2/timing_summary_postroute_physopted.rpt': parseTiming,
  '2023.2/prefill.xclbin.info': parseXclbinInfo,
  '2023.2/prefill.xclbin.link_summary': parseLinkSummary,
  '2023.2/prefill_cosim.rpt': parseCosim,
  '2025.1/hls_data.json': parseHlsData,
  '2025.1/csynth.xml': parseCsynthXml,
  '2025.1/report_utilization_decode_hw.txt': parseHierarchy,
  '2025.1/report_timing_decode_hw.txt': parseTiming,
  '2025.1/system_map.xml': parseSystemMap,
};

test('a run that is none is refused', () => {
  for (const text of ['', '{', 'null', '[]', '{"format":"flexllm-run","version":1,"ids":{}}'])
    expect(() => readRun(text)).toThrow(Error);
});

/** Either a value or an Error with a message; never a hang, never anything else. */
function survives(read: (text: string) => unknown, text: string): void {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toBe('');
    expect(error).not.toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(RangeError);
  }
}

test('every fixture has a reader that takes it', () => {
  for (const release of ['2023.2', '2025.1'])
    for (const name of readdirSync(join(FIXTURES, release)))
      expect(READERS, name).toHaveProperty([`${release}/${name}`]);
  for (const [path, read] of Object.entries(READERS))
    expect(() => read(readFileSync(join(FIXTURES, path), 'utf8')), path).not.toThrow();
});

test.each(Object.entries(READERS))('%s cut short, with bytes changed, with junk', (path, read) => {
  const text = readFileSync(join(FIXTURES, path), 'utf8');
  fc.assert(
    fc.property(
      fc.nat(text.length),
      fc.array(fc.tuple(fc.nat(text.length), fc.string({ minLength: 1, maxLength: 3 })), { maxLength: 8 }),
      (end, changes) => {
        let broken = text.slice(0, end);
        for (const [at, junk] of changes) broken = broken.slice(0, at) + junk + broken.slice(at + junk.length);
        survives(read, broken);
      },
    ),
    { numRuns: 300, seed: 5 },
  );
  for (const hostile of [
    '',
    '\u0000'.repeat(1000),
    '{"ModuleInfo":null}',
    '{"ModuleInfo":{"Metrics":{"a":[]}}}',
    '[]',
    '<a>'.repeat(100_000),
    '<!--',
    '<a b="',
    'null',
    '{"format":"flexllm-run","version":1,"ids":{}}',
    `<a>${'&lt;'.repeat(100_000)}</a>`,
  ])
    survives(read, hostile);
});

test('time grows with the length of a report, not faster', () => {
  const started = performance.now();
  for (const [path, read] of Object.entries(READERS)) {
    const text = readFileSync(join(FIXTURES, path), 'utf8');
    survives(read, text + ' '.repeat(2_000_000));
    survives(read, text.replace(/\n/g, ' ').repeat(50));
    survives(read, `${text}${'| '.repeat(500_000)}\n${'-'.repeat(2_000_000)}`);
    survives(read, '<ENTRY>'.repeat(2000) + text);
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('entities do not expand, elements do not nest without end', () => {
  expect(parseXml('<a>&lt;b&gt;&unknown;</a>').text).toBe('<b>&unknown;');
  expect(parseXml('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>').text).toBe('&x;');
  expect(() => parseXml('<a>'.repeat(300) + '</a>'.repeat(300))).toThrow('too many elements');
});

function project(name: string): Project {
  const manifest = fakeManifest('u280');
  const root = join(base, name);
  mkdirSync(root, { recursive: true });
  return { root, manifest, manifestText: JSON.stringify(manifest) };
}

function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

test('what cannot be read is said, the rest is reported', async () => {
  const own = project('häßlich & "krumm"');
  const link = 'build/u280/hw/prefill/_x/reports/link/imp';
  put(own.root, 'build/u280/hls/prefill/component/hls/hls_data.json', '{"ModuleInfo": {');
  put(
    own.root,
    'build/u280/hls/prefill/component/hls/syn/report/csynth.xml',
    readFileSync(join(FIXTURES, '2025.1/csynth.xml')),
  );
  put(own.root, `${link}/impl_1_kernel_util_routed.rpt`, new Uint8Array(100_000).fill(200));
  put(own.root, `${link}/impl_1_hw_bb_locked_timing_summary_routed.rpt`, 'x'.repeat(3_000_000));
  put(own.root, 'build/run.json', '{"format":"flexllm-run","version":1}');
  mkdirSync(join(own.root, 'build/u280/hw/prefill.xclbin.info'));
  const report = await makeReport(own, fakeHardware('u280'), 'hw');
  const problems = Object.fromEntries(
    report.files.filter((file) => file.problem !== null).map((file) => [file.path.split('/').pop(), file.problem]),
  );
  expect(Object.keys(problems).sort()).toEqual([
    'hls_data.json',
    'impl_1_hw_bb_locked_timing_summary_routed.rpt',
    'impl_1_kernel_util_routed.rpt',
    'run.json',
  ]);
  expect(problems['impl_1_kernel_util_routed.rpt']).toBe('it has no table of kernels');
  expect(report.kernels[0]?.synthesised?.lut).toBe(6300);
  expect(report.performance.measured).toBeNull();
  const printed = printReport(report);
  expect(printed).toContain('build/run.json (run) cannot be used: it has a wrong value at');
  expect(
    parseHardwareReport(readFileSync(join(own.root, 'build/report.json'), 'utf8')).kernels[0]?.synthesised?.lut,
  ).toBe(6300);
});

test('names of reports with patterns in them are names', async () => {
  const own = project('patterns');
  put(
    own.root,
    'build/u280/hw/prefill/a(b[.link_summary',
    readFileSync(join(FIXTURES, '2023.2/prefill.xclbin.link_summary')),
  );
  const report = await makeReport(own, fakeHardware('u280'), 'hw');
  expect(report.files).toEqual([
    { path: 'build/u280/hw/prefill/a(b[.link_summary', kind: 'link summary', problem: null },
  ]);
});

test('a report that cannot be written is said in one sentence', async () => {
  const own = project('unwritable');
  writeFileSync(join(own.root, 'build'), 'in the way');
  await expect(makeReport(own, fakeHardware('u280'), 'hw')).rejects.toThrow(
    /build\/report\.json is in the way|cannot be written|is in the way/,
  );
});

const STEP: Step = {
  ...EMPTY_STEP,
  id: 'link-x',
  title: 'Link of x',
  kind: 'link',
  logs: ['work/v++.log', 'work/*/runme.log', 'nowhere/*/x.log'],
};

async function explained(
  name: string,
  logs: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ message: string; log: string }> {
  const { root } = project(name);
  for (const [path, content] of Object.entries(logs)) put(root, path, content);
  const error = await explainFailure({ root, board: 'u280' }, STEP, failureOf('v++', 1, null, STEP));
  return error as unknown as { message: string; log: string };
}

test('the first real error is found among megabytes on a line, binary junk and missing logs', async () => {
  const error = await explained('junk', {
    'build/logs/link-x.log': `${'x'.repeat(20_000_000)}\n\u0000\u0007\u001b[31m\nINFO: ERROR: no\nERROR: [v++ 60-661] v++ link run failed\n`,
    'work/impl/runme.log': Buffer.concat([
      Buffer.alloc(3_000_000, 0xff),
      Buffer.from('\nERROR: [Route 35-3] Design is not routable as its global congestion level is 7.\n'),
      Buffer.alloc(1000),
    ]),
  });
  expect(error.message).toBe('Link of x failed: v++ ended with exit code 1.');
  expect(error.log).toContain('  ERROR: [Route 35-3] Design is not routable');
  expect(error.log).toContain('Log: work/impl/runme.log, line 2; all output in build/logs/link-x.log');
});

test('an unknown error is shown with its place, and without one the last lines', async () => {
  const unknown = await explained('unknown', {
    'build/logs/link-x.log': 'a\nCRITICAL WARNING: [Foo 1-2] strange\nb\nERROR: [Foo 1-3] stranger\n',
  });
  expect(unknown.log).toContain('ERROR: [Foo 1-3] stranger\nThis message is not in the catalogue');
  expect(unknown.log).toContain('Log: build/logs/link-x.log, line 4');
  const none = await explained('none', { 'build/logs/link-x.log': '1\n2\n3\n' });
  expect(none.log).toContain('  1\n  2\n  3\nThese are the last lines');
  const nothing = await explained('nothing', {});
  expect(nothing.log).toContain('Log: build/logs/link-x.log');
});

test('lines are cut, cleaned and complete however they arrive', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'ß', '\n', '\r', ' '), maxLength: 20 }), { maxLength: 20 }),
      (pieces) => {
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line));
        for (const piece of pieces) splitter.push(piece);
        splitter.end();
        const whole = pieces
          .join('')
          .split('\n')
          .map((line) => line.replace(/\r/g, ''));
        if (whole.at(-1) === '' && lines.length < whole.length) whole.pop();
        expect(lines).toEqual(whole);
      },
    ),
    { seed: 7 },
  );
  let longest = 0;
  const splitter = new LineSplitter((line) => {
    longest = Math.max(longest, line.length);
  });
  for (let index = 0; index < 200; index += 1) splitter.push('y'.repeat(50_000));
  splitter.end();
  expect(longest).toBe(LONGEST_LINE);
});
