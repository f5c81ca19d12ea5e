import type { Run } from '../modules/expr.ts';
import type { Depths, Fill, Timing } from '../modules/types.ts';
import type { Pass, ResolvedOperation, StageAnalysis } from '../schedule/types.ts';
import { NO_DEPTHS } from './depths.ts';
import { dependsOnLength, type Part, passParts, type PassParts, type Prepared } from './pass-parts.ts';

export { movesWithPosition } from './pass-parts.ts';

/** Counted cycles of one process in one pass. */
export interface ProcessCount {
  readonly process: string;
  readonly cycles: number;
}

/** What keeps an operation from ending earlier: its own work, a memory port, or the operation in front. */
export type Limit = 'compute' | 'memory' | 'input';

/** When an operation works within its pass, in cycles from the start of the pass. */
export interface Span {
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
}

/** The same with the operation. */
export interface Slot extends Span {
  readonly operation: ResolvedOperation;
  readonly processes: readonly ProcessCount[];
}

export interface PassTime {
  readonly pass: Pass;
  /** From the first to the last cycle, with everything that the machine adds to counted cycles. */
  readonly cycles: number;
  /** By operation, in the order of the pass. */
  readonly spans: readonly Span[];
  /** The spans with their operations. */
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

const moved = new WeakMap<PassParts, { readonly key: string; readonly bytes: ReadonlyMap<string, number> }>();

/** Bytes that each memory port moves in a pass: a word per counted cycle of the processes on it. */
export function portBytes(stage: StageAnalysis, pass: Pass, run: Run): ReadonlyMap<string, number> {
  const work = passParts(stage, pass);
  const key = keyOf(run);
  const before = moved.get(work);
  if (before?.key === key) return before.bytes;
  const bytes = new Map<string, number>();
  for (const { parts } of work.operations) {
    for (const part of parts) {
      if (part.ports.length === 0) continue;
      const cycles = part.cycles(run);
      for (const port of part.ports) bytes.set(port.name, (bytes.get(port.name) ?? 0) + cycles * port.wordBytes);
    }
  }
  moved.set(work, { key, bytes });
  return bytes;
}

/** What the parts of a pass ask of the banks: of banks that are asked alike, one. */
interface Traffic {
  /** Cycles of the bank per cycle of a part, for each part on it; parts are counted through the pass. */
  readonly terms: readonly { readonly part: number; readonly perCycle: number; readonly port: string }[];
}

/** The traffic of a pass, and what tells it from other traffic. */
function trafficOf({ operations }: PassParts, machine: Machine): { readonly key: string; readonly traffic: readonly Traffic[] } {
  const banks = new Map<string, { part: number; perCycle: number; port: string }[]>();
  let index = -1;
  for (const { parts } of operations) {
    for (const { ports } of parts) {
      index += 1;
      for (const port of ports) {
        const bank = machine.bank(port.name);
        if (!bank) continue;
        const perCycle = port.wordBytes / bank.bytesPerCycle;
        const terms = banks.get(bank.name) ?? [];
        // Ports of a part come one after another.
        const same = terms.at(-1);
        if (same?.part === index) same.perCycle += perCycle;
        else terms.push({ part: index, perCycle, port: port.name });
        banks.set(bank.name, terms);
      }
    }
  }
  const unique = new Map<string, Traffic>();
  for (const terms of banks.values()) {
    const key = terms.map((term) => `${term.part}:${term.perCycle}`).join(' ');
    if (!unique.has(key)) unique.set(key, { terms });
  }
  return { key: [...unique.keys()].join('/'), traffic: [...unique.values()] };
}

/** Cycles of the parts of a pass on their memory ports, and the port that takes longest of each. */
interface Moving {
  readonly cycles: Float64Array;
  readonly slowest: (Traffic['terms'][number] | undefined)[];
}

/** Least cycles of parts that move words: their bytes at the rate of their bank; of those that share one, the busiest waits for all. */
function movingOf(traffic: readonly Traffic[], counts: Float64Array): Moving {
  const cycles = new Float64Array(counts.length);
  const slowest: Moving['slowest'] = [];
  const take = (term: Traffic['terms'][number], needed: number): void => {
    if (needed <= (cycles[term.part] as number)) return;
    cycles[term.part] = needed;
    slowest[term.part] = term;
  };
  for (const { terms } of traffic) {
    let all = 0;
    let most = 0;
    let busiest: Traffic['terms'][number] | undefined;
    for (const term of terms) {
      const own = (counts[term.part] as number) * term.perCycle;
      take(term, own);
      all += own;
      if (own > most) {
        most = own;
        busiest = term;
      }
    }
    if (busiest) take(busiest, all);
  }
  return { cycles, slowest };
}

/** A pass of an analysis with its time; slots and their processes are listed when asked for. */
class TimeOf implements PassTime {
  readonly pass: Pass;
  readonly cycles: number;
  readonly spans: readonly Span[];
  private readonly work: PassParts;
  private readonly run: Run;
  private listed: readonly Slot[] | undefined;

