/** The small tools around card and bitstream: xrt-smi, xbutil, v80-smi, ami_tool, emconfigutil, xclbinutil. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bitstream, findPlatform } from './link.ts';
import { parseOptions } from './options.ts';
import { xclbinInfo } from './reports.ts';
import { Failure, say, suffer, world, writeLines } from './world.ts';

const usage =
  (tool: string) =>
  (message: string): Failure =>
    new Failure([`ERROR: ${tool}: ${message}`]);

export function xrtSmi(tool: string, args: readonly string[]): void {
  const { xrt, cards } = world();
  const versions = [
    `  Version              : ${xrt.version}`,
    '  Branch               : 2025.1',
    `  XOCL                 : ${xrt.xocl}`,
    `  XCLMGMT              : ${xrt.xclmgmt}`,
  ];
  if (args[0] === '--version') {
    suffer(tool, 'version');
    say(...versions.map((line) => line.trim()));
    return;
  }
  if (args[0] !== 'examine') throw usage(tool)(`Unknown command: '${args[0]}'`);
  parseOptions(
    args.slice(1),
    {
      values: ['--device', '--report', '--format', '--output'],
      flags: [],
      aliases: { '-d': '--device', '-r': '--report', '-f': '--format', '-o': '--output' },
    },
    usage(tool),
  );
  suffer(tool, 'examine');
  const rows = cards.map(
    (card) =>
      `[${card.bdf}]  :  ${card.shell}  283BAB8F-654D-8674-968F-4DA57F7FA5D7  user(inst=129)  ${card.ready ? 'Yes' : 'No'}`,
  );
  say(
    'System Configuration',
    '  OS Name              : Linux',
    '',
    'XRT',
    ...versions,
    '',
    'Devices present',
    ...(rows.length === 0
      ? ['  0 devices found']
      : ['BDF             :  Shell  Logic UUID  Device ID  Device Ready*', '-'.repeat(100), ...rows]),
  );
}

export function v80Smi(args: readonly string[]): void {
  const { v80 } = world();
  if (args[0] === 'version') {
    say('v80-smi 1.0.0');
    return;
  }
  if (args[0] !== 'list') throw usage('v80-smi')(`unknown command '${args[0]}'`);
  parseOptions(
    args.slice(1),
    {
      values: [],
      flags: ['--json', '--long', '--sensors', '--pretty-json'],
      aliases: { '-j': '--json', '-J': '--pretty-json', '-l': '--long', '-s': '--sensors' },
    },
    usage('v80-smi'),
  );
  suffer('v80-smi', 'list');
  if (v80 === null) {
    say('No boards found');
    return;
  }
  const state = (part: string): string => `  ${part.padEnd(6)} ${v80.notReady.includes(part) ? 'NOT READY' : 'READY'}`;
  say(`Board ${v80.bdf}  Alveo V80  shell: ${v80.shell}`, state('PF0'), state('PF1'), state('PF2'), state('VRTD'));
}

export function amiTool(args: readonly string[]): void {
  if (args[0] !== 'overview') throw usage('ami_tool')(`unknown command '${args[0]}'`);
  say('AMI', '-'.repeat(40), `0000:03:00.0 | Alveo V80 | ${world().v80?.ami ?? ''}`);
}

export function emconfigutil(args: readonly string[]): void {
  const { values } = parseOptions(
    args,
    { values: ['--platform', '--od', '--nd'], flags: [], aliases: { '-f': '--platform' } },
    usage('emconfigutil'),
  );
  findPlatform(values['--platform'] ?? '');
  suffer('emconfigutil', 'make');
  writeLines(join(values['--od'] ?? '.', 'emconfig.json'), [
    JSON.stringify({ Platform: values['--platform'], Version: { FileVersion: '2.0' } }),
  ]);
}

export function xclbinutil(args: readonly string[]): void {
  const { values } = parseOptions(
    args,
    { values: ['--input', '--info'], flags: ['--force', '--quiet'], aliases: { '-i': '--input' } },
    usage('xclbinutil'),
  );
  const input = values['--input'] ?? '';
  if (!existsSync(input)) throw usage('xclbinutil')(`could not open the file (${input}) for reading`);
  const bitstream = JSON.parse(readFileSync(`${input}.meta.json`, 'utf8')) as Bitstream;
  const text = xclbinInfo(
    bitstream.platform,
    bitstream.kernels.map((kernel) => kernel.name),
    bitstream.asked,
    bitstream.mhz,
  );
  if (values['--info'] === undefined) say(text);
  else writeLines(values['--info'], [text]);
}
