/** What is said of a running tool, and how commands are printed. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration } from './duration.ts';
import { moveHlsConfig, withClock } from './flow/hls-config.ts';
import { shellLine } from './quote.ts';
import { LiveStatus } from './steps/live.ts';
import { releaseProblem } from './tools/releases.ts';
import { parseV80List } from './tools/slash.ts';
import { parseCards, parseXrtVersion, shellFits } from './tools/xrt.ts';

function stream(isTTY: boolean): { readonly written: string[]; readonly stream: NodeJS.WriteStream } {
  const written: string[] = [];
  return {
    written,
    stream: { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream,
  };
}

test('phase and slack are read from the logs of v++ and Vivado', () => {
  const live = new LiveStatus('link', stream(false).stream, () => 0);
  const after = (line: string): string => {
    live.line(line);
    return live.status();
  };
  expect(after('[16:48:39] Run vpl: Step impl: Started')).toBe('00:00:00, vpl impl');
  expect(
    after(
      '[17:01:46] Finished 2nd of 6 tasks (FPGA linking synthesized kernels to platform). Elapsed time: 00h 44m 35s',
    ),
  ).toContain('FPGA linking synthesized kernels to platform finished (2nd of 6)');
  expect(after('[16:46:04] Block-level synthesis in progress, 66 of 67 jobs complete, 1 job running.')).toContain(
    'block synthesis 66 of 67',
  );
  expect(after('[17:10:52] Starting logic placement..')).toContain('logic placement');
  expect(after('[17:02:47] Phase 2 Constant propagation')).toContain('Phase 2 Constant propagation');
  expect(after('Phase 2.3 Global Clock Net Routing | Checksum: 1e3900f36')).toContain(
    'Phase 2.3 Global Clock Net Routing',
  );
  expect(after('INFO: [Route 35-416] Intermediate Timing Summary | WNS=-3.124 | TNS=-4683.236| WHS=-2.451 |')).toMatch(
    /, WNS -3\.124 ns$/,
  );
  expect(after('INFO: [Place 30-746] Post Placement Timing Summary WNS=0.051')).toMatch(/, WNS 0\.051 ns$/);
  expect(after("INFO: [HLS 200-10] Analyzing design file '../src/prefill.cpp' ...")).toContain('reading prefill.cpp');
  const before = live.status();
  for (const line of ['', 'nothing of interest', 'x'.repeat(100_000)]) expect(after(line)).toBe(before);
});

test('without a terminal a line now and then, on one a line that is drawn again', () => {
  let now = 0;
  const plain = stream(false);
  const quiet = new LiveStatus('link', plain.stream, () => now);
  quiet.line('[1] Starting logic placement..');
  expect(plain.written).toEqual([]);
  now = 11_000;
  quiet.line('[1] Starting logic routing..');
  quiet.line('[1] Starting logic routing..');
  expect(plain.written).toEqual(['link: 00:00:11, logic routing\n']);
  quiet.end();
  expect(formatDuration(3 * 3600 + 62)).toBe('03:01:02');
});

test('what is printed is what a shell reads back', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '\n', ';', '*', 'ß', '-', '=') }),
        { minLength: 1, maxLength: 6 },
      ),
      (words) => {
        const shown = execFileSync('bash', ['-c', shellLine('printf', ['%s\\0', ...words])], { encoding: 'utf8' });
        expect(shown.split('\0').slice(0, -1)).toEqual(words);
      },
    ),
    { numRuns: 40, seed: 3 },
  );
});

test('a kernel configuration is moved with its paths, and its clock changed only when asked', () => {
  const text =
    'part=x\n[hls]\nclock=3.333ns\nsyn.file=src/a.cpp\nsyn.cflags=-Iinclude -Isrc -std=c++17 -I/usr/x\ntb.file=/abs/tb.cpp\n# syn.file=src/b.cpp\n';
  expect(moveHlsConfig(text, 'build/u280/hls/a', undefined)).toBe(
    'part=x\n[hls]\nclock=3.333ns\nsyn.file=../../../../src/a.cpp\nsyn.cflags=-I../../../../include -I../../../../src -std=c++17 -I/usr/x\ntb.file=/abs/tb.cpp\n# syn.file=src/b.cpp\n',
  );
  expect(moveHlsConfig(text, 'b', 250)).toContain('clock=4.000ns\nsyn.file=../src/a.cpp');
  expect(withClock('[clock]\nkrnl=a_0\nfreqhz=200000000\n', 180)).toBe('[clock]\nkrnl=a_0\nfreqhz=180000000\n');
});

test('releases, versions, cards', () => {
  expect(
    ['2022.2', '2023.1', '2023.2', '2024.2', '2025.1', '2025.2', '2026.1'].map(
      (release) => releaseProblem('u280', release) === undefined,
    ),
  ).toEqual([false, false, true, true, true, false, false]);
  expect(['2024.2', '2025.1', '2025.2'].map((release) => releaseProblem('v80', release) === undefined)).toEqual([
    false,
    true,
    false,
  ]);
  expect(
    parseXrtVersion(
      'Version              : 2.16.204\nBranch               : 2023.2\nXOCL                 : 2.16.204, fa4c0045\nXCLMGMT              : unknown, unknown',
    ),
  ).toEqual({ version: '2.16.204', drivers: { xocl: '2.16.204', xclmgmt: undefined } });
  expect(parseXrtVersion('Segmentation fault')).toBeUndefined();
  const table =
    'Devices present\nBDF             :  Shell                            Logic UUID   Device ID       Device Ready*\n---\n[0000:3b:00.1]  :  xilinx_u280_gen3x16_xdma_base_1  283BAB8F  user(inst=129)  Yes\n|[0000:af:00.1]  |xilinx_u55c_gen3x16_xdma_base_3  |97088961  |user(inst=130)  |No  |';
  expect(parseCards(table).map((card) => [card.bdf, card.ready])).toEqual([
    ['0000:3b:00.1', true],
    ['0000:af:00.1', false],
  ]);
  const platform = 'xilinx_u280_gen3x16_xdma_1_202211_1';
  expect(shellFits('xilinx_u280_gen3x16_xdma_base_1', platform)).toBe(true);
  expect(shellFits('xilinx_u280_gen3x16_xdma_base_2', platform)).toBe(false);
  expect(shellFits('xilinx_u280_xdma_201920_3', platform)).toBe(false);
  expect(parseV80List('No boards found')).toBeUndefined();
  expect(parseV80List('0000:03:00.0 shell compute\n PF0 ready\n PF1 NOT READY\n')).toEqual({
    bdf: '0000:03:00',
    shell: 'compute',
    parts: [
      { name: 'PF0', ready: true },
      { name: 'PF1', ready: false },
    ],
  });
});
