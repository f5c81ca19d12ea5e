import type { CppType } from '../ir/cpp-type.ts';
import type { Actual, Channel, Process } from '../ir/process.ts';
import type { FillOf } from '../ir/timing.ts';
import type { LinkDirection } from '../models/manifest.ts';
import { vectors } from '../modules/common.ts';
import { MOVER_LABELS, RECEIVE_STREAM } from '../modules/movers.ts';
import type { DesignContext } from '../modules/types.ts';
import type { ResolvedStream } from '../schedule/types.ts';
import { valueActual } from './indices.ts';
import { CONSTANTS, constantsMemory } from './tables.ts';
import type { Program } from './types.ts';

/** A stream between two kernels of a stage: an argument of both. */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Arguments at either end. */
  readonly sent: string;
  readonly received: string;
  readonly type: CppType;
}

/** A stage as one kernel or as several that go through the passes together. */
export interface StageKernels {
  readonly programs: readonly Program[];
  readonly links: readonly Link[];
}

/** Fill of a process that hands on what another kernel sends. */
const RECEIVE: FillOf = (depths) => ({ depth: depths.loop, entries: 1 });

/** Streams by which the kernels wait for each other after a pass, as the controller calls them. */
export const doneOf = (kernel: string): string => `done_${kernel}`;
export const goOf = (kernel: string): string => `go_${kernel}`;
/** Type of what they carry: the token that was chosen. */
export const SIGNAL: CppType = { kind: 'int', bits: 32, signed: false };

/** Copies what arrives in the pass of its writer into the FIFO that the reader was given: a carry stays in it until its pass. */
function receiver(stream: ResolvedStream, link: Channel, fifo: Channel, context: DesignContext): Process {
  if (!stream.type) throw new Error(`stream ${stream.stream.id} has no type`);
  const count = vectors(stream.type, context.tp);
  const instance = stream.to.owner.instance.id;
  return {
    name: `${instance}_receive_${fifo.name}`,
    call: RECEIVE_STREAM,
    actuals: [
      valueActual(context, 'int', 'count', [count]),
      { kind: 'channel', channel: link, index: null, access: 'read', label: MOVER_LABELS.source },
      { kind: 'channel', channel: fifo, index: null, access: 'write', label: MOVER_LABELS.copy },
    ],
    passes: [stream.from.pass],
    cycles: [count],
    fills: [RECEIVE],
    instance,
  };
}

/**
 * Splits the kernel of a stage by the group (SLR) of its instances. Every part runs the same passes; FIFOs between groups
 * become AXI4-Streams that the reading part receives in the pass in which they are written. After each pass the parts wait
 * for each other, so that what one wrote into a memory another may read in the next pass.
 */
export function splitProgram(program: Program, groupOf: (instance: string) => number): StageKernels {
  const groups = [...new Set(program.processes.map((process) => groupOf(process.instance)))].sort((a, b) => a - b);
  if (groups.length < 2) return { programs: [program], links: [] };
  const nameOf = (group: number): string => `${program.stage}_slr${group}`;
  const links: Link[] = [];
  /** Arguments and receivers by the channel that they stand for. */
  const cut = new Map<Channel, { readonly send: Channel; readonly receive: Channel; readonly receiver: Process }>();
  for (const [channel, stream] of program.streams) {
    const from = groupOf(stream.from.owner.instance.id);
    const to = groupOf(stream.to.owner.instance.id);
    if (from === to) continue;
    const end = (link: LinkDirection): Channel => ({
      ...channel,
      name: `${channel.name}_${link === 'receive' ? `from_slr${from}` : `to_slr${to}`}`,
      depth: 2,
      carried: false,
      link,
    });
    const ends = { send: end('send'), receive: end('receive') };
    cut.set(channel, { ...ends, receiver: receiver(stream, ends.receive, channel, program.analysis.context) });
    links.push({
      from: nameOf(from),
      to: nameOf(to),
      sent: ends.send.name,
      received: ends.receive.name,
      type: channel.type,
    });
  }
  const sampler = program.processes.find((process) => process.actuals.some((actual) => actual.kind === 'result'));
  const controller = nameOf(sampler ? groupOf(sampler.instance) : (groups[0] as number));
  const together = { controller, followers: groups.map(nameOf).filter((name) => name !== controller) };
  for (const follower of together.followers) {
    links.push({ from: follower, to: controller, sent: 'done', received: doneOf(follower), type: SIGNAL });
    links.push({ from: controller, to: follower, sent: goOf(follower), received: 'go', type: SIGNAL });
  }
  const programs = groups.map((group): Program => {
    const own = program.processes.filter((process) => groupOf(process.instance) === group);
    const channels = new Set<Channel>();
    const processes: Process[] = [];
    for (const process of program.processes) {
      const mine = groupOf(process.instance) === group;
      const actuals = process.actuals.map((actual): Actual => {
        if (actual.kind !== 'channel') return actual;
        if (!mine) return actual;
        const sends = actual.access === 'write' ? cut.get(actual.channel)?.send : undefined;
        channels.add(sends ?? actual.channel);
        return sends ? { ...actual, channel: sends } : actual;
      });
      if (mine) processes.push({ ...process, actuals });
      // A receiver stands where its writer does in the whole program, so that the parts run in one and the same order.
      for (const actual of process.actuals) {
        if (actual.kind !== 'channel' || actual.access !== 'write') continue;
        const ends = cut.get(actual.channel);
        if (!ends) continue;
        if (groupOf((program.streams.get(actual.channel) as ResolvedStream).to.owner.instance.id) !== group) continue;
        channels.add(ends.receive).add(actual.channel);
        processes.push(ends.receiver);
      }
    }
    const used = new Set(
      own.flatMap((process) => process.actuals.flatMap((actual) => (actual.kind === 'memory' ? [actual.memory] : []))),
    );
    const tables = program.tables.filter((table) => groupOf(table.instance) === group);
    return {
      ...program,
      name: nameOf(group),
      slr: group,
      channels: [...channels],
      processes,
      memories: [
        ...program.memories.filter((memory) => used.has(memory)),
        ...constantsMemory(`${CONSTANTS}_slr${group}`, tables),
      ],
      tables,
      together,
    };
  });
  return { programs, links };
}
