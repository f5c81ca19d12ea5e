/** `v++ -l` and `v++ -p`: linking and packaging for the U280. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { all, LINK_SECTIONS, one, readConfig } from './config.ts';
import type { PackedKernel } from './hls.ts';
import { parseOptions } from './options.ts';
import { bitstreamText } from './kernel.ts';
import { hierarchy, kernelUtilisation, linkSummary, timingSummary } from './reports.ts';
import { Failure, say, suffer, world, writeLines } from './world.ts';

const refuse = (message: string): Failure => new Failure([`ERROR: [v++ 60-602] ${message}`]);
/** Pseudo-channels that a kernel design can have on this shell. */
const USABLE_HBM = 30;
const STRATEGY =
  /^run\.impl_1\.(?:strategy=[A-Za-z_0-9]+|STEPS\.[A-Z_]+\.(?:IS_ENABLED=(?:true|false)|ARGS\.DIRECTIVE=[A-Za-z_]+|TCL\.(?:PRE|POST)=\/.+))$/;

/** What a fake bitstream holds. */
export interface Bitstream {
  readonly target: string;
  readonly platform: string;
  readonly kernels: readonly PackedKernel[];
  readonly mhz: number;
  readonly asked: number;
  /** What the finished bitstream says. */
  readonly text: readonly string[];
}

export function findPlatform(name: string): void {
  const folders = [...(process.env['PLATFORM_REPO_PATHS'] ?? '').split(':'), '/opt/xilinx/platforms'].filter(
    (path) => path !== '',
  );
  const found = folders.some(
    (folder) => existsSync(join(folder, name, `${name}.xpfm`)) || existsSync(join(folder, `${name}.xpfm`)),
  );
  if (!found && !(name.endsWith('.xpfm') && existsSync(name))) {
    throw new Failure([
      `ERROR: [v++ 60-1258] No valid platform was found that matches '${name}'. Please make sure that the platform is specified correctly`,
    ]);
  }
}

function readKernels(paths: readonly string[]): PackedKernel[] {
  return paths.map((path) => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as PackedKernel;
    } catch {
      throw new Failure([`ERROR: [v++ 60-1510] ${path}: failed to open ${path}.xo, not a valid .xo`]);
    }
  });
}

/** Banks that a tag of `sp` names. */
function banksOf(tag: string): string[] {
  const match = /^(HBM|DDR|PLRAM|HOST)\[(\d+)(?::(\d+))?\]$/.exec(tag);
  const most = { HBM: 31, DDR: 1, PLRAM: 5, HOST: 0 }[match?.[1] ?? ''];
  const [from, to] = [Number(match?.[2]), Number(match?.[3] ?? match?.[2])];
  if (match === null || most === undefined || from > to || to > most)
    throw new Failure([`ERROR: [CFGEN 83-2287] --sp tag applied with an invalid sp tag: ${tag}`]);
  return Array.from({ length: to - from + 1 }, (_, index) => `${match[1]}[${from + index}]`);
}

