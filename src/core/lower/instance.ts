import { type HasCache, emptyCache, cacheSlot } from '../design/cache.ts';
import type { Call } from '../ir/call.ts';
import { bytesOf, type CppType, type Element, FLOAT, vectorType } from '../ir/cpp-type.ts';
import { type Expression, plus, times } from '../ir/expression.ts';
import type { MemorySpec, Table } from '../ir/memory.ts';
import type { Actual, Ahead, Channel, MemoryArgument, Process } from '../ir/process.ts';
import type { FillOf } from '../ir/timing.ts';
import { ceilDiv, vectorOf, vectors } from '../modules/common.ts';
import {
  DISPATCH_STREAM,
  MOVER_LABELS,
  packVectors,
  readAhead,
  readTable,
  readWords,
  SELECT_STREAM,
  unpackVectors,
  writeWords,
} from '../modules/movers.ts';
import type { Arg, InstanceContext, OperationContext, ProcessSpec, StreamType } from '../modules/types.ts';
import { mostVectors } from '../schedule/depths.ts';
import { contextOf, type InstanceMemory, operationIn, structureOf } from '../schedule/reuse.ts';
import type { ResolvedInstance, ResolvedOperation, ResolvedStream, StageAnalysis } from '../schedule/types.ts';
import { type AheadOf, aheadOf } from './ahead.ts';
import { valueActual } from './indices.ts';
import type { StreamEnds } from './streams.ts';
import { isTable, tableOf, wordFloats } from './tables.ts';

const LOOP: FillOf = (depths) => ({ depth: depths.loop, entries: 1 });
const READ: FillOf = (depths) => ({ depth: depths.loop + depths.memoryRead, entries: 1 });
const WRITE: FillOf = (depths) => ({ depth: depths.loop + depths.memoryWrite, entries: 1 });

/** What an instance becomes in a kernel: its processes with the routers and carries at its ports. */
export interface LoweredInstance extends HasCache {
  readonly id: string;
  readonly processes: readonly Process[];
  /** FIFOs inside it. */
  readonly channels: readonly Channel[];
  /** FIFOs that its processes read: those inside it and those that lead to it. */
  readonly reads: readonly Channel[];
  readonly memories: readonly MemoryArgument[];
  readonly tables: readonly Table[];
}

/** How a pointer uses a bundle: tools let one of a kernel read through it, and one write. */
const accessOf = (direction: MemorySpec['direction'], bundle: string): string => `${direction} ${bundle}`;

/** Names of a kernel: of equal ones the later get a number. And its AXI bundles. */
export class Names {
  private readonly taken = new Set<string>();
  private readonly accesses = new Set<string>();

  take(name: string): string {
    let candidate = name;
    for (let index = 2; this.taken.has(candidate); index += 1) candidate = `${name}_${index}`;
    this.taken.add(candidate);
    return candidate;
  }

  /** The bundle of a pointer: that of its buffer, or one of its own where another already reads, or writes, through that. */
  takeBundle(pointer: string, { direction, content }: MemorySpec): string {
    const shared = content.kind === 'buffer' ? content.buffer.name : pointer;
    const bundle = this.accesses.has(accessOf(direction, shared)) ? pointer : shared;
    this.accesses.add(accessOf(direction, bundle));
    return bundle;
  }

  /** Takes all names and bundles of an instance; none if one of them is taken. */
  takeAll({ channels, processes, memories, tables }: LoweredInstance): boolean {
    const named = [channels, processes, memories, tables];
    const accesses = memories.map(({ bundle, spec }) => accessOf(spec.direction, bundle));
    for (const list of named) for (const { name } of list) if (this.taken.has(name)) return false;
    if (accesses.some((access) => this.accesses.has(access))) return false;
    for (const list of named) for (const { name } of list) this.taken.add(name);
    for (const access of accesses) this.accesses.add(access);
    return true;
  }
}

