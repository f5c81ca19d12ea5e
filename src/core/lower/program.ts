import type { StageName } from '../design/types.ts';
import { ceilDiv, cppElement, cppStream, vectors } from '../modules/common.ts';
import { constant, type Expr, type Run, times } from '../modules/expr.ts';
import type { Arg, Depths, Fill, MemorySpec, OperationContext, ProcessSpec, StreamType } from '../modules/types.ts';
import { mostVectors } from '../schedule/depths.ts';
import { contextOf, operationIn } from '../schedule/reuse.ts';
import type { ResolvedInstance, ResolvedOperation, ResolvedStream, StageAnalysis } from '../schedule/types.ts';
import { structuresOf } from './structures.ts';

/** A FIFO of the dataflow region. */
export interface Channel {
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  /** Kept between passes: it carries data to a later one. */
  readonly carried: boolean;
  readonly array: number | null;
  /** A stream from or to another kernel: an argument instead of a FIFO. */
  readonly link?: 'in' | 'out';
}

/** What one argument of a process is in the region. */
export type Actual =
  | { readonly kind: 'channel'; readonly channel: Channel; readonly index: number | null; readonly label: string }
  | { readonly kind: 'memory'; readonly memory: MemoryArgument; readonly label: string }
  | { readonly kind: 'result'; readonly label: string }
  | { readonly kind: 'value'; readonly type: 'int' | 'float' | 'unsigned'; readonly label: string; readonly values: readonly Expr[] };

/** One process: a function of its own that works in its passes and returns at once in all others. */
export interface Process {
  readonly name: string;
  readonly header: string;
  readonly call: string;
  readonly actuals: readonly Actual[];
  /** Passes in which it works; `values` of its arguments are in the same order. */
  readonly passes: readonly number[];
  /** Counted cycles per entry of `passes`. */
  readonly cycles: readonly ((run: Run) => number)[];
  /** Pipeline fill beyond the counted cycles, per entry of `passes`. */
  readonly fills: readonly FillOf[];
  readonly instance: string;
  /** The process of the instance's module; undefined for routers and carries. */
  readonly spec: ProcessSpec | undefined;
}

export type FillOf = (run: Run, depths: Depths) => Fill;

const LOOP: FillOf = (_run, depths) => ({ depth: depths.loop, entries: 1 });
const READ: FillOf = (_run, depths) => ({ depth: depths.loop + depths.memoryRead, entries: 1 });
const WRITE: FillOf = (_run, depths) => ({ depth: depths.loop + depths.memoryWrite, entries: 1 });

/** A memory pointer of the kernel. */
export interface MemoryArgument {
  /** Argument name. */
  readonly name: string;
  /** AXI bundle: a read and a write pointer of one buffer share one. */
  readonly bundle: string;
  readonly spec: MemorySpec;
}

/** How the parts of a stage that is split into several kernels go through the passes together; see lower/split.ts. */
export interface Together {
  /** Kernel that the others wait for after every pass: in decode the one with the sampler. */
  readonly controller: string;
  /** The other kernels. */
  readonly followers: readonly string[];
}

/** A kernel as data: what the printer writes out. */
export interface Program {
  /** C++ function. */
  readonly name: string;
  readonly stage: StageName;
  readonly analysis: StageAnalysis;
  readonly channels: readonly Channel[];
  readonly processes: readonly Process[];
  readonly memories: readonly MemoryArgument[];
  /** The stream behind each FIFO between two instances. */
  readonly streams: ReadonlyMap<Channel, ResolvedStream>;
  /** Undefined for the only kernel of its stage. */
  readonly together: Together | undefined;
}

function typeOf(stream: ResolvedStream): StreamType {
  if (!stream.type) throw new Error(`stream ${stream.stream.id} has no type`);
  return stream.type;
}

/** Elements of a stream that one memory word of a carry buffer takes, and words per vector. */
function carryLayout(type: StreamType): { element: string; lanes: number; width: number; perVector: number; word: string; bytes: number } {
  const scales = type.extent.kind === 'scales';
  const element = scales ? 'float' : cppElement(type.element);
  const lanes = scales ? 2 : type.lanes;
  const size = scales || type.element.kind === 'float' || type.element.bits > 8 ? 4 : 1;
  let width = 1;
  while (width < lanes && 2 * width * size <= 64) width *= 2;
  return { element, lanes, width, perVector: ceilDiv(lanes, width), word: `flexllm::Vec<flexllm::MemoryOf<${element}>, ${width}>`, bytes: width * size };
}