/** @returns the finished bitstream's text. */
function checkConnectivity(config: string, kernels: readonly PackedKernel[]): string[] {
  const entries = readConfig(config, LINK_SECTIONS, refuse);
  const instances = new Map<string, PackedKernel>();
  for (const value of all(entries, 'connectivity', 'nk')) {
    const [name, count, names] = value.split(':');
    const kernel = kernels.find((entry) => entry.name === name);
    if (kernel === undefined)
      throw new Failure([`ERROR: [CFGEN 83-2283] nk names kernel '${name}', which is in no .xo`]);
    const list = names?.split('.') ?? Array.from({ length: Number(count) }, (_, index) => `${name}_${index + 1}`);
    if (list.length !== Number(count))
      throw new Failure([`ERROR: [CFGEN 83-2284] nk=${value}: ${count} instances, ${list.length} names`]);
    for (const instance of list) instances.set(instance, kernel);
  }
  for (const kernel of kernels)
    if (![...instances.values()].includes(kernel)) instances.set(`${kernel.name}_1`, kernel);
  const hbm = new Set<string>();
  const mapped = new Map<string, string>();
  for (const value of all(entries, 'connectivity', 'sp')) {
    const match = /^(\w+)\.(\w+):(.+)$/.exec(value);
    const kernel = instances.get(match?.[1] ?? '');
    if (match === null || kernel === undefined)
      throw new Failure([
        `ERROR: [CFGEN 83-2291] --sp tag applied to invalid kernel instance: ${value}`,
        'ERROR: [SYSTEM_LINK 82-36] [07:00:00] cfgen failed',
      ]);
    const [, instance, name, tag] = match as unknown as [string, string, string, string];
    const known = kernel.arguments.some(
      (argument) => argument.kind === 'memory' && (argument.name === name || `m_axi_${argument.bundle}` === name),
    );
    if (!known)
      throw new Failure([
        `ERROR: [CFGEN 83-2292] --sp tag applied to an invalid port or argument name: ${value}`,
        'ERROR: [SYSTEM_LINK 82-36] [07:00:00] cfgen failed',
      ]);
    for (const bank of banksOf(tag)) if (bank.startsWith('HBM')) hbm.add(`${instance}.${name}`);
    mapped.set(`${instance}.${name}`, tag);
  }
  if (hbm.size > USABLE_HBM) {
    throw new Failure([
      `ERROR: [CFGEN 83-2231] Resources exhausted for {HBM[0] HBM[31]}: ${hbm.size} masters of ${USABLE_HBM} possible masters`,
      'ERROR: [SYSTEM_LINK 82-36] [07:00:00] cfgen failed',
      'ERROR: [v++ 60-661] v++ link run failed',
    ]);
  }
  const text = bitstreamText('u280', instances, (instance, argument) => {
    const bank = mapped.get(`${instance}.${argument.name}`) ?? mapped.get(`${instance}.m_axi_${argument.bundle}`);
    if (bank === undefined)
      throw new Failure([
        `ERROR: [CFGEN 83-9000] ${instance}.${argument.name} has no sp: every port of a project is mapped`,
      ]);
    return bank;
  });
  for (const value of [...all(entries, 'connectivity', 'stream_connect'), ...all(entries, 'connectivity', 'sc')])
    checkStream(value, instances);
  for (const value of all(entries, 'connectivity', 'slr')) {
    const [instance, slr] = value.split(':');
    if (!instances.has(instance ?? '') || !/^SLR[012]$/.test(slr ?? ''))
      throw new Failure([`ERROR: [CFGEN 83-2295] slr=${value} names no instance or SLR`]);
  }
  for (const value of all(entries, 'vivado', 'prop'))
    if (!STRATEGY.test(value)) throw refuse(`prop=${value} is not known`);
  for (const value of all(entries, 'clock', 'freqhz')) {
    const instance = /^\d+:([\w.,]+)$/.exec(value)?.[1]?.split(/[.,]/)[0];
    if (instance !== undefined && !instances.has(instance)) throw refuse(`freqhz=${value} names no instance`);
  }
  if (one(entries, '', 'target') !== undefined) throw refuse('target belongs to the command line');
  return text;
}

function checkStream(value: string, instances: ReadonlyMap<string, PackedKernel>): void {
  const match = /^(\w+)\.(\w+):(\w+)\.(\w+)(?::\d+)?$/.exec(value);
  const end = (instance: string | undefined, port: string | undefined): boolean =>
    instances
      .get(instance ?? '')
      ?.arguments.some((argument) => argument.kind === 'stream' && argument.name === port) === true;
  if (match === null || !end(match[1], match[2]) || !end(match[3], match[4]))
    throw new Failure([`ERROR: [CFGEN 83-2298] stream_connect=${value} does not exist`]);
}

const GRAMMAR = {
  values: [
    '--target',
    '--platform',
    '--config',
    '--kernel_frequency',
    '--optimize',
    '--report_level',
    '--jobs',
    '--temp_dir',
    '--output',
    '--freqhz',
    '--log_dir',
    '--report_dir',
  ],
  flags: ['--link', '--debug', '--save-temps'],
  aliases: {
    '-l': '--link',
    '-t': '--target',
    '-o': '--output',
    '-g': '--debug',
    '-O': '--optimize',
    '-R': '--report_level',
    '-j': '--jobs',
    '-f': '--platform',
    '-s': '--save-temps',
  },
  positionals: true,
};

function needTarget(target: string | undefined): string {
  if (target === 'hw' || target === 'hw_emu') return target;
  throw new Failure([`ERROR: [v++ 60-602] invalid target '${target}'`]);
}