/** Elements of a stream that one memory word of a carry buffer takes, and words per vector. */
function carryLayout(type: StreamType): {
  element: Element;
  lanes: number;
  width: number;
  perVector: number;
  word: CppType;
} {
  const scales = type.extent.kind === 'scales';
  const element = scales ? FLOAT : type.element;
  const lanes = scales ? 2 : type.lanes;
  const stored = { kind: 'stored', element } as const;
  let width = 1;
  while (width < lanes && 2 * width * bytesOf(stored) <= 64) width *= 2;
  return { element, lanes, width, perVector: ceilDiv(lanes, width), word: vectorType(stored, width) };
}

/** The call of a reader whose memory is a table on chip. */
function onChip(call: Call, table: Table): Call {
  if (call.kind !== 'reader') throw new Error(`${call.function} cannot read a table of constants; use a reader`);
  return readTable(wordFloats(table), table.row, table.rows);
}

const nothing = (): void => undefined;

// Made outside of the builder, so that what is kept does not keep the whole analysis with it.
const fillsOf =
  (process: ProcessSpec, operation: OperationContext): FillOf =>
  (depths) =>
    process.fill?.(operation, depths) ?? LOOP(depths);

const channelActual = (
  access: 'read' | 'write',
  channel: Channel,
  label: string,
  index: number | null = null,
): Actual => ({ kind: 'channel', channel, index, access, label });

interface PortStream {
  readonly operation: ResolvedOperation;
  readonly stream: ResolvedStream;
  readonly ends: StreamEnds;
}

class Builder {
  readonly processes: Process[] = [];
  readonly channels: Channel[] = [];
  readonly reads: Channel[] = [];
  readonly memories: MemoryArgument[] = [];
  readonly tables: Table[] = [];
  private readonly stage: StageAnalysis;
  private readonly resolved: ResolvedInstance;
  private readonly ends: readonly StreamEnds[];
  private readonly names: Names;
  private readonly id: string;

  constructor(stage: StageAnalysis, resolved: ResolvedInstance, ends: readonly StreamEnds[], names: Names) {
    this.stage = stage;
    this.resolved = resolved;
    this.ends = ends;
    this.names = names;
    this.id = resolved.instance.id;
  }

  private channel(name: string, type: CppType, depth: number, array: number | null = null, carried = false): Channel {
    const channel = {
      name: this.names.take(name),
      type,
      depth,
      carried,
      array,
      ultra: this.stage.context.ultra,
    };
    this.channels.push(channel);
    this.reads.push(channel);
    return channel;
  }

  private memory(name: string, spec: MemorySpec): MemoryArgument {
    const unique = this.names.take(name);
    const argument = { name: unique, bundle: this.names.takeBundle(unique, spec), instance: this.id, spec };
    this.memories.push(argument);
    return argument;
  }

  /** A pointer, or a table on chip. */
  private constant(name: string, spec: MemorySpec): Actual & { readonly kind: 'memory' | 'table' } {
    if (!isTable(spec)) return { kind: 'memory', memory: this.memory(name, spec), label: 'mem' };
    const table = tableOf(this.names.take(name), this.id, spec, this.stage.context);
    this.tables.push(table);
    return { kind: 'table', table, label: 'rows' };
  }

  private process(
    name: string,
    call: Call,
    actuals: readonly Actual[],
    passes: readonly number[],
    cycles: readonly Expression[],
    fills: readonly FillOf[] = passes.map(() => LOOP),
    ahead?: readonly Ahead[],
  ): void {
    const writes = actuals.some((actual) => actual.kind === 'memory' && actual.memory.spec.direction === 'write');
    const feeds = actuals.find(
      (actual) => actual.kind === 'result' || (actual.kind === 'channel' && actual.access === 'write'),
    );
    // A region is done when its sinks are (ADR 7): what a pass has written into memory is there for the next one only if
    // every process that writes memory is a sink.
    if (writes && feeds)
      throw new Error(
        `${this.id}.${name} writes memory and the stream '${feeds.label}': the pass could end before its words are in memory; let a process of its own write memory, behind all others`,
      );
    this.processes.push({
      name: this.names.take(`${this.id}_${name}`),
      call,
      actuals,
      passes,
      cycles,
      fills,
      ...(ahead ? { ahead } : {}),
      instance: this.id,
    });
  }

