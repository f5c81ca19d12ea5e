import { type FillOf, programOf } from '../lower/program.ts';
import { vectors } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import type { Depths, InstanceContext, OperationContext } from '../modules/types.ts';
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

interface Part {
  readonly name: string;
  readonly cycles: (run: Run) => number;
  readonly fill: FillOf;
  /** The memory port that it moves a word per cycle over. */
  readonly port: { readonly name: string; readonly wordBytes: number; readonly read: boolean } | undefined;
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

function prepare(stage: StageAnalysis): Stage {
  const program = programOf(stage);
  const parts = new Map<string, Part[]>();
  for (const process of program.processes) {
    const actual = process.actuals.find((candidate) => candidate.kind === 'memory');
    const memory = actual?.kind === 'memory' ? actual.memory : undefined;
    const port = memory && { name: memory.bundle, wordBytes: memory.spec.wordBytes, read: memory.spec.direction === 'read' };
    process.passes.forEach((pass, index) => {
      const key = `${process.instance} ${pass}`;
      const list = parts.get(key) ?? [];
      list.push({ name: process.name, cycles: process.cycles[index] as Part['cycles'], fill: process.fills[index] as FillOf, port });
      parts.set(key, list);
    });
  }
  const passes = new Map<Pass, Prepared[]>();
  for (const pass of stage.passes) {
    passes.set(
      pass,
      pass.operations.map((operation) => {
        const { owner } = operation;
        return {
          operation,
          context: { id: operation.operation.id, role: operation.operation.role, inputs: operation.inputs, outputs: operation.outputs },
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
      if (part.port) bytes.set(part.port.name, (bytes.get(part.port.name) ?? 0) + part.cycles(run) * part.port.wordBytes);
    }
  }
  return bytes;
}

/** Least cycles of the ports in a pass: their bytes at the rate of their bank; of those that share one, the busiest waits for all. */
function portCycles(bytes: ReadonlyMap<string, number>, machine: Machine): Map<string, number> {
  const cycles = new Map<string, number>();
  const banks = new Map<string, { all: number; port: string; most: number }>();
  for (const [port, amount] of bytes) {
    const bank = machine.bank(port);
    if (!bank) continue;
    const own = amount / bank.bytesPerCycle;
    cycles.set(port, own);
    const shared = banks.get(bank.name) ?? { all: 0, port, most: 0 };
    banks.set(bank.name, own > shared.most ? { all: shared.all + own, port, most: own } : { ...shared, all: shared.all + own });
  }
  for (const { all, port } of banks.values()) cycles.set(port, all);
  return cycles;
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
  const ports = machine === IDEAL ? undefined : portCycles(portBytes(stage, pass, run), machine);
  const slots: Slot[] = [];
  const flows = new Map<ResolvedOperation, Flow>();
  let total = 0;
  for (const { operation, context, instance, parts, inputs } of prepared(stage).passes.get(pass) ?? []) {
    const timing = operation.owner.entry.timing(instance, context, run);
    const processes: ProcessCount[] = [];
    let counted = 0;
    let work = 0;
    let memoryWork = 0;
    let depth = 0;
    let stretch = 1;
    let ready = 0;
    let bytes = 0;
    let slowPort: string | undefined;
    let before: string | undefined;
    for (const part of parts) {
      const cycles = part.cycles(run);
      processes.push({ process: part.name, cycles });
      counted = Math.max(counted, cycles);
      if (cycles === 0) continue;
      const fill = part.fill(run, depths);
      if (!part.port) {
        depth = Math.max(depth, fill.depth);
        work = Math.max(work, cycles + fill.depth * fill.entries);
        continue;
      }
      // Reading begins with the pass: the first latency passes before the operation starts.
      if (part.port.read) ready = depths.memoryRead + depths.loop;
      const moving = ports?.get(part.port.name) ?? 0;
      memoryWork = Math.max(memoryWork, Math.max(cycles, moving) + fill.depth * (part.port.read ? Math.max(0, fill.entries - 1) : fill.entries));
      bytes += cycles * part.port.wordBytes;
      if (moving > cycles && moving / cycles > stretch) {
        stretch = moving / cycles;
        slowPort = part.port.name;
      }
    }
    const limited = memoryWork > work && stretch > 1;
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
      const arrived = source.first + (all > 0 ? Math.min(1, needed / all) : 1) * (source.block - source.first);
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
      slots.push({ operation, start, end: start, cycles: 0, modelled: 0, limit: 'compute', bytes: 0, waits: undefined, processes });
      continue;
    }
    const ownEnd = start + work;
    first = Math.max(first, start + timing.preload + timing.first) + depth;
    block = Math.max(block, first, start + timing.preload + (work - timing.preload) / run.blocks);
    const limit: Limit = limited && ownEnd > 0.9 * end ? 'memory' : end > ownEnd ? 'input' : 'compute';
    end = Math.max(end, ownEnd, block);
    flows.set(operation, { first, block, end });
    slots.push({ operation, start, end, cycles: counted, modelled: work, limit, bytes, waits: limit === 'memory' ? slowPort : limit === 'input' ? before : undefined, processes });
    total = Math.max(total, end);
  }
  return { pass, cycles: total === 0 ? 0 : total + machine.betweenPasses, slots };
}
