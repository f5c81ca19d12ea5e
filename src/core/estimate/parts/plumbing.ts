import { BoundedCache } from '../../design/cache.ts';
import { bitsOf } from '../../ir/cpp-type.ts';
import { equals, type Expression } from '../../ir/expression.ts';
import type { Table } from '../../ir/memory.ts';
import type { Channel, Process } from '../../ir/process.ts';
import type { Program } from '../../lower/types.ts';
import type { Family } from '../../targets/types.ts';
import { bram18 } from '../../ir/storage.ts';
import { fifoCost, lutram, memoryCost } from './memories.ts';
import { muxLut } from './operator-costs.ts';
import { costLine, line, type ResourceLine } from './resource-lines.ts';

/** What the lowering puts around the modules: control of processes, movers, routers, FIFOs and memory ports. */

const MOVER =
  '512-bit reader 246 to 288 LUT, 649 to 727 FF, writer 328 LUT, 241 FF (HLS 2024.2 reports, LUT-LLM); no DSP, since addresses are sums';
const PASSES = 'own count: start and done, and the arguments of the pass in registers of their width';

/** Results by what they depend on: an edit changes few of them. */
const known = new BoundedCache<string, readonly ResourceLine[]>(4096);

function remember(key: string, derive: () => readonly ResourceLine[]): readonly ResourceLine[] {
  let lines = known.get(key);
  if (!lines) {
    lines = derive();
    known.set(key, lines);
  }
  return lines;
}

/** The control of a process, and what movers and routers consist of. */
export function processLines({ call, actuals, passes }: Process): readonly ResourceLine[] {
  let [kept, chosen] = [0, 0];
  for (const actual of actuals) {
    if (actual.kind !== 'value') continue;
    const { bits, values } = actual;
    const [first, ...others] = values;
    const same = others.every((other) => equals(other, first as Expression));
    // A constant that is the same in all passes is wired.
    if (!same || typeof first !== 'number') kept += bits;
    if (!same) chosen += bits;
  }
  const control = costLine(
    'control of processes',
    1,
    { lut: 20 + chosen * muxLut(passes.length), ff: 20 + kept },
    PASSES,
  );
  const bits = (access: 'read' | 'write'): number[] =>
    actuals.flatMap((actual) =>
      actual.kind === 'channel' && actual.access === access ? [bitsOf(actual.channel.type)] : [],
    );
  const [reads, writes] = [bits('read'), bits('write')];
  const width = Math.max(0, ...reads, ...writes);
  switch (call.kind) {
    case 'reader':
      return [control, costLine('memory readers', 1, { lut: 260, ff: 170 + width }, MOVER)];
    case 'writer':
      return [control, costLine('memory writers', 1, { lut: 328, ff: 241 }, MOVER)];
    case 'pack': {
      const narrow = Math.min(reads[0] ?? 0, writes[0] ?? 0);
      const ways = Math.ceil(width / Math.max(1, narrow));
      return [
        control,
        costLine(
          'vectors to and from memory words',
          1,
          { lut: 73 + narrow * muxLut(ways), ff: 80 + width },
          'own count: one vector in registers, one selection per word',
        ),
      ];
    }
    case 'table': {
      const word = writes[0] ?? 0;
      const row = actuals.reduce((most, actual) => (actual.kind === 'table' ? 32 * actual.table.row : most), word);
      return [
        control,
        costLine(
          'words of tables on chip',
          1,
          { lut: 73 + word * muxLut(row / word), ff: 80 + row },
          'own count: one row in registers, one selection per word',
        ),
      ];
    }
    case 'route':
      return [
        control,
        costLine(
          'routers between operations',
          1,
          { lut: 73 + width * muxLut(reads.length), ff: 80 + width },
          'own count: one selection, one register',
        ),
      ];
    case 'core':
    case 'carry':
      return [control];
  }
}

/** The memory of a table of constants. */
export function tableLines({ row, rows, ultra }: Table): readonly ResourceLine[] {
  const cost = memoryCost(rows, 32 * row, false, ultra);
  return [line(`table of constants (${rows} x ${32 * row} bits, ${cost.storage})`, 1, cost)];
}

/** A FIFO, or the FIFOs of an array. */
export function channelLines(channel: Channel): readonly ResourceLine[] {
  const width = bitsOf(channel.type);
  return remember(`fifo ${width} ${channel.depth} ${channel.array} ${channel.ultra}`, () => {
    const cost = fifoCost(channel.depth, width, channel.ultra);
    return [line(`FIFO ${channel.depth} x ${width} bits (${cost.storage})`, channel.array ?? 1, cost)];
  });
}