  /** The streams at a port by the operations of the instance. */
  private streamsAt(direction: 'incoming' | 'outgoing', port: string): PortStream[] {
    const streams: PortStream[] = [];
    for (const operation of this.resolved.operations) {
      const stream = operation[direction].get(port);
      if (stream) streams.push({ operation, stream, ends: this.ends[stream.index] as StreamEnds });
    }
    return streams;
  }

  /** The router that several operations need at a port: one wire inside, a stream per operation outside. */
  private router(
    port: string,
    direction: 'incoming' | 'outgoing',
    streams: readonly PortStream[],
  ): { wire: Channel; emit: () => void } {
    const first = streams[0];
    if (!first) throw new Error(`${this.id}.${port} has no stream`);
    const incoming = direction === 'incoming';
    const outside = streams.map(({ ends }) => (incoming ? ends.consumer : ends.producer));
    if (streams.length === 1) return { wire: outside[0] as Channel, emit: nothing };
    const wire = this.channel(`${this.id}_${port}`, vectorOf(first.ends.type), 2);
    const counts = streams.map(({ ends }) => vectors(ends.type, this.stage.context.tp));
    const actuals: Actual[] = [
      valueActual(
        this.stage.context,
        'int',
        'which',
        streams.map((_, index) => index),
      ),
      valueActual(this.stage.context, 'int', 'count', counts),
      channelActual(incoming ? 'write' : 'read', wire, port),
      ...outside.map((channel, index) => channelActual(incoming ? 'read' : 'write', channel, `${port}${index}`)),
    ];
    const emit = (): void =>
      this.process(
        `${incoming ? 'select' : 'dispatch'}_${port}`,
        incoming ? SELECT_STREAM : DISPATCH_STREAM,
        actuals,
        streams.map(({ operation }) => operation.pass),
        counts,
      );
    return { wire, emit };
  }

  /** Vectors to words and words to a memory buffer, or the way back. */
  private carry(
    { operation, stream, ends: { index, type, producer, consumer } }: PortStream,
    direction: 'incoming' | 'outgoing',
  ): void {
    const { source, target } = MOVER_LABELS;
    const { element, lanes, width, perVector, word } = carryLayout(type);
    const count = vectors(type, this.stage.context.tp);
    const words = times(count, perVector);
    const leaves = direction === 'outgoing';
    const name = `carry_${index}`;
    const bytes = mostVectors(type, this.stage.context) * perVector * bytesOf(word);
    const wire = this.channel(`${name}_words_${leaves ? source : target}`, word, 32);
    const memory = this.memory(`${name}_${leaves ? 'write' : 'read'}`, {
      name: 'carry',
      word,
      direction: leaves ? 'write' : 'read',
      content: {
        kind: 'buffer',
        buffer: { kind: 'carry', name: `${this.stage.stage}_${name}`, bytes, wordsPerVector: perVector },
      },
    });
    const value = (label: string, of: Expression): Actual => valueActual(this.stage.context, 'int', label, [of]);
    const port = leaves ? stream.stream.from.port : stream.stream.to.port;
    const move = (process: string, call: Call, actuals: readonly Actual[], fill?: FillOf): void =>
      this.process(`${process}_${port}`, call, actuals, [operation.pass], [words], fill && [fill]);
    const head: readonly Actual[] = [
      { kind: 'memory', memory, label: 'mem' },
      leaves ? channelActual('read', wire, source) : channelActual('write', wire, target),
      value('offset', 0),
      value('count', words),
    ];
    if (leaves) {
      move('pack', packVectors(element, lanes, width), [
        channelActual('read', producer, source),
        channelActual('write', wire, target),
        value('count', count),
      ]);
      move(
        'carry',
        writeWords(word),
        [...head, value('blocks_', 1), value('block_stride', 0), value('outer', 1), value('outer_stride', 0)],
        WRITE,
      );
    } else {
      move(
        'fetch',
        readWords(word),
        [...head, value('inner', 1), value('blocks_', 1), value('stride', 0), value('outer', 1)],
        READ,
      );
      move('unpack', unpackVectors(element, lanes, width), [
        channelActual('read', wire, source),
        channelActual('write', consumer, target),
        value('count', count),
      ]);
    }
  }

