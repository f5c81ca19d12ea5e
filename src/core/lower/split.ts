import { vectors } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import type { ResolvedStream } from '../schedule/types.ts';
import type { Actual, Channel, FillOf, Process, Program } from './types.ts';

/** A stream between two kernels of a stage: an argument of both. */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Argument at either end. */
  readonly out: string;
  readonly in: string;
  readonly type: string;
}

/** A stage as one kernel or as several that go through the passes together. */
export interface StageKernels {
  readonly programs: readonly Program[];
  readonly links: readonly Link[];
}

/** Fill of a process that hands on what another kernel sends. */
const RECEIVE: FillOf = (_run, depths) => ({ depth: depths.loop, entries: 1 });

/** Streams by which the kernels wait for each other after a pass, as the controller calls them. */
export const doneOf = (kernel: string): string => `done_${kernel}`;
export const goOf = (kernel: string): string => `go_${kernel}`;
/** Type of what they carry: the token that was chosen. */
export const SIGNAL = 'ap_uint<32>';

/** Copies what arrives in the pass of its writer into the FIFO that the reader was given: a carry stays in it until its pass. */
function receiver(stream: ResolvedStream, link: Channel, fifo: Channel, tp: number): Process {
  if (!stream.type) throw new Error(`stream ${stream.stream.id} has no type`);
  const count = vectors(stream.type, tp);
  const instance = stream.to.owner.instance.id;
  return {
    name: `${instance}_receive_${fifo.name}`,
    header: 'fork',
    call: 'fork',
    actuals: [
      { kind: 'value', type: 'int', label: 'count', values: [count] },
      { kind: 'channel', channel: link, index: null, label: 'in' },
      { kind: 'channel', channel: fifo, index: null, label: 'out0' },
    ],
    passes: [stream.from.pass],
    cycles: [(run: Run) => count.value(run)],
    fills: [RECEIVE],
    instance,
    spec: undefined,
  };
}

/** Whether a process is at the writing end of a stream between instances. */
const writes = (program: Program, process: Process, channel: Channel): boolean =>
  program.streams.get(channel)?.from.owner.instance.id === process.instance;

/**
 * Splits the kernel of a stage by the group (SLR) of its instances. Every part runs the same passes; FIFOs between groups
 * become AXI4-Streams that the reading part takes up in the pass in which they are written. After each pass the parts wait
 * for each other, so that what one wrote into a memory another may read in the next pass.
 */
export function splitProgram(program: Program, groupOf: (instance: string) => number): StageKernels {
  const groups = [...new Set(program.processes.map((process) => groupOf(process.instance)))].sort((a, b) => a - b);
  if (groups.length < 2) return { programs: [program], links: [] };
  const nameOf = (group: number): string => `${program.stage}_slr${group}`;
  const tp = program.analysis.context.tp;
  const links: Link[] = [];
  /** Arguments and receivers by the channel that they stand for. */
  const cut = new Map<Channel, { readonly out: Channel; readonly in: Channel; readonly receive: Process }>();
  for (const [channel, stream] of program.streams) {
    const from = groupOf(stream.from.owner.instance.id);
    const to = groupOf(stream.to.owner.instance.id);
    if (from === to) continue;
    const end = (link: 'in' | 'out'): Channel => ({
      ...channel,
      name: `${channel.name}_${link === 'in' ? 'from' : 'to'}_slr${link === 'in' ? from : to}`,
      depth: 2,
      carried: false,
      link,
    });
    const ends = { out: end('out'), in: end('in') };
    cut.set(channel, { ...ends, receive: receiver(stream, ends.in, channel, tp) });
    links.push({ from: nameOf(from), to: nameOf(to), out: ends.out.name, in: ends.in.name, type: channel.type });
  }
  const sampler = program.processes.find((process) => process.actuals.some((actual) => actual.kind === 'result'));
  const controller = nameOf(sampler ? groupOf(sampler.instance) : (groups[0] as number));
  const together = { controller, followers: groups.map(nameOf).filter((name) => name !== controller) };
  for (const follower of together.followers) {
    links.push({ from: follower, to: controller, out: 'done', in: doneOf(follower), type: SIGNAL });
    links.push({ from: controller, to: follower, out: goOf(follower), in: 'go', type: SIGNAL });
  }
  const programs = groups.map((group): Program => {
    const own = program.processes.filter((process) => groupOf(process.instance) === group);
    const channels = new Set<Channel>();
    const processes: Process[] = [];
    for (const process of program.processes) {
      const mine = groupOf(process.instance) === group;
      const actuals = process.actuals.map((actual): Actual => {
        if (actual.kind !== 'channel') return actual;
        const ends = cut.get(actual.channel);
        if (mine) channels.add(ends && writes(program, process, actual.channel) ? ends.out : actual.channel);
        return mine && ends && writes(program, process, actual.channel) ? { ...actual, channel: ends.out } : actual;
      });
      if (mine) processes.push({ ...process, actuals });
      // A receiver stands where its writer does in the whole program, so that the parts run in one and the same order.
      for (const actual of process.actuals) {
        const ends = actual.kind === 'channel' ? cut.get(actual.channel) : undefined;
        if (actual.kind !== 'channel' || !ends || !writes(program, process, actual.channel)) continue;
        if (groupOf((program.streams.get(actual.channel) as ResolvedStream).to.owner.instance.id) !== group) continue;
        channels.add(ends.in).add(actual.channel);
        processes.push(ends.receive);
      }
    }
    const used = new Set(
      own.flatMap((process) => process.actuals.flatMap((actual) => (actual.kind === 'memory' ? [actual.memory] : []))),
    );
    return {
      ...program,
      name: nameOf(group),
      channels: [...channels],
      processes,
      memories: program.memories.filter((memory) => used.has(memory)),
      together,
    };
  });
  return { programs, links };
}
