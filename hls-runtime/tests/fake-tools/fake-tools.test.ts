/** The stand-ins are strict: what the real tools refuse, they refuse, with the real tools' messages. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hardwareFiles, writeFiles } from '../../runner/fake-hardware.ts';
import { FakeMachine, runProgram } from '../../runner/fake-world.ts';

const base = mkdtempSync(join(tmpdir(), 'flexllm-tools-'));
const u280 = join(base, 'u280');
const v80 = join(base, 'v80');
let machine: FakeMachine;

const PLATFORM = 'xilinx_u280_gen3x16_xdma_1_202211_1';
const HLS = ['-c', '--mode', 'hls', '--config', 'hls.cfg', '--work_dir', 'w'] as const;
const PACKAGE = ['--mode', 'hls', '--package', '--config', 'hls.cfg', '--work_dir', 'w'] as const;
const LINK = [
  '-l',
  '-t',
  'hw',
  '--platform',
  PLATFORM,
  '--config',
  'link.cfg',
  '--kernel_frequency',
  '300',
  '-o',
  'decode.link.xclbin',
  'w/decode.xo',
] as const;

beforeAll(async () => {
  machine = await FakeMachine.create(base);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A folder with a kernel and its configurations side by side, so that paths mean one thing. */
beforeEach(() => {
  for (const folder of [u280, v80]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(u280, { recursive: true });
  const files = hardwareFiles('u280');
  writeFileSync(join(u280, 'decode.cpp'), files['src/decode.cpp'] as string);
  writeFileSync(
    join(u280, 'hls.cfg'),
    (files['cfg/decode.cfg'] as string)
      .replace('src/decode.cpp', 'decode.cpp')
      .replace(/^syn\.cflags=.*$/m, 'syn.cflags=-std=c++17')
      .replace(/^tb\.file=.*\n/m, ''),
  );
  writeFileSync(join(u280, 'link.cfg'), files['cfg/link_decode.cfg'] as string);
  writeFiles(v80, hardwareFiles('v80'));
});

async function tool(folder: string, name: string, args: readonly string[]): Promise<string> {
  const result = await runProgram(join(machine.tools, name), args, folder, machine.env());
  return result.code === 0 ? 'ok' : result.stdout + result.stderr;
}

function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

test('a sound kernel goes all the way', async () => {
  expect(await tool(u280, 'v++', HLS)).toBe('ok');
  expect(await tool(u280, 'vitis-run', PACKAGE)).toBe('ok');
  expect(await tool(u280, 'v++', LINK)).toBe('ok');
  expect(
    await tool(u280, 'v++', ['-p', 'decode.link.xclbin', '-t', 'hw', '--platform', PLATFORM, '-o', 'decode.xclbin']),
  ).toBe('ok');
  expect(await tool(u280, 'xclbinutil', ['--quiet', '--force', '--info', 'i', '--input', 'decode.xclbin'])).toBe('ok');
  expect(readFileSync(join(u280, 'i'), 'utf8')).toContain('Achieved Freq:  300 MHz');
});

const SOURCES: readonly (readonly [string, string | RegExp, string, string])[] = [
  [
    'a call that is no plain call in a dataflow region',
    '  decode_read(weights, values, length);\n',
    '  if (length > 0) decode_read(weights, values, length);\n',
    '[HLS 214-114]',
  ],
  [
    'a channel with two readers',
    '  decode_norm(values, result, length);\n',
    '  decode_norm(values, result, length);\n  decode_norm(values, result, length);\n',
    '[HLS 200-779]',
  ],
  ['a channel without a depth', '#pragma HLS stream variable=values depth=4\n', '', '[HLS 200-805]'],
  [
    'a pragma that does not exist',
    '#pragma HLS pipeline II=1',
    '#pragma HLS pipelined II=1',
    'no pragma HLS pipelined',
  ],
  [
    'dynamic memory',
    'values.write(weights[i]);',
    'values.write(*new float(weights[i]));',
    'dynamic memory has no hardware',
  ],
  [
    'a pointer without m_axi',
    '#pragma HLS interface m_axi port=weights bundle=weights offset=slave depth=64\n',
    '',
    'interface',
  ],
  ['an m_axi port without depth', 'bundle=weights offset=slave depth=64', 'bundle=weights offset=slave', 'depth'],
  ['a scalar without s_axilite', '#pragma HLS interface s_axilite port=length\n', '', 's_axilite'],
  [
    'C++ that does not compile',
    'result[i] = values.read() * 2.0F;',
    'result[i] = vaules.read() * 2.0F;',
    '[HLS 207-3777]',
  ],
];

test.each(SOURCES)('v++ --mode hls refuses %s', async (_name, from, to, words) => {
  edit(join(u280, 'decode.cpp'), from, to);
  expect(await tool(u280, 'v++', HLS)).toContain(words);
});

const CONFIGS: readonly (readonly [string, string | RegExp, string, string])[] = [
  ['an unknown key', 'syn.top=decode', 'syn.top=decode\nsyn.wings=2', "unknown option 'syn.wings'"],
  ['an unknown section', '[hls]', '[hsl]', 'unknown section [hsl]'],
  ['a missing source', 'decode.cpp', 'nothing.cpp', '[HLS 200-642]'],
  ['another top function', 'syn.top=decode', 'syn.top=decoder', '[HLS 200-1014]'],
  ['a part that is not installed', 'xcu280-fsvh2892-2L-e', 'xcu200-fsgd2104-2-e', '[HLS 200-1023]'],
  ['an IP for the U280', 'package.output.format=xo', 'package.output.format=ip_catalog', 'do not fit part'],
  ['the Vivado flow for the U280', 'flow_target=vitis', 'flow_target=vivado', 'do not fit part'],
  ['a clock that is none', /clock=\S+/, 'clock=fast', 'is no period'],
];

test.each(CONFIGS)('v++ --mode hls refuses a configuration with %s', async (_name, from, to, words) => {
  edit(join(u280, 'hls.cfg'), from, to);
  expect(await tool(u280, 'v++', HLS)).toContain(words);
});

test('options, orders and files of the HLS tools', async () => {
  expect(await tool(u280, 'v++', [...HLS, '--wings', '2'])).toContain("unrecognised option '--wings'");
  expect(await tool(u280, 'v++', HLS.slice(0, -2))).toContain('are needed');
  expect(await tool(u280, 'vitis-run', PACKAGE)).toContain('has not been synthesised');
  expect(await tool(u280, 'vitis-run', ['--mode', 'hls', '--package', '--csim', ...PACKAGE.slice(3)])).toContain(
    'one of --csim',
  );
  expect(await tool(u280, 'vitis_hls', ['-f', 'x.tcl'])).toContain('vitis_hls: command not found');
  machine.set({ release: '2024.1' });
  expect(await tool(u280, 'vitis_hls', ['-f', 'x.tcl'])).toContain('couldn\'t read file "x.tcl"');
  writeFileSync(join(u280, 'x.tcl'), 'open_project p\nfly_away\n');
  expect(await tool(u280, 'vitis_hls', ['-f', 'x.tcl'])).toContain('invalid command name "fly_away"');
  machine.set({});
  // The same words mean two files, depending on the release.
  mkdirSync(join(u280, 'cfg'));
  cpSync(join(u280, 'hls.cfg'), join(u280, 'cfg/hls.cfg'));
  expect(await tool(u280, 'v++', ['-c', '--mode', 'hls', '--config', 'cfg/hls.cfg', '--work_dir', 'w'])).toContain(
    'depending on the release',
  );
});

const LINKS: readonly (readonly [string, string | RegExp, string, string])[] = [
  ['a kernel for an instance', 'sp=decode_1.m_axi_weights', 'sp=decode.m_axi_weights', '[CFGEN 83-2291]'],
  ['an argument that is not there', 'decode_1.m_axi_weights', 'decode_1.out_r', '[CFGEN 83-2292]'],
  ['a scalar as a port', 'decode_1.m_axi_weights', 'decode_1.length', '[CFGEN 83-2292]'],
  ['a memory that is not there', 'HBM[0]', 'HBM[32]', '[CFGEN 83-2287]'],
  ['a range the wrong way', 'HBM[0]', 'HBM[3:1]', '[CFGEN 83-2287]'],
  ['a kernel that is in no .xo', 'nk=decode:1:decode_1', 'nk=decoder:1:decode_1', '[CFGEN 83-2283]'],
  ['more names than instances', 'nk=decode:1:decode_1', 'nk=decode:1:decode_1.decode_2', '[CFGEN 83-2284]'],
  ['a port without a memory', /^sp=.*result.*\n/m, '', 'has no sp'],
  ['a stream to nowhere', '[vivado]', 'stream_connect=decode_1.x:decode_1.y\n[vivado]', '[CFGEN 83-2298]'],
  ['an SLR that is not there', '[vivado]', 'slr=decode_1:SLR3\n[vivado]', '[CFGEN 83-2295]'],
  ['an unknown property', 'prop=run.impl_1.strategy=Performance_Explore', 'prop=run.impl_1.wings=2', 'is not known'],
  ['an unknown section', '[vivado]', '[vitis]', 'unknown section [vitis]'],
  ['an unknown key', 'nk=decode', 'kn=decode', "unknown option 'kn'"],
];

test.each(LINKS)('v++ -l refuses %s', async (_name, from, to, words) => {
  await tool(u280, 'v++', HLS);
  await tool(u280, 'vitis-run', PACKAGE);
  edit(join(u280, 'link.cfg'), from, to);
  expect(await tool(u280, 'v++', LINK)).toContain(words);
});

test('v++ -l: targets, platforms, files, the limit of HBM ports', async () => {
  await tool(u280, 'v++', HLS);
  await tool(u280, 'vitis-run', PACKAGE);
  const change = (from: string, to: string): string[] => LINK.map((argument) => (argument === from ? to : argument));
  expect(await tool(u280, 'v++', change('hw', 'sw_emu'))).toContain("invalid target 'sw_emu'");
  expect(await tool(u280, 'v++', change(PLATFORM, 'xilinx_u55c'))).toContain('[v++ 60-1258]');
  expect(await tool(u280, 'v++', change('w/decode.xo', 'w/prefill.xo'))).toContain('not a valid .xo');
  expect(await tool(u280, 'v++', change('link.cfg', 'none.cfg'))).toContain("'none.cfg' does not exist");
  const instances = Array.from({ length: 16 }, (_, index) => `d${index}`);
  const ports = instances.flatMap((name, index) => [
    `sp=${name}.weights:HBM[${index}]`,
    `sp=${name}.result:HBM[${index + 15}]`,
  ]);
  writeFileSync(join(u280, 'link.cfg'), ['[connectivity]', `nk=decode:16:${instances.join('.')}`, ...ports].join('\n'));
  expect(await tool(u280, 'v++', LINK)).toContain('[CFGEN 83-2231] Resources exhausted');
});

test('the CMake project of the V80: unknown commands, missing files, keywords as values, unknown targets', async () => {
  const configure = ['-S', '.', '-B', 'build/v80', '-G', 'Ninja'];
  const path = join(v80, 'CMakeLists.txt');
  const good = readFileSync(path, 'utf8');
  expect(await tool(v80, 'cmake', configure)).toBe('ok');
  expect(await tool(v80, 'cmake', ['--build', 'build/v80', '--target', 'nothing'])).toContain(
    "unknown target 'nothing'",
  );
  expect(await tool(v80, 'cmake', ['--build', 'build/v80', '--target', 'hls'])).toBe('ok');
  expect(await tool(v80, 'cmake', ['--build', 'build/v80', '--target', 'decode_emu'])).toBe('ok');
  const format = 'package.output.format=ip_catalog';
  const kernel = join(v80, 'hls', 'decode.cfg');
  edit(kernel, format, `syn.op=op:fmadd impl:none\n${format}`);
  expect(await tool(v80, 'cmake', ['--build', 'build/v80', '--target', 'hls'])).toBe('ok');
  for (const wrong of ['op:fmadd impl:never', 'op:fmul impl:none', 'op:wing latency:2']) {
    edit(kernel, /syn\.op=.*/, `syn.op=${wrong}`);
    expect(await tool(v80, 'cmake', ['--build', 'build/v80', '--target', 'hls'])).toContain(wrong);
  }
  const refused = async (from: string | RegExp, to: string, words: string): Promise<void> => {
    writeFileSync(path, good.replace(from, to));
    expect(await tool(v80, 'cmake', configure)).toContain(words);
  };
  await refused('add_executable', 'add_wings', 'Unknown CMake command "add_wings"');
  await refused('KERNELS prefill decode', 'KERNELS prefill decoder', "not found for kernel 'decoder'");
  await refused('OUT_KERNELS COMPONENTS', 'OUT_KERNELS KERNELS', 'add_vbin(): KERNELS is required');
  await refused('find_package(SlashTools REQUIRED)', '', 'Unknown CMake command "build_hls_dir"');
  await refused('find_package(vrt', 'find_package(vart', 'package configuration file provided by "vart"');
});