/** What of a process depends on its instance alone. A structure holds for one context, so its processes are the key. */
interface Lowered {
  readonly values: ReadonlyMap<Arg, Actual>;
  readonly cycles: Process['cycles'];
  readonly fills: readonly FillOf[];
}

const lowered = new WeakMap<ProcessSpec, Lowered>();

function lower(spec: ProcessSpec, contexts: readonly OperationContext[]): Lowered {
  let found = lowered.get(spec);
  if (!found) {
    found = {
      values: new Map(spec.args.flatMap((arg): [Arg, Actual][] => (arg.kind === 'value' ? [[arg, { kind: 'value', type: arg.type, label: arg.name, values: contexts.map(arg.of) }]] : []))),
      cycles: contexts.map((context) => (run: Run) => spec.cycles(context, run)),
      fills: contexts.map((context) => (run: Run, depths: Depths) => spec.fill?.(context, run, depths) ?? LOOP(run, depths)),
    };
    lowered.set(spec, found);
  }
  return found;
}

const nothing = (): void => undefined;

interface PortStream {
  readonly operation: ResolvedOperation;
  readonly stream: ResolvedStream;
}

/** The streams at a port of an instance, by its operations. */
function streamsAt(resolved: ResolvedInstance, direction: 'incoming' | 'outgoing', port: string): PortStream[] {
  const streams: PortStream[] = [];
  for (const operation of resolved.operations) {
    const stream = operation[direction].get(port);
    if (stream) streams.push({ operation, stream });
  }
  return streams;
}

class Builder {
  readonly channels: Channel[] = [];
  readonly processes: Process[] = [];
  readonly memories: MemoryArgument[] = [];
  readonly streams = new Map<Channel, ResolvedStream>();
  private readonly stage: StageAnalysis;
  private readonly producerEnd = new Map<ResolvedStream, Channel>();
  private readonly consumerEnd = new Map<ResolvedStream, Channel>();
  private readonly names = new Set<string>();

  constructor(stage: StageAnalysis) {
    this.stage = stage;
    stage.streams.forEach((stream, index) => {
      const type = cppStream(typeOf(stream));
      if (stream.kind === 'carry_memory') {
        this.producerEnd.set(stream, this.channel(`carry_${index}_in`, type, 2, false));
        this.consumerEnd.set(stream, this.channel(`carry_${index}_out`, type, 2, false));
      } else {
        const channel = this.channel(`stream_${index}_${stream.to.operation.id}`, type, stream.depth, stream.kind === 'carry_fifo');
        this.producerEnd.set(stream, channel);
        this.consumerEnd.set(stream, channel);
        this.streams.set(channel, stream);
      }
    });
  }

  private unique(name: string): string {
    let candidate = name;
    for (let index = 2; this.names.has(candidate); index += 1) candidate = `${name}_${index}`;
    this.names.add(candidate);
    return candidate;
  }

  private channel(name: string, type: string, depth: number, carried: boolean, array: number | null = null): Channel {
    const channel = { name: this.unique(name), type, depth, carried, array };
    this.channels.push(channel);
    return channel;
  }

  private memory(name: string, spec: MemorySpec): MemoryArgument {
    const unique = this.unique(name);
    const argument = { name: unique, bundle: spec.content.kind === 'buffer' ? spec.content.buffer : unique, spec };
    this.memories.push(argument);
    return argument;
  }

  private process(instance: string, name: string, header: string, call: string, actuals: readonly Actual[], passes: readonly number[], cycles: readonly ((run: Run) => number)[], fills: readonly FillOf[] = passes.map(() => LOOP), spec?: ProcessSpec): void {
    this.processes.push({ name: this.unique(`${instance}_${name}`), header, call, actuals, passes, cycles, fills, instance, spec });
  }

  private channelActual(channel: Channel, label: string, index: number | null = null): Actual {
    return { kind: 'channel', channel, index, label };
  }

