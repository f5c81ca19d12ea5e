import { type FillOf, programOf, type Program } from '../lower/program.ts';
import { vectors } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import type { Depths, InstanceContext, OperationContext } from '../modules/types.ts';
import { operationOf } from '../schedule/reuse.ts';
import { instanceContext, type Pass, type ResolvedOperation, type ResolvedStream, type StageAnalysis } from '../schedule/types.ts';
import { NO_DEPTHS } from './depths.ts';

/** Counted cycles of one process in one pass. */
export interface ProcessCount {
  readonly process: string;
  readonly cycles: number;
}

/** What keeps an operation from ending earlier: its own work, a memory port, or the operation in front. */
export type Limit = 'compute' | 'memory' | 'input';

/** When an operation works within its pass, in cycles from the start of the pass. */
export interface Slot {
  readonly operation: ResolvedOperation;
  readonly start: number;
  readonly end: number;
  /** Counted cycles of the slowest process of the instance. */
  readonly cycles: number;
  /** The same with pipeline fill and, where a memory port is slower, its time. */
  readonly modelled: number;
  readonly limit: Limit;
  /** Bytes that it moves over memory ports. */
  readonly bytes: number;
  /** What it waits for: the memory port, or the operation in front. */
  readonly waits: string | undefined;
  readonly processes: readonly ProcessCount[];
}

export interface PassTime {
  readonly pass: Pass;
  /** From the first to the last cycle, with everything that the machine adds to counted cycles. */
  readonly cycles: number;
  readonly slots: readonly Slot[];
}

/** What time depends on besides trip counts. `IDEAL` leaves the counted cycles. */
export interface Machine {
  readonly depths: Depths;
  /** Cycles between two passes. */
  readonly betweenPasses: number;
  /** Bank of a memory port (bundle), and the bytes per cycle that it sustains; undefined: never a limit. */
  readonly bank: (port: string) => { readonly name: string; readonly bytesPerCycle: number } | undefined;
}

export const IDEAL: Machine = { depths: NO_DEPTHS, betweenPasses: 0, bank: () => undefined };

/** Processes of an operation that count alike: one, or the readers of the ports of an engine. */
interface Part {
  readonly names: readonly string[];
  readonly cycles: (run: Run) => number;
  readonly fill: FillOf;
  /** The memory ports over which each moves a word per cycle. */
  readonly ports: readonly { readonly name: string; readonly wordBytes: number; readonly read: boolean }[];
}

interface Prepared {
  readonly operation: ResolvedOperation;
  readonly context: OperationContext;
  readonly instance: InstanceContext;
  readonly parts: readonly Part[];
  readonly inputs: readonly { readonly stream: ResolvedStream; readonly count: (run: Run) => number; readonly row: (run: Run) => number; readonly hops: number }[];
}

interface Stage {
  readonly passes: ReadonlyMap<Pass, readonly Prepared[]>;
  /** Passes whose time depends on the position or the number of keys. */
  readonly moving: ReadonlySet<Pass>;
}

const cache = new WeakMap<StageAnalysis, Stage>();

/** Vectors of a stream that belong together for a barrier: a row of keys, else the channels of a block or token. */
function rowVectors(stream: ResolvedStream, run: Run, count: number): number {
  return stream.type?.extent.kind === 'keys' ? run.length : count / run.blocks;
}

/** Runs at which processes are compared: equal formulas agree on them, different ones do not. */
const PROBES: readonly Run[] = [
  { layer: 0, blocks: 1, length: 7, position: 6 },
  { layer: 0, blocks: 3, length: 11, position: 10 },
  { layer: 0, blocks: 13, length: 517, position: 516 },
];