  /** A reader of one burst per pass that fetches words for the next one. */
  private readAhead(
    process: ProcessSpec,
    actuals: readonly Actual[],
    passes: readonly number[],
    contexts: readonly OperationContext[],
    ahead: readonly AheadOf[],
  ): void {
    const int = (label: string, values: readonly Expression[]): Actual =>
      valueActual(this.stage.context, 'int', label, values);
    const bursts = contexts.map((own) => process.ahead?.(own) ?? { offset: 0, count: 0 });
    const [word] = process.call.templateArguments;
    const counts = bursts.map(({ count }, index) => count - (ahead[index] as AheadOf).held);
    this.process(
      process.name,
      readAhead(word as CppType),
      [
        ...actuals.filter(({ kind }) => kind === 'memory' || kind === 'channel'),
        int(
          'offset',
          bursts.map(({ offset }, index) => plus(offset, (ahead[index] as AheadOf).held)),
        ),
        int('count', counts),
        int(
          'next',
          ahead.map(({ from }) => from),
        ),
        int(
          'ahead',
          ahead.map(({ fetched }) => fetched),
        ),
      ],
      passes,
      counts.map((count, index) => count + (ahead[index] as AheadOf).fetched),
      ahead.map(
        ({ fetched }): FillOf =>
          (depths) => ({ depth: depths.loop + depths.memoryRead, entries: fetched > 0 ? 2 : 1 }),
      ),
      ahead.map(({ held, fetched }) => ({ held, fetched })),
    );
  }

