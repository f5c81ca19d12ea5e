/** `slashkit link`: the V80's linker. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig, SLASH_SECTIONS } from './config.ts';
import type { PackedKernel } from './hls.ts';
import { bitstreamText } from './kernel.ts';
import { parseOptions } from './options.ts';
import { hierarchy, systemMap, timingSummary } from './reports.ts';
import { Failure, say, suffer, world, writeLines } from './world.ts';

const refuse = (message: string): Failure =>
  new Failure([`usage: slashkit link [-h] -c CONFIG -k KERNELS -o OUT`, `slashkit link: error: ${message}`], 2);
const MAX_KERNELS = 15;
const DEFAULT_HERTZ = 200_000_000;

function readComponent(path: string): PackedKernel {
  if (!existsSync(path)) throw new Failure([`FileNotFoundError: ${path}`]);
  const note = /<!-- (\{.*\}) -->/.exec(readFileSync(path, 'utf8'))?.[1];
  if (note === undefined) throw new Failure([`ERROR: ${path} is no component.xml of a kernel`]);
  return JSON.parse(note.replaceAll('- -', '--')) as PackedKernel;
}

function isMemory(target: string): boolean {
  const hbm = /^HBM(\d+)$/.exec(target);
  if (hbm !== null) return Number(hbm[1]) < 64;
  const ddr = /^DDR(\d+)$/.exec(target);
  return ddr !== null ? Number(ddr[1]) < 4 : target === 'MEM' || target === 'HOST' || /^VIRT\d+$/.test(target);
}

interface Linked {
  readonly instances: ReadonlyMap<string, PackedKernel>;
  readonly hertz: number;
  /** What the .vbin says to the stand-in of the runtime library. */
  readonly text: readonly string[];
}

function connect(config: string, kernels: readonly PackedKernel[]): Linked {
  const entries = readConfig(config, SLASH_SECTIONS, (message) => new Failure([`ValueError: ${message}`]));
  const instances = new Map<string, PackedKernel>();
  for (const { section, key, value } of entries) {
    if (section !== 'connectivity' || key !== 'nk') continue;
    const [name, count, names] = value.split(':');
    const kernel = kernels.find((entry) => entry.name === name);
    if (kernel === undefined) throw new Failure([`ValueError: Kernel type ${name} not found in kernel_library`]);
    const list = names?.split(/[., ]+/) ?? Array.from({ length: Number(count) }, (_, index) => `${name}_${index}`);
    if (list.length !== Number(count)) throw new Failure([`ValueError: nk=${value}: count and names differ`]);
    for (const instance of list) instances.set(instance, kernel);
  }
  if (instances.size > MAX_KERNELS) throw new Failure([`ValueError: ${instances.size} instances: too many kernels`]);
  // As the real linker: [connectivity] lines count, whatever else they stand between; but sp= below [clock] does not.
  const clockAt = entries.find((entry) => entry.section === 'clock')?.line ?? Number.POSITIVE_INFINITY;
  const mapped = new Map<string, string>();
  for (const entry of entries) {
    if (entry.section !== 'connectivity') continue;
    if (entry.key === 'sp' && entry.line > clockAt)
      throw new Failure([`ERROR: ${config}:${entry.line}: sp= lines below [clock] are ignored by the linker`]);
    if (entry.key === 'sp') mapped.set(checkPort(entry.value, instances), entry.value.split(':')[1] as string);
    if (entry.key === 'sc' || entry.key === 'stream_connect') checkStream(entry.value, instances);
  }
  const text = bitstreamText('v80', instances, (instance, argument) => {
    const bank = mapped.get(`${instance}.m_axi_${argument.bundle}`);
    if (bank === undefined)
      throw new Failure([`ERROR: ${instance}.m_axi_${argument.bundle} has no sp and would share MEM with others`]);
    return bank;
  });
  return { instances, hertz: clockOf(entries, instances), text };
}

function checkPort(value: string, instances: ReadonlyMap<string, PackedKernel>): string {
  const match = /^(\w+)\.(\w+):(\w+)$/.exec(value);
  const [, instance, port, target] = match ?? [];
  const kernel = instances.get(instance ?? '');
  if (kernel === undefined) throw new Failure([`ValueError: sp refers to unknown instance '${instance}'`]);
  if (!kernel.arguments.some((argument) => argument.kind === 'memory' && `m_axi_${argument.bundle}` === port))
    throw new Failure([`ValueError: sp: ${instance}.${port} is not an AXI4FULL port`]);
  if (!isMemory(target ?? '')) throw new Failure([`ValueError: Unknown memory target '${target}'`]);
  return `${instance}.${port}`;
}