  /** The router that several operations of an instance need at a port: one wire inside, a stream per operation outside. */
  private router(resolved: ResolvedInstance, port: string, direction: 'in' | 'out', streams: readonly PortStream[]): { wire: Channel; emit: () => void } {
    const first = streams[0];
    if (!first) throw new Error(`${resolved.instance.id}.${port} has no stream`);
    const ends = direction === 'in' ? this.consumerEnd : this.producerEnd;
    if (streams.length === 1) return { wire: ends.get(first.stream) as Channel, emit: nothing };
    const outside = streams.map(({ stream }) => ends.get(stream) as Channel);
    const wire = this.channel(`${resolved.instance.id}_${port}`, cppStream(typeOf(first.stream)), 2, false);
    const counts = streams.map(({ stream }) => vectors(typeOf(stream), this.stage.context.tp));
    const head: Actual[] = [
      { kind: 'value', type: 'int', label: 'which', values: streams.map((_, index) => constant(index)) },
      { kind: 'value', type: 'int', label: 'count', values: counts },
    ];
    const inner = this.channelActual(wire, port);
    const outer = outside.map((channel, index) => this.channelActual(channel, `${port}${index}`));
    const emit = (): void =>
      this.process(
        resolved.instance.id,
        `${direction === 'in' ? 'select' : 'dispatch'}_${port}`,
        'route',
        direction === 'in' ? 'select_stream' : 'dispatch_stream',
        [...head, inner, ...outer],
        streams.map(({ operation }) => operation.pass),
        counts.map((count) => (run: Run) => count.value(run)),
      );
    return { wire, emit };
  }

  /** Vectors to words and words to a memory buffer, or the way back. */
  private carry(stream: ResolvedStream, direction: 'out' | 'in'): void {
    const type = typeOf(stream);
    const layout = carryLayout(type);
    const count = vectors(type, this.stage.context.tp);
    const words = times(count, layout.perVector);
    const out = direction === 'out';
    const name = this.carryName(stream);
    const wire = this.channel(`${name}_words_${out ? 'in' : 'out'}`, layout.word, 32, false);
    const memory = this.memory(`${name}_${out ? 'write' : 'read'}`, this.carryMemory(stream, out ? 'write' : 'read'));
    const value = (label: string, of: Expr | number): Actual => ({ kind: 'value', type: 'int', label, values: [typeof of === 'number' ? constant(of) : of] });
    const end = out ? stream.from : stream.to;
    const port = out ? stream.stream.from.port : stream.stream.to.port;
    const move = (process: string, call: string, actuals: readonly Actual[], fill?: FillOf): void =>
      this.process(end.owner.instance.id, `${process}_${port}`, 'memory', call, actuals, [end.pass], [(run: Run) => words.value(run)], fill && [fill]);
    const shape = `<${layout.element}, ${layout.lanes}, ${layout.width}>`;
    const head: readonly Actual[] = [{ kind: 'memory', memory, label: 'mem' }, this.channelActual(wire, out ? 'in' : 'out'), value('offset', 0), value('count', words)];
    if (out) {
      move('pack', `pack_vectors${shape}`, [this.channelActual(this.producerEnd.get(stream) as Channel, 'in'), this.channelActual(wire, 'out'), value('count', count)]);
      move('carry', `write_words<${layout.word}>`, [...head, value('blocks_', 1), value('block_stride', 0), value('outer', 1), value('outer_stride', 0)], WRITE);
    } else {
      move('fetch', `read_words<${layout.word}>`, [...head, value('inner', 1), value('blocks_', 1), value('stride', 0), value('outer', 1)], READ);
      move('unpack', `unpack_vectors${shape}`, [this.channelActual(wire, 'in'), this.channelActual(this.consumerEnd.get(stream) as Channel, 'out'), value('count', count)]);
    }
  }

  private carryName(stream: ResolvedStream): string {
    return `carry_${this.stage.streams.indexOf(stream)}`;
  }