/** Parts by `instance pass`, like readers taken together. */
function partsOf(program: Program): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  const groups = new Map<string, { names: string[]; ports: Part['ports'][number][] }>();
  for (const process of program.processes) {
    const actual = process.actuals.find((candidate) => candidate.kind === 'memory');
    const memory = actual?.kind === 'memory' ? actual.memory : undefined;
    process.passes.forEach((pass, index) => {
      const key = `${process.instance} ${pass}`;
      const cycles = process.cycles[index] as Part['cycles'];
      const port = memory && { name: memory.bundle, wordBytes: memory.spec.wordBytes, read: memory.spec.direction === 'read' };
      const like = port && `${key} ${process.call} ${port.wordBytes} ${port.read} ${PROBES.map(cycles).join(' ')}`;
      const group = like === undefined ? undefined : groups.get(like);
      if (group && port) {
        group.names.push(process.name);
        group.ports.push(port);
        return;
      }
      const names = [process.name];
      const ports = port ? [port] : [];
      if (like !== undefined) groups.set(like, { names, ports });
      const list = parts.get(key);
      const part = { names, cycles, fill: process.fills[index] as FillOf, ports };
      if (list) list.push(part);
      else parts.set(key, [part]);
    });
  }
  return parts;
}

function prepare(stage: StageAnalysis): Stage {
  const parts = partsOf(programOf(stage));
  const passes = new Map<Pass, Prepared[]>();
  for (const pass of stage.passes) {
    passes.set(
      pass,
      pass.operations.map((operation) => {
        const { owner } = operation;
        return {
          operation,
          context: operationOf(stage.context, operation),
          instance: instanceContext(stage, owner),
          parts: parts.get(`${owner.instance.id} ${pass.index}`) ?? [],
          inputs: [...operation.incoming.values()].map((stream) => {
            const count = stream.type ? vectors(stream.type, stage.context.tp).value : () => 1;
            // A router on either side of the FIFO is one hop more.
            const hops = 1 + (stream.from.owner.operations.length > 1 ? 1 : 0) + (owner.operations.length > 1 ? 1 : 0);
            return { stream, count, row: (run: Run) => rowVectors(stream, run, count(run)), hops };
          }),
        };
      }),
    );
  }
  const moving = new Set<Pass>();
  for (const [pass, operations] of passes) if (operations.some(dependsOnLength)) moving.add(pass);
  return { passes, moving };
}

/** Whether cycles, fill or shape of an operation look at the position or the number of keys. */
function dependsOnLength({ operation, context, instance, parts, inputs }: Prepared): boolean {
  let looked = false;
  const run: Run = {
    layer: 0,
    blocks: 1,
    get length() {
      looked = true;
      return 2;
    },
    get position() {
      looked = true;
      return 1;
    },
  };
  operation.owner.entry.timing(instance, context, run);
  for (const part of parts) {
    part.cycles(run);
    part.fill(run, NO_DEPTHS);
  }
  for (const { count, row } of inputs) {
    count(run);
    row(run);
  }
  return looked;
}

function prepared(stage: StageAnalysis): Stage {
  let found = cache.get(stage);
  if (!found) {
    found = prepare(stage);
    cache.set(stage, found);
  }
  return found;
}

/** Whether the time of a pass depends on the position of the token (decode). */
export function movesWithPosition(stage: StageAnalysis, pass: Pass): boolean {
  return prepared(stage).moving.has(pass);
}

/** Bytes that each memory port moves in a pass: a word per counted cycle of the processes on it. */
export function portBytes(stage: StageAnalysis, pass: Pass, run: Run): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { parts } of prepared(stage).passes.get(pass) ?? []) {
    for (const part of parts) {
      if (part.ports.length === 0) continue;
      const cycles = part.cycles(run);
      for (const port of part.ports) bytes.set(port.name, (bytes.get(port.name) ?? 0) + cycles * port.wordBytes);
    }
  }
  return bytes;
}

/** What the parts of a pass ask of the banks: of banks that are asked alike, one. */
interface Traffic {
  /** Cycles of the bank per cycle of a part, for each part on it. */
  readonly terms: readonly { readonly part: Part; readonly perCycle: number; readonly port: string }[];
}

const traffics = new WeakMap<Machine, WeakMap<Pass, readonly Traffic[]>>();

