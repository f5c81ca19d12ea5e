import type { Run } from '../modules/expr.ts';
import type { Depths } from '../modules/types.ts';
import type { Pass, ResolvedOperation, StageAnalysis } from '../schedule/types.ts';
import { NO_DEPTHS } from './depths.ts';
import { movesWithPosition, type Part, prepared, type Prepared } from './pass-parts.ts';

export { movesWithPosition } from './pass-parts.ts';

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
  const banks = new Map<string, { part: Part; perCycle: number; port: string }[]>();
  for (const { parts } of operations) {
    for (const part of parts) {
      for (const port of part.ports) {
        const bank = machine.bank(port.name);
        if (!bank) continue;
        const perCycle = port.wordBytes / bank.bytesPerCycle;
        const terms = banks.get(bank.name) ?? [];
        const same = terms.find((term) => term.part === part);
        if (same) same.perCycle += perCycle;
        else terms.push({ part, perCycle, port: port.name });
        banks.set(bank.name, terms);
      }
    }
  }
  const unique = new Map<string, Traffic>();
  for (const terms of banks.values()) {
    const key = terms.map((term) => `${term.part.index}:${term.perCycle}`).join(' ');
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

/** Least cycles of parts that move words, by part: their bytes at the rate of their bank; of those that share one, the busiest waits for all. */
function movingOf(operations: readonly Prepared[], pass: Pass, cycles: readonly number[], machine: Machine): (Moving | undefined)[] {
  const result: (Moving | undefined)[] = [];
  const take = (part: Part, cycles: number, stretch: number, port: string): void => {
    const known = result[part.index];
    if (!known || cycles > known.cycles) result[part.index] = { cycles, stretch, port };
  };
  for (const { terms } of trafficOf(operations, pass, machine)) {
    let all = 0;
    let most = 0;
    let busiest: Traffic['terms'][number] | undefined;
    for (const term of terms) {
      const own = (cycles[term.part.index] ?? 0) * term.perCycle;
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

/** Times of a pass on a machine by run. Curves and sums need cycles at many runs, dashboards slots at a few. */
interface Times {
  /** Those of a pass of decode that does not depend on the position have one entry. */
  readonly cycles: Map<string, number>;
  readonly passes: Map<string, PassTime>;
}

const MOST_CYCLES = 1024;
const MOST_PASSES = 16;

const times = new WeakMap<Machine, WeakMap<Pass, Times>>();

function timesOf(pass: Pass, machine: Machine): Times {
  let known = times.get(machine);
  if (!known) {
    known = new WeakMap();
    times.set(machine, known);
  }
  let found = known.get(pass);
  if (!found) {
    found = { cycles: new Map(), passes: new Map() };
    known.set(pass, found);
  }
  return found;
}

/** Runs that take equally long have one key: where the position does not matter, all of decode. */
const runKey = (stage: StageAnalysis, pass: Pass, { layer, blocks, length, position }: Run): string => (stage.stage === 'decode' && !movesWithPosition(stage, pass) ? `${layer}` : `${layer} ${blocks} ${length} ${position}`);

/** Time of one pass with its slots; see `derive`. */
export function timePass(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine = IDEAL): PassTime {
  const { passes, cycles } = timesOf(pass, machine);
  const key = runKey(stage, pass, run);
  let time = passes.get(key);
  if (!time) {
    if (passes.size >= MOST_PASSES) passes.clear();
    const slots: Slot[] = [];
    time = { pass, cycles: derive(stage, pass, run, machine, slots), slots };
    passes.set(key, time);
    cycles.set(key, time.cycles);
  }
  return time;
}

/** Cycles of one pass, as `timePass` has them. */
export function passCycles(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine): number {
  const { cycles } = timesOf(pass, machine);
  const key = runKey(stage, pass, run);
  let found = cycles.get(key);
  if (found === undefined) {
    if (cycles.size >= MOST_CYCLES) cycles.clear();
    found = derive(stage, pass, run, machine, undefined);
    cycles.set(key, found);
  }
  return found;
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
function derive(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine, slots: Slot[] | undefined): number {
  const { depths } = machine;
  const operations = prepared(stage).passes.get(pass) ?? [];
  const counts: number[] = [];
  for (const { parts } of operations) for (const part of parts) counts.push(part.cycles(run));
  const moved = machine === IDEAL ? undefined : movingOf(operations, pass, counts, machine);
  /** By operation: when its first output leaves, when those of the first block of tokens end, when all end. */
  const firsts = new Float64Array(operations.length);
  const blocks = new Float64Array(operations.length);
  const ends = new Float64Array(operations.length);
  let total = 0;
  let at = -1;
  for (const { operation, context, instance, parts, inputs } of operations) {
    at += 1;
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
      const cycles = counts[part.index] ?? 0;
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
      const moving = moved?.[part.index];
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
    for (const { stream, from, count, keys, hops } of inputs) {
      if (from < 0) continue;
      const sourceFirst = firsts[from] ?? 0;
      const sourceBlock = blocks[from] ?? 0;
      const hop = hops * depths.hop;
      const all = count(run) / run.blocks;
      // What belongs together for a barrier: a row of keys, else the channels of a block or token.
      const needed = Math.min(timing.first, keys ? run.length : all);
      const arrived = needed <= 1 ? sourceFirst : sourceFirst + (all > 0 ? Math.min(1, needed / all) : 1) * (sourceBlock - sourceFirst);
      start = Math.max(start, sourceFirst + hop);
      first = Math.max(first, arrived + hop + (timing.first - needed) * stretch);
      block = Math.max(block, sourceBlock + hop + timing.tail * stretch + depth);
      const last = (ends[from] ?? 0) + hop + timing.tail * stretch + depth;
      if (last > end) {
        end = last;
        before = stream.from.key;
      }
    }
    start -= timing.preload;
    if (counted === 0) {
      firsts[at] = start;
      blocks[at] = start;
      ends[at] = start;
      slots?.push(new SlotOf(parts, run, operation, start, start, 0, 0, 'compute', 0, undefined));
      continue;
    }
    const ownEnd = start + work;
    first = Math.max(first, start + timing.preload + timing.first) + depth;
    block = Math.max(block, first, start + timing.preload + (work - timing.preload) / run.blocks);
    const limit: Limit = limited && ownEnd > 0.9 * end ? 'memory' : end > ownEnd ? 'input' : 'compute';
    end = Math.max(end, ownEnd, block);
    firsts[at] = first;
    blocks[at] = block;
    ends[at] = end;
    slots?.push(new SlotOf(parts, run, operation, start, end, counted, work, limit, bytes, limit === 'memory' ? slowPort : limit === 'input' ? before : undefined));
    total = Math.max(total, end);
  }
  return total === 0 ? 0 : total + machine.betweenPasses;
}