  constructor(pass: Pass, work: PassParts, run: Run, { cycles, spans }: Derived) {
    this.pass = pass;
    this.work = work;
    this.run = run;
    this.cycles = cycles;
    this.spans = spans;
    this.listed = undefined;
  }

  get slots(): readonly Slot[] {
    const { pass, work, run } = this;
    this.listed ??= this.spans.map((span, at): Slot => {
      const { parts } = work.operations[at] as Prepared;
      return {
        ...span,
        operation: pass.operations[at] as ResolvedOperation,
        get processes() {
          return parts.flatMap((part) => part.names.map((process) => ({ process, cycles: part.cycles(run) })));
        },
      };
    });
    return this.listed;
  }
}

interface Derived {
  readonly cycles: number;
  readonly spans: readonly Span[];
}

/** A pass on a machine. Curves and sums need its cycles at many runs, dashboards its spans at a few. */
interface Timed {
  readonly traffic: readonly Traffic[];
  /** By run; one entry for a pass of decode that does not depend on the position. */
  readonly cycles: Map<string, number>;
  readonly spans: Map<string, Derived>;
}

const MOST_CYCLES = 1024;
const MOST_SPANS = 16;
const MOST_MACHINES = 8;

/** Times by what they depend on: of a machine its depths and, of its banks, the traffic. */
const byTraffic = new WeakMap<PassParts, Map<string, Timed>>();
const byMachine = new WeakMap<Machine, WeakMap<PassParts, Timed>>();
const depthKeys = new WeakMap<Machine, string>();

function depthKey(machine: Machine): string {
  let key = depthKeys.get(machine);
  if (key === undefined) {
    key = [machine.betweenPasses, ...Object.values(machine.depths)].join(' ');
    depthKeys.set(machine, key);
  }
  return key;
}

function timedOf(work: PassParts, machine: Machine): Timed {
  let passes = byMachine.get(machine);
  if (!passes) {
    passes = new WeakMap();
    byMachine.set(machine, passes);
  }
  let timed = passes.get(work);
  if (timed) return timed;
  let known = byTraffic.get(work);
  if (!known) {
    known = new Map();
    byTraffic.set(work, known);
  }
  const { key: asked, traffic } = trafficOf(work, machine);
  const key = `${depthKey(machine)} ${asked}`;
  timed = known.get(key);
  if (!timed) {
    if (known.size >= MOST_MACHINES) known.clear();
    timed = { traffic, cycles: new Map(), spans: new Map() };
    known.set(key, timed);
  }
  passes.set(work, timed);
  return timed;
}

const keyOf = ({ layer, blocks, length, position }: Run): string => `${layer} ${blocks} ${length} ${position}`;

/** Runs that take equally long have one key: where the position does not matter, all of decode. */
const runKey = (stage: StageAnalysis, { moving }: PassParts, run: Run): string => (stage.stage === 'decode' && !moving ? `${run.layer}` : keyOf(run));

/** Time of one pass; see `derive`. */
export function timePass(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine = IDEAL): PassTime {
  const work = passParts(stage, pass);
  const { spans, cycles, traffic } = timedOf(work, machine);
  const key = runKey(stage, work, run);
  let derived = spans.get(key);
  if (!derived) {
    if (spans.size >= MOST_SPANS) spans.clear();
    const found: Span[] = [];
    derived = { cycles: derive(stage, work, run, machine, traffic, found), spans: found };
    spans.set(key, derived);
    cycles.set(key, derived.cycles);
  }
  return new TimeOf(pass, work, run, derived);
}

/** Cycles of one pass, as `timePass` has them. */
export function passCycles(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine): number {
  const work = passParts(stage, pass);
  const { cycles, traffic } = timedOf(work, machine);
  const key = runKey(stage, work, run);
  let found = cycles.get(key);
  if (found === undefined) {
    if (cycles.size >= MOST_CYCLES) cycles.clear();
    found = derive(stage, work, run, machine, traffic, undefined);
    cycles.set(key, found);
  }
  return found;
}

/** What an operation takes in a run: its shape and, by part, counted cycles and fill. */
interface Load {
  readonly timing: Timing;
  readonly counts: readonly number[];
  readonly fills: readonly Fill[];
}

const NO_FILL: Fill = { depth: 0, entries: 0 };

function loadOf({ entry, instance, context, parts }: Prepared, run: Run, depths: Depths): Load {
  const counts = parts.map((part) => part.cycles(run));
  return { timing: entry.timing(instance, context, run), counts, fills: parts.map((part, index) => (counts[index] === 0 ? NO_FILL : part.fill(run, depths))) };
}

/** Loads by depths, operation and run: an edit changes few operations, and curves ask at the same runs. */
const known = new WeakMap<Depths, WeakMap<Prepared, Map<string, Load>>>();
const MOST_LOADS = 64;

/** Run of operations of decode that take the same time for every token. */
const ANY_TOKEN = '';

function loadsOf(stage: StageAnalysis, operations: readonly Prepared[], run: Run, depths: Depths): Load[] {
  let loads = known.get(depths);
  if (!loads) {
    loads = new WeakMap();
    known.set(depths, loads);
  }
  const at = keyOf(run);
  return operations.map((prepared): Load => {
    const key = stage.stage === 'decode' && !dependsOnLength(prepared) ? ANY_TOKEN : at;
    let own = loads.get(prepared);
    if (!own) {
      own = new Map();
      loads.set(prepared, own);
    }
    let load = own.get(key);
    if (!load) {
      if (own.size >= MOST_LOADS) own.clear();
      load = loadOf(prepared, run, depths);
      own.set(key, load);
    }
    return load;
  });
}

/** Counted cycles of all parts of a pass. */
function countsOf(loads: readonly Load[], parts: number): Float64Array {
  const all = new Float64Array(parts);
  let at = 0;
  for (const { counts } of loads) for (const count of counts) all[at++] = count;
  return all;
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
function derive(stage: StageAnalysis, { operations, parts: all }: PassParts, run: Run, machine: Machine, traffic: readonly Traffic[], spans: Span[] | undefined): number {
  const { depths } = machine;
  const loads = loadsOf(stage, operations, run, depths);
  const onPorts = traffic.length === 0 ? undefined : movingOf(traffic, countsOf(loads, all));
  /** By operation: when its first output leaves, when those of the first block of tokens end, when all end. */
  const firsts = new Float64Array(operations.length);
  const blocks = new Float64Array(operations.length);
  const ends = new Float64Array(operations.length);
  let total = 0;
  let part = -1;
  for (let at = 0; at < operations.length; at += 1) {
    const { parts, inputs } = operations[at] as Prepared;
    const { timing, counts, fills } = loads[at] as Load;
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
    for (let own = 0; own < parts.length; own += 1) {
      part += 1;
      const cycles = counts[own] as number;
      counted = Math.max(counted, cycles);
      if (cycles === 0) continue;
      const fill = fills[own] as Fill;
      const { ports } = parts[own] as Part;
      const [port] = ports;
      if (!port) {
        depth = Math.max(depth, fill.depth);
        work = Math.max(work, cycles + fill.depth * fill.entries);
        continue;
      }
      // Reading begins with the pass: the first latency passes before the operation starts.
      if (port.read) ready = depths.memoryRead + depths.loop;
      const moving = onPorts?.cycles[part] ?? 0;
      const slow = onPorts?.slowest[part];
      memoryWork = Math.max(memoryWork, Math.max(cycles, moving) + fill.depth * (port.read ? Math.max(0, fill.entries - 1) : fill.entries));
      bytes += cycles * port.wordBytes * ports.length;
      if (slow && moving > cycles && moving > slowest) {
        slowest = moving;
        slowPort = slow.port;
        // The rate of the port, a constant: the time of a pass stays piecewise linear in the position.
        stretch = Math.max(1, slow.perCycle);
      }
    }
    const limited = memoryWork > work && slowest > 0;
    if (!limited) stretch = 1;
    work = Math.max(work, memoryWork);

    let start = timing.preload + ready;
    let first = 0;
    let block = 0;
    let end = 0;
    for (const { source, from, count, keys, hops } of inputs) {
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
        before = source;
      }
    }
    start -= timing.preload;
    if (counted === 0) {
      firsts[at] = start;
      blocks[at] = start;
      ends[at] = start;
      spans?.push({ start, end: start, cycles: 0, modelled: 0, limit: 'compute', bytes: 0, waits: undefined });
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
    spans?.push({ start, end, cycles: counted, modelled: work, limit, bytes, waits: limit === 'memory' ? slowPort : limit === 'input' ? before : undefined });
    total = Math.max(total, end);
  }
  return total === 0 ? 0 : total + machine.betweenPasses;
}