export function link(args: readonly string[]): void {
  const { values, positionals } = parseOptions(args, GRAMMAR, refuse);
  const target = needTarget(values['--target']);
  const platform = values['--platform'] ?? '';
  findPlatform(platform);
  const output = values['--output'];
  const frequency = Number(values['--kernel_frequency'] ?? '300');
  if (output === undefined || positionals.length === 0 || values['--config'] === undefined)
    throw refuse('--output, --config and kernels are needed');
  if (!(frequency >= 10 && frequency <= 1000))
    throw refuse(`--kernel_frequency ${values['--kernel_frequency']} is out of range`);
  const kernels = readKernels(positionals);
  for (const kernel of kernels)
    if (!kernel.part.startsWith('xcu280'))
      throw new Failure([
        `ERROR: [v++ 60-2000] ${kernel.name} is for part ${kernel.part}, the platform for xcu280-fsvh2892-2L-e`,
      ]);
  const text = checkConnectivity(values['--config'], kernels);
  const name = /^(.*?)\.link\.xclbin$/.exec(output.split('/').pop() ?? '')?.[1] ?? output;
  const temp = values['--temp_dir'] ?? '_x';
  const { slack } = world();
  const log = [
    '[07:00:01] Run vpl: Step create_project: Started',
    '[07:00:02] Run vpl: Step synth: Started',
    '[07:00:03] Block-level synthesis in progress, 3 of 6 jobs complete, 1 job running.',
    '[07:00:04] Run vpl: Step impl: Started',
    '[07:00:05] Finished 2nd of 6 tasks (FPGA linking synthesized kernels to platform). Elapsed time: 00h 19m 11s',
    '[07:00:06] Starting logic placement..',
    '[07:00:07] Phase 3 Global Placement',
    '[07:00:08] Starting logic routing..',
    `INFO: [Route 35-416] Intermediate Timing Summary | WNS=${slack.toFixed(3)} | TNS=0.000 | WHS=0.010 | THS=0.000 |`,
  ];
  say(...log);
  suffer('v++', 'link', name);
  if (slack < -0.3 && target === 'hw') {
    const error =
      'ERROR: [VPL 101-2] design did not meet timing - Design did not meet timing. One or more unscalable system clocks did not meet their required target frequency. For all system clocks, this design is using 0.000000 nanoseconds as the threshold worst negative slack (WNS) value.';
    writeLines(join(temp, 'link', 'vivado', 'vpl', 'runme.log'), [...log, error]);
    throw new Failure([
      'ERROR: [VPL 60-806] Failed to finish platform linker',
      error,
      'ERROR: [v++ 60-661] v++ link run failed',
    ]);
  }
  // A clock that can be scaled is lowered by the linker itself.
  const mhz = slack >= 0 ? frequency : Math.floor(10 * (1000 / (1000 / frequency - slack))) / 10;
  const reports = join(temp, 'reports', 'link', 'imp');
  const placed = kernels.map((kernel) => ({ kernel, instance: `${kernel.name}_1` }));
  if (target === 'hw') {
    writeLines(join(reports, 'impl_1_kernel_util_routed.rpt'), [kernelUtilisation(placed)]);
    writeLines(join(temp, 'link', 'vivado', 'vpl', 'prj', 'prj.runs', 'impl_1', 'level0_wrapper_routed.dcp'), [
      hierarchy(placed),
    ]);
    writeLines(join(reports, 'impl_1_hw_bb_locked_timing_summary_routed.rpt'), [
      timingSummary('clk_kernel_00_unbuffered_net', frequency, slack),
    ]);
  }
  writeLines(`${output.replace(/\.xclbin$/, '')}.link_summary`, [linkSummary(name)]);
  const bitstream: Bitstream = { target, platform, kernels, mhz, asked: frequency, text };
  writeFileSync(output, JSON.stringify(bitstream));
}

export function packageXclbin(args: readonly string[]): void {
  const grammar = {
    values: ['--target', '--platform', '--temp_dir', '--output', '--package.out_dir', '--config'],
    flags: ['--package'],
    aliases: { '-p': '--package', '-t': '--target', '-o': '--output', '-f': '--platform' },
    positionals: true,
  };
  const { values, positionals } = parseOptions(args, grammar, refuse);
  const target = needTarget(values['--target']);
  findPlatform(values['--platform'] ?? '');
  const [input] = positionals;
  const output = values['--output'];
  if (input === undefined || output === undefined) throw refuse('a linked .xclbin and --output are needed');
  if (!existsSync(input)) throw refuse(`'${input}' does not exist`);
  suffer('v++', 'package', output.split('/').pop());
  const bitstream = JSON.parse(readFileSync(input, 'utf8')) as Bitstream;
  if (bitstream.target !== target) throw refuse(`'${input}' was linked for ${bitstream.target}`);
  writeLines(resolve(output), bitstream.text);
  writeLines(`${resolve(output)}.meta.json`, [JSON.stringify(bitstream)]);
}