  build(context: InstanceContext): LoweredInstance {
    const { id, resolved } = this;
    const structure = structureOf(this.stage.context, resolved);
    const ports = new Map<string, { readonly channel: Channel; readonly access: 'read' | 'write' }>();
    const after: (() => void)[] = [];
    for (const port of resolved.entry.inputs) {
      const streams = this.streamsAt('incoming', port.id);
      for (const { ends } of streams) this.reads.push(ends.consumer);
      for (const stream of streams) if (stream.stream.kind === 'carry_memory') this.carry(stream, 'incoming');
      const { wire, emit } = this.router(port.id, 'incoming', streams);
      ports.set(port.id, { channel: wire, access: 'read' });
      emit();
    }
    for (const port of resolved.outputs) {
      const streams = this.streamsAt('outgoing', port.id);
      const { wire, emit } = this.router(port.id, 'outgoing', streams);
      ports.set(port.id, { channel: wire, access: 'write' });
      after.push(emit);
      for (const stream of streams) {
        if (stream.stream.kind !== 'carry_memory') continue;
        this.reads.push(stream.ends.producer);
        after.push(() => this.carry(stream, 'outgoing'));
      }
    }
    const working = structure.processes.map((process) => {
      const operations = process.roles
        ? resolved.operations.filter((operation) => process.roles?.includes(operation.operation.role))
        : resolved.operations;
      const contexts = operations.map((operation) => operationIn(context, operation));
      // Words for a later pass wait in the FIFO that the reader fills: a carry.
      const ahead = this.stage.context.fifoCarries === 'none' ? undefined : aheadOf(process, operations, contexts);
      return { process, operations, contexts, ahead };
    });
    const carried = new Set(
      working.flatMap(({ process, ahead }) =>
        ahead ? process.args.flatMap((arg) => (arg.kind === 'wire' && arg.access === 'write' ? [arg.wire] : [])) : [],
      ),
    );
    const wires = new Map(
      structure.wires.map((wire) => [
        wire.name,
        this.channel(`${id}_${wire.name}`, wire.type, wire.depth, wire.array ?? null, carried.has(wire.name)),
      ]),
    );
    const memories = new Map(
      structure.memories.map((memory) => [memory.name, this.constant(`${id}_${memory.name}`, memory)]),
    );
    for (const { process, operations, contexts, ahead } of working) {
      const actual = (arg: Arg): Actual => {
        switch (arg.kind) {
          case 'port': {
            const port = ports.get(arg.port);
            if (!port) throw new Error(`${id} has no port ${arg.port}`);
            return channelActual(port.access, port.channel, arg.port);
          }
          case 'wire':
            return channelActual(
              arg.access,
              wires.get(arg.wire) as Channel,
              arg.index === undefined ? arg.wire : `${arg.wire}${arg.index}`,
              arg.index ?? null,
            );
          case 'memory':
            return memories.get(arg.memory) as Actual;
          case 'result':
            return { kind: 'result', label: 'next' };
          case 'value':
            return valueActual(this.stage.context, arg.type, arg.name, contexts.map(arg.of));
        }
      };
      const passes = operations.map((operation) => operation.pass);
      if (ahead) {
        this.readAhead(process, process.args.map(actual), passes, contexts, ahead);
        continue;
      }
      const actuals = process.args.map(actual);
      const table = actuals.find((one) => one.kind === 'table');
      this.process(
        process.name,
        table ? onChip(process.call, table.table) : process.call,
        actuals,
        passes,
        contexts.map(process.cycles),
        // A table answers at once: nothing is requested, whatever a memory would take.
        contexts.map((own) => (table ? LOOP : fillsOf(process, own))),
      );
    }
    for (const emit of after) emit();
    return {
      id,
      processes: this.processes,
      channels: this.channels,
      reads: this.reads,
      memories: this.memories,
      tables: this.tables,
      cache: emptyCache(),
    };
  }
}

/** An instance as last lowered, and what that followed from besides its context. */
interface Known {
  readonly passes: readonly number[];
  readonly ends: readonly StreamEnds[];
  readonly lowered: LoweredInstance;
}

const last = cacheSlot<InstanceMemory, Known>();

/** Whether the passes of an instance and the FIFOs at its ports are as they were. */
function unchanged({ passes, ends }: Known, { operations }: ResolvedInstance, now: readonly StreamEnds[]): boolean {
  let at = 0;
  for (let index = 0; index < operations.length; index += 1) {
    const { pass, incoming, outgoing } = operations[index] as ResolvedOperation;
    if (passes[index] !== pass) return false;
    for (const stream of incoming.values()) if (ends[at++] !== now[stream.index]) return false;
    for (const stream of outgoing.values()) if (ends[at++] !== now[stream.index]) return false;
  }
  return at === ends.length;
}

/** Lowers an instance of a legal stage; the same object while nothing changes for it. `ends` are those of the streams of the stage. */
export function lowerInstance(
  stage: StageAnalysis,
  resolved: ResolvedInstance,
  ends: readonly StreamEnds[],
  names: Names,
): LoweredInstance {
  const context = contextOf(stage.context, resolved);
  const known = last(resolved.memory);
  let before = known.value;
  if (!before || !unchanged(before, resolved, ends)) {
    before = {
      passes: resolved.operations.map(({ pass }) => pass),
      ends: resolved.operations.flatMap(({ incoming, outgoing }) =>
        [...incoming.values(), ...outgoing.values()].map((stream) => ends[stream.index] as StreamEnds),
      ),
      lowered: new Builder(stage, resolved, ends, new Names()).build(context),
    };
    known.value = before;
  }
  // With names of its own it is kept; where another instance has one of them, it gets others.
  return names.takeAll(before.lowered) ? before.lowered : new Builder(stage, resolved, ends, names).build(context);
}