function trafficOf(operations: readonly Prepared[], pass: Pass, machine: Machine): readonly Traffic[] {
  let known = traffics.get(machine);
  if (!known) {
    known = new WeakMap();
    traffics.set(machine, known);
  }
  const found = known.get(pass);
  if (found) return found;
  const banks = new Map<string, { part: Part; index: number; perCycle: number; port: string }[]>();
  let index = 0;
  for (const { parts } of operations) {
    for (const part of parts) {
      index += 1;
      for (const port of part.ports) {
        const bank = machine.bank(port.name);
        if (!bank) continue;
        const perCycle = port.wordBytes / bank.bytesPerCycle;
        const terms = banks.get(bank.name) ?? [];
        const same = terms.find((term) => term.part === part);
        if (same) same.perCycle += perCycle;
        else terms.push({ part, index, perCycle, port: port.name });
        banks.set(bank.name, terms);
      }
    }
  }
  const unique = new Map<string, Traffic>();
  for (const terms of banks.values()) {
    const key = terms.map((term) => `${term.index}:${term.perCycle}`).join(' ');
    if (!unique.has(key)) unique.set(key, { terms });
  }
  const result = [...unique.values()];
  known.set(pass, result);
  return result;
}

interface Moving {
  cycles: number;
  stretch: number;
  port: string;
}

/** Least cycles of parts that move words: their bytes at the rate of their bank; of those that share one, the busiest waits for all. */
function movingOf(operations: readonly Prepared[], pass: Pass, run: Run, machine: Machine): Map<Part, Moving> {
  const result = new Map<Part, Moving>();
  const take = (part: Part, cycles: number, stretch: number, port: string): void => {
    const known = result.get(part);
    if (!known || cycles > known.cycles) result.set(part, { cycles, stretch, port });
  };
  for (const { terms } of trafficOf(operations, pass, machine)) {
    let all = 0;
    let most = 0;
    let busiest: Traffic['terms'][number] | undefined;
    for (const term of terms) {
      const own = term.part.cycles(run) * term.perCycle;
      take(term.part, own, term.perCycle, term.port);
      all += own;
      if (own > most) {
        most = own;
        busiest = term;
      }
    }
    if (busiest) take(busiest.part, all, busiest.perCycle, busiest.port);
  }
  return result;
}

/** A slot; its processes are listed when asked for. */
class SlotOf implements Slot {
  private readonly parts: readonly Part[];
  private readonly run: Run;
  readonly operation: ResolvedOperation;
  readonly start: number;
  readonly end: number;
  readonly cycles: number;
  readonly modelled: number;
  readonly limit: Limit;
  readonly bytes: number;
  readonly waits: string | undefined;

  constructor(parts: readonly Part[], run: Run, operation: ResolvedOperation, start: number, end: number, cycles: number, modelled: number, limit: Limit, bytes: number, waits: string | undefined) {
    this.parts = parts;
    this.run = run;
    this.operation = operation;
    this.start = start;
    this.end = end;
    this.cycles = cycles;
    this.modelled = modelled;
    this.limit = limit;
    this.bytes = bytes;
    this.waits = waits;
  }

  get processes(): readonly ProcessCount[] {
    return this.parts.flatMap((part) => part.names.map((process) => ({ process, cycles: part.cycles(this.run) })));
  }
}

interface Flow {
  readonly first: number;
  /** End of the output of the first block of tokens. */
  readonly block: number;
  readonly end: number;
}

/**
 * Time of one pass, as of a line of machines with enough room between them:
 *
 * - an operation starts when its first inputs are there and its tables are loaded;
 * - its first output leaves `first` cycles of work later, and not before as many inputs as it must have seen (a block, a
 *   row: at most a barrier's worth) have arrived and the rest of that work is done;
 * - it ends a block not before the work of a block, nor before its `tail` after the end of the block at its inputs;
 * - it ends all blocks not before its work is done, nor before its `tail` after the end of its inputs.
 *
 * Work is the slowest of its processes: counted cycles (or the time of the memory port, if longer) plus pipeline fill.
 * Own derivation: recursion of a flow line with constant intervals; see docs/concepts.md.
 */