function checkStream(value: string, instances: ReadonlyMap<string, PackedKernel>): void {
  const match = /^(\w+)\.(\w+):(\w+)\.(\w+)$/.exec(value);
  const end = (instance: string | undefined, port: string | undefined): boolean =>
    instances
      .get(instance ?? '')
      ?.arguments.some((argument) => argument.kind === 'stream' && argument.name === port) === true;
  if (match === null || !end(match[1], match[2]) || !end(match[3], match[4]))
    throw new Failure([`ValueError: stream_connect refers to unknown instance or port: ${value}`]);
}

function clockOf(entries: ReturnType<typeof readConfig>, instances: ReadonlyMap<string, PackedKernel>): number {
  const clocks = entries.filter((entry) => entry.section === 'clock');
  let lowest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < clocks.length; at += 2) {
    const [first, second] = [clocks[at], clocks[at + 1]];
    const kernel = first?.key === 'krnl' ? first : second;
    const rate = first?.key === 'freqhz' ? first : second;
    if (kernel?.key !== 'krnl' || rate?.key !== 'freqhz') throw new Failure(['ValueError: Incomplete [clock] block']);
    if (!instances.has(kernel.value))
      throw new Failure([`ValueError: [clock] refers to unknown instance '${kernel.value}'`]);
    if (!/^\d{6,10}$/.test(rate.value)) throw new Failure([`ValueError: Invalid freqhz '${rate.value}'`]);
    lowest = Math.min(lowest, Number(rate.value));
  }
  return Number.isFinite(lowest) ? lowest : DEFAULT_HERTZ;
}

const PLATFORMS = { hw: 'Hardware', sim: 'Simulation', emu: 'Emulation' } as const;

export function slashkit(args: readonly string[]): void {
  if (args[0] === '--version') {
    say('slashkit 1.0.0');
    return;
  }
  if (args[0] !== 'link') throw refuse(`invalid choice: '${args[0]}'`);
  const grammar = {
    values: ['--config', '--platform', '--out', '--vivado', '--jobs', '--clock-hz'],
    flags: [],
    lists: ['--kernels', '--pre-synth-tcls'],
    aliases: { '-c': '--config', '-p': '--platform', '-o': '--out', '-k': '--kernels' },
  };
  const { values, lists } = parseOptions(args.slice(1), grammar, refuse);
  const platform = (values['--platform'] ?? 'emu') as keyof typeof PLATFORMS;
  const output = values['--out'];
  if (PLATFORMS[platform] === undefined) throw refuse(`argument -p/--platform: invalid choice: '${platform}'`);
  if (values['--config'] === undefined || output === undefined || lists['--kernels'] === undefined)
    throw refuse('the following arguments are required: -c/--config, -k/--kernels, -o/--out');
  if (world().release !== '2025.1')
    throw new Failure([`ERROR: [DRC HDPR-18] NOC_NMU_HBM2E: the shell was built with 2025.1, not ${world().release}`]);
  if (values['--clock-hz'] !== undefined && !/^\d{6,10}$/.test(values['--clock-hz']))
    throw refuse(`argument --clock-hz: invalid int value: '${values['--clock-hz']}'`);
  const kernels = lists['--kernels'].map(readComponent);
  for (const kernel of kernels)
    if (!kernel.part.startsWith('xcv80')) throw new Failure([`ValueError: ${kernel.name} is for part ${kernel.part}`]);
  const { instances, hertz, text } = connect(values['--config'], kernels);
  const full = resolve(output);
  const name =
    full
      .split('/')
      .pop()
      ?.replace(/\.vbin$/, '') ?? '';
  rmSync(`${full}.prj`, { recursive: true, force: true });
  say(
    `Linking ${[...instances.keys()].join(', ')}`,
    '[07:00:07] Phase 3 Global Placement',
    `INFO: [Route 35-416] Intermediate Timing Summary | WNS=${world().slack.toFixed(3)} | TNS=0.000 |`,
  );
  suffer('slashkit', 'link', name);
  const asked = Number(values['--clock-hz'] ?? hertz);
  const achieved = world().slack >= 0 ? asked : Math.round(1e9 / (1e9 / asked - world().slack));
  if (platform === 'hw') {
    const placed = [...instances].map(([instance, kernel]) => ({ kernel, instance }));
    writeLines(join(`${full}.prj`, `report_utilization_${name}.txt`), [hierarchy(placed, true)]);
    writeLines(join(`${full}.prj`, `report_timing_${name}.txt`), [
      timingSummary('clk_usr_0', asked / 1e6, world().slack),
    ]);
  }
  writeLines(join(`${full}.prj`, 'system_map.xml'), [systemMap(PLATFORMS[platform], achieved, [...instances.keys()])]);
  writeLines(full, text);
}