/** Wires of a FIFO that crosses SLRs: data and handshake. */
export const channelWires = (channel: Channel): number => (bitsOf(channel.type) + 2) * (channel.array ?? 1);

/** Words of one burst and bursts on their way that the tools buffer in every m_axi adapter: as generate/kernel.ts asks, and the default of HLS. */
export const BURST_WORDS = 64;
export const OUTSTANDING = 16;

/** An AXI port of the kernel: the pointers of one bundle. */
export interface KernelPort {
  readonly bundle: string;
  /** Width of the data in bits. */
  readonly bits: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Instances that use it. */
  readonly instances: readonly string[];
}

/** The ports of a kernel in the order of its arguments. */
export function kernelPorts(program: Program): KernelPort[] {
  const ports = new Map<
    string,
    { bundle: string; bits: number; reads: boolean; writes: boolean; instances: string[] }
  >();
  for (const { bundle, instance, spec } of program.memories) {
    let port = ports.get(bundle);
    if (!port) {
      port = { bundle, bits: 0, reads: false, writes: false, instances: [] };
      ports.set(bundle, port);
    }
    port.bits = Math.max(port.bits, bitsOf(spec.word));
    port.reads ||= spec.direction === 'read';
    port.writes ||= spec.direction === 'write';
    if (!port.instances.includes(instance)) port.instances.push(instance);
  }
  if (program.stage === 'decode')
    ports.set('generated', { bundle: 'generated', bits: 32, reads: false, writes: true, instances: [] });
  return [...ports.values()];
}

/** LUT and FF per 512 bits that the way from a kernel port to an HBM channel takes in the user region of the U280. */
const CHANNEL = { lut: 5000, ff: 6500 };

/** m_axi adapter, its buffers, and the way to the memory. */
export function portLines(port: KernelPort, family: Family): readonly ResourceLine[] {
  return remember(`port ${family} ${port.bits} ${port.reads} ${port.writes}`, () => derivePort(port, family));
}

function derivePort(port: KernelPort, family: Family): ResourceLine[] {
  const both = port.reads && port.writes;
  const lines = [
    costLine(
      `m_axi adapters of ${port.bits} bits`,
      1,
      {
        lut: Math.round(722 + 2 * port.bits + (port.writes ? 250 + lutram(64, port.bits) : 0)),
        ff: 1200 + 2 * port.bits + (both ? 345 : 0),
      },
      'adapters of 32 to 1,024 bits: 786 to 2,755 LUT (TAPA); 64-bit mover with adapter: 1,088 LUT, 1,582 FF, storing one 1,408 LUT, 1,927 FF (SLASH, HLS 2025.1)',
    ),
  ];
  if (port.reads)
    lines.push(
      costLine(
        `read buffers of ${port.bits}-bit ports`,
        1,
        { bram18: bram18(BURST_WORDS * OUTSTANDING, port.bits) },
        `${OUTSTANDING} outstanding bursts of ${BURST_WORDS} words (UG1399); 256 x 64 bits are the 2 BRAM18 of the SLASH example`,
      ),
    );
  if (family === 'ultrascale') {
    const share = Math.max(0.25, port.bits / 512);
    lines.push(
      costLine(
        `ways to the memory, ${port.bits} bits`,
        1,
        { lut: CHANNEL.lut * share, ff: CHANNEL.ff * share },
        'about 5,000 LUT and 6,500 FF per 512-bit HBM channel in the user region (TAPA); narrower ones in proportion, at least a quarter (assumed)',
      ),
    );
  }
  return lines;
}

/** Wires of a port that crosses SLRs: data of its directions, addresses and handshakes. */
export const portWires = (port: KernelPort): number =>
  (port.reads ? port.bits : 0) + (port.writes ? port.bits + port.bits / 8 : 0) + 160;

/** Control of the kernel: registers of its arguments and the loop over tokens, layers and passes. */
export function controlLines(program: Program): ResourceLine[] {
  return [
    costLine(
      'kernel arguments',
      program.memories.length + 8,
      { lut: 45, ff: 72 },
      'own count: a 64-bit register with write and read-back on AXI-Lite',
    ),
    costLine(
      'start and done of processes',
      program.processes.length,
      { lut: 6, ff: 4 },
      'own count: dataflow control per process',
    ),
    costLine(
      'loops over tokens, layers and passes',
      1,
      { lut: 600, ff: 800 },
      'own count: counters of 32 bits and the state machine of the kernel',
    ),
    ...(program.tables.length === 0
      ? []
      : [
          costLine(
            'loading of tables of constants',
            program.tables.length,
            { lut: 120, ff: 180 },
            'own count: a counter, an address, one row in registers',
          ),
        ]),
  ];
}