  private carryMemory(stream: ResolvedStream, direction: 'read' | 'write'): MemorySpec {
    const layout = carryLayout(typeOf(stream));
    const bytes = mostVectors(typeOf(stream), this.stage.context) * layout.perVector * layout.bytes;
    return { name: 'carry', word: layout.word, wordBytes: layout.bytes, direction, content: { kind: 'buffer', buffer: `${this.stage.stage}_${this.carryName(stream)}`, bytes } };
  }

  instance(resolved: ResolvedInstance): void {
    const structure = structuresOf(this.stage).get(resolved);
    if (!structure) throw new Error(`no structure of ${resolved.instance.id}`);
    const { id } = resolved.instance;
    const ports = new Map<string, Channel>();
    const after: (() => void)[] = [];
    for (const port of resolved.entry.inputs) {
      const streams = streamsAt(resolved, 'incoming', port.id);
      for (const { stream } of streams) if (stream.kind === 'carry_memory') this.carry(stream, 'in');
      const { wire, emit } = this.router(resolved, port.id, 'in', streams);
      ports.set(port.id, wire);
      emit();
    }
    for (const port of resolved.entry.outputs(resolved.params)) {
      const streams = streamsAt(resolved, 'outgoing', port.id);
      const { wire, emit } = this.router(resolved, port.id, 'out', streams);
      ports.set(port.id, wire);
      after.push(emit);
      for (const { stream } of streams) if (stream.kind === 'carry_memory') after.push(() => this.carry(stream, 'out'));
    }
    const wires = structure.wires.map((wire) => this.channel(`${id}_${wire.name}`, wire.type, wire.depth, false, wire.array ?? null));
    const memories = structure.memories.map((memory) => this.memory(`${id}_${memory.name}`, memory));
    const wireOf = (name: string): Channel => wires[structure.wires.findIndex((wire) => wire.name === name)] as Channel;
    const memoryOf = (name: string): MemoryArgument => memories[structure.memories.findIndex((memory) => memory.name === name)] as MemoryArgument;
    const context = contextOf(this.stage.context, resolved);
    for (const process of structure.processes) {
      const operations = process.roles ? resolved.operations.filter((operation) => process.roles?.includes(operation.operation.role)) : resolved.operations;
      const contexts = process.roles ? operations.map((operation) => operationIn(context, operation)) : context.operations;
      const own = lower(process, contexts);
      const actual = (arg: Arg): Actual => {
        switch (arg.kind) {
          case 'port':
            return this.channelActual(ports.get(arg.port) as Channel, arg.port);
          case 'wire':
            return this.channelActual(wireOf(arg.wire), arg.index === undefined ? arg.wire : `${arg.wire}${arg.index}`, arg.index ?? null);
          case 'memory':
            return { kind: 'memory', memory: memoryOf(arg.memory), label: 'mem' };
          case 'result':
            return { kind: 'result', label: 'next' };
          case 'value':
            return own.values.get(arg) as Actual;
        }
      };
      this.process(id, process.name, process.header, process.call, process.args.map(actual), operations.map((operation) => operation.pass), own.cycles, own.fills, process);
    }
    for (const emit of after) emit();
  }
}

const programs = new WeakMap<StageAnalysis, Program>();

/** The program of a legal stage, lowered once per analysis. */
export function programOf(stage: StageAnalysis): Program {
  let program = programs.get(stage);
  if (!program) {
    program = buildProgram(stage);
    programs.set(stage, program);
  }
  return program;
}

/** Lowers a legal stage to processes, channels and memory pointers in program order. */
export function buildProgram(stage: StageAnalysis): Program {
  if (!stage.legal) throw new Error(`the ${stage.stage} stage has errors`);
  const builder = new Builder(stage);
  for (const resolved of stage.instances) builder.instance(resolved);
  return { name: stage.stage, stage: stage.stage, analysis: stage, channels: builder.channels, processes: builder.processes, memories: builder.memories, streams: builder.streams, together: undefined };
}

/** Counted cycles of every process in every pass it works in, for one run of the passes. */
export function countProcesses(program: Program, run: Run): { process: string; instance: string; pass: number; cycles: number }[] {
  return program.processes.flatMap((process) =>
    process.passes.map((pass, index) => ({ process: process.name, instance: process.instance, pass, cycles: process.cycles[index]?.(run) ?? 0 })),
  );
}