export function timePass(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine = IDEAL): PassTime {
  const { depths } = machine;
  const operations = prepared(stage).passes.get(pass) ?? [];
  const moved = machine === IDEAL ? undefined : movingOf(operations, pass, run, machine);
  const slots: Slot[] = [];
  const flows = new Map<ResolvedOperation, Flow>();
  let total = 0;
  for (const { operation, context, instance, parts, inputs } of operations) {
    const timing = operation.owner.entry.timing(instance, context, run);
    let counted = 0;
    let work = 0;
    let memoryWork = 0;
    let depth = 0;
    let stretch = 1;
    let slowest = 0;
    let ready = 0;
    let bytes = 0;
    let slowPort: string | undefined;
    let before: string | undefined;
    for (const part of parts) {
      const cycles = part.cycles(run);
      counted = Math.max(counted, cycles);
      if (cycles === 0) continue;
      const fill = part.fill(run, depths);
      const [port] = part.ports;
      if (!port) {
        depth = Math.max(depth, fill.depth);
        work = Math.max(work, cycles + fill.depth * fill.entries);
        continue;
      }
      // Reading begins with the pass: the first latency passes before the operation starts.
      if (port.read) ready = depths.memoryRead + depths.loop;
      const moving = moved?.get(part);
      memoryWork = Math.max(memoryWork, Math.max(cycles, moving?.cycles ?? 0) + fill.depth * (port.read ? Math.max(0, fill.entries - 1) : fill.entries));
      bytes += cycles * port.wordBytes * part.ports.length;
      if (moving && moving.cycles > cycles && moving.cycles > slowest) {
        slowest = moving.cycles;
        slowPort = moving.port;
        // The rate of the port, a constant: the time of a pass stays piecewise linear in the position.
        stretch = Math.max(1, moving.stretch);
      }
    }
    const limited = memoryWork > work && slowest > 0;
    if (!limited) stretch = 1;
    work = Math.max(work, memoryWork);

    let start = timing.preload + ready;
    let first = 0;
    let block = 0;
    let end = 0;
    for (const { stream, count, row, hops } of inputs) {
      const source = flows.get(stream.from);
      if (!source) continue;
      const hop = hops * depths.hop;
      const all = count(run) / run.blocks;
      const needed = Math.min(timing.first, row(run));
      const arrived = needed <= 1 ? source.first : source.first + (all > 0 ? Math.min(1, needed / all) : 1) * (source.block - source.first);
      start = Math.max(start, source.first + hop);
      first = Math.max(first, arrived + hop + (timing.first - needed) * stretch);
      block = Math.max(block, source.block + hop + timing.tail * stretch + depth);
      const last = source.end + hop + timing.tail * stretch + depth;
      if (last > end) {
        end = last;
        before = stream.from.key;
      }
    }
    start -= timing.preload;
    if (counted === 0) {
      flows.set(operation, { first: start, block: start, end: start });
      slots.push(new SlotOf(parts, run, operation, start, start, 0, 0, 'compute', 0, undefined));
      continue;
    }
    const ownEnd = start + work;
    first = Math.max(first, start + timing.preload + timing.first) + depth;
    block = Math.max(block, first, start + timing.preload + (work - timing.preload) / run.blocks);
    const limit: Limit = limited && ownEnd > 0.9 * end ? 'memory' : end > ownEnd ? 'input' : 'compute';
    end = Math.max(end, ownEnd, block);
    flows.set(operation, { first, block, end });
    slots.push(new SlotOf(parts, run, operation, start, end, counted, work, limit, bytes, limit === 'memory' ? slowPort : limit === 'input' ? before : undefined));
    total = Math.max(total, end);
  }
  return { pass, cycles: total === 0 ? 0 : total + machine.betweenPasses, slots };
}

const still = new WeakMap<Machine, WeakMap<Pass, number>>();

/** Cycles of a pass of decode; those of passes that do not depend on the position are derived once. */
export function decodePassCycles(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine): number {
  if (movesWithPosition(stage, pass)) return timePass(stage, pass, run, machine).cycles;
  let known = still.get(machine);
  if (!known) {
    known = new WeakMap();
    still.set(machine, known);
  }
  let cycles = known.get(pass);
  if (cycles === undefined) {
    cycles = timePass(stage, pass, run, machine).cycles;
    known.set(pass, cycles);
  }
  return cycles;
}
