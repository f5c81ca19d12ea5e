import { BoundedCache, type HasCache, emptyCache, cached, cacheSlot } from '../../design/cache.ts';
import { evaluate, type Run } from '../../ir/expression.ts';
import type { Depths } from '../../ir/timing.ts';
import type { Pass, ResolvedOperation, StageAnalysis } from '../../schedule/types.ts';
import { NO_DEPTHS } from '../parts/depths.ts';
import { countsOf, type Load, loadsOf, type SteadyLoads, steadyLoads } from './pass-loads.ts';
import { type Part, type PassParts, type Prepared, passParts } from './pass-parts.ts';
import { type BankOf, movingOf, type Traffic, trafficOf } from './pass-traffic.ts';
import { keyOf, sameRun } from './runs.ts';

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
  /** The same with pipeline latency and, where a memory port is slower, its time. */
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
export interface Machine extends HasCache {
  readonly depths: Depths;
  /** Cycles between two passes. */
  readonly betweenPasses: number;
  readonly bank: BankOf;
}

export const IDEAL: Machine = { depths: NO_DEPTHS, betweenPasses: 0, bank: () => undefined, cache: emptyCache() };

const lastBytes = cacheSlot<PassParts, { readonly run: Run; readonly bytes: ReadonlyMap<string, number> }>();

/** Bytes that each memory port moves in a pass: a word per counted cycle of the processes on it. */
export function portBytes(stage: StageAnalysis, pass: Pass, run: Run): ReadonlyMap<string, number> {
  const work = passParts(stage, pass);
  const last = lastBytes(work);
  if (last.value && sameRun(last.value.run, run)) return last.value.bytes;
  const bytes = new Map<string, number>();
  for (const { parts } of work.operations) {
    for (const part of parts) {
      if (part.ports.length === 0) continue;
      const cycles = evaluate(part.cycles, run);
      for (const port of part.ports) bytes.set(port.name, (bytes.get(port.name) ?? 0) + cycles * port.wordBytes);
    }
  }
  last.value = { run, bytes };
  return bytes;
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
          return parts.flatMap((part) =>
            part.names.map((process) => ({ process, cycles: evaluate(part.cycles, run) })),
          );
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
  /** By operation of decode: what does not change from token to token. */
  steady: SteadyLoads | undefined;
  /** By run; one entry for a pass of decode that does not depend on the position. */
  readonly cycles: Map<string, number>;
  readonly spans: Map<string, Derived>;
}

/** Times by what they depend on: of a machine its depths and, of its banks, the traffic. */
const byTraffic = cached((_: PassParts) => new BoundedCache<string, Timed>(8));
const byPass = cached((_: Machine) => new Map<PassParts, Timed>());
const depthKey = cached(({ betweenPasses, depths }: Machine) => [betweenPasses, ...Object.values(depths)].join(' '));

function timedByTraffic(work: PassParts, key: string, traffic: readonly Traffic[]): Timed {
  const known = byTraffic(work);
  let timed = known.get(key);
  if (!timed) {
    timed = { traffic, steady: undefined, cycles: new BoundedCache(1024), spans: new BoundedCache(4) };
    known.set(key, timed);
  }
  return timed;
}

function timedOf(work: PassParts, machine: Machine): Timed {
  // It outlives every pass and has no banks to look at.
  if (machine === IDEAL) return timedByTraffic(work, 'ideal', []);
  const passes = byPass(machine);
  let timed = passes.get(work);
  if (!timed) {
    const { key, traffic } = trafficOf(work, machine.bank);
    timed = timedByTraffic(work, `${depthKey(machine)} ${key}`, traffic);
    passes.set(work, timed);
  }
  return timed;
}

/** Runs that take equally long have one key: where the position does not matter, all of decode. */
const runKey = ({ moving }: PassParts, run: Run): string => (moving ? keyOf(run) : `${run.layer}`);

/** Time of one pass; see `derive`. */
export function timePass(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine = IDEAL): PassTime {
  const work = passParts(stage, pass);
  const timed = timedOf(work, machine);
  const { spans, cycles } = timed;
  const key = runKey(work, run);
  let derived = spans.get(key);
  if (!derived) {
    const found: Span[] = [];
    derived = { cycles: derive(work, run, machine, timed, found), spans: found };
    spans.set(key, derived);
    cycles.set(key, derived.cycles);
  }
  return new TimeOf(pass, work, run, derived);
}

/** Cycles of one pass, as `timePass` has them. */
export function passCycles(stage: StageAnalysis, pass: Pass, run: Run, machine: Machine): number {
  const work = passParts(stage, pass);
  const timed = timedOf(work, machine);
  const { cycles } = timed;
  const key = runKey(work, run);
  let found = cycles.get(key);
  if (found === undefined) {
    found = derive(work, run, machine, timed, undefined);
    cycles.set(key, found);
  }
  return found;
}

/** Time that words take which wait when a pass begins, and that room for more takes, which is read from `from` on. */
interface Credit {
  readonly held: number;
  readonly room: number;
  readonly from: number;
}

const NO_CREDIT: Credit = { held: 0, room: 0, from: 0 };

/** Time of the words that wait behind a port at `at`. */
const known = ({ held, room, from }: Credit, at: number): number => held + Math.min(room, Math.max(0, at - from));

/** Work that begins at `at` and that a slow port stretches, shortened by the words that wait by then. */
const stretched = (cycles: number, stretch: number, credit: Credit, at: number): number =>
  Math.max(cycles, cycles * stretch - known(credit, at));

/**
 * Time of one pass, as of a line of machines with enough room between them:
 *
 * - an operation starts when its first inputs are there and its tables are loaded;
 * - its first output leaves `first` cycles of work later, and not before as many inputs as it must have seen (a block, a
 *   row: at most a barrier's worth, or the rows that must follow through it) have arrived and the rest of that work is
 *   done;
 * - it ends a block not before the work of a block, nor before its `tail` after the end of the block at its inputs, nor,
 *   where it sends only while it receives, before what must follow has arrived as often as its inputs bring it;
 * - it ends all blocks not before its work is done, nor before its `tail` after the end of its inputs;
 * - a memory port that is slower than the operation stretches all that; words that wait in its FIFO, from the pass before or
 *   read since the start of this one, shorten the stretched time, but not below the time without stretch;
 * - a pass does not end before what is read for the next one is in its FIFO, whose last words wait until the operation begins.
 *
 * Work is the slowest of its processes: counted cycles (or the time of the memory port, if longer) plus pipeline latency.
 * Own derivation: recursion of a flow line with constant intervals; see docs/concepts.md.
 */
function derive(pass: PassParts, run: Run, machine: Machine, timed: Timed, spans: Span[] | undefined): number {
  const { depths } = machine;
  const { operations } = pass;
  timed.steady ??= steadyLoads(pass, run, depths);
  // Curves ask at the same runs after every edit; spans are asked for wherever a slider goes.
  const loads = loadsOf(timed.steady, pass, run, depths, spans === undefined);
  const onPorts = timed.traffic.length === 0 ? undefined : movingOf(timed.traffic, countsOf(loads, pass.parts));
  /** By operation: when its first output leaves, when those of the first block of tokens end, when all end. */
  const firsts = new Float64Array(operations.length);
  const blocks = new Float64Array(operations.length);
  const ends = new Float64Array(operations.length);
  let total = 0;
  let part = -1;
  for (let at = 0; at < operations.length; at += 1) {
    const { parts, inputs, behind } = operations[at] as Prepared;
    const { timing, counts, fills } = loads[at] as Load;
    let counted = 0;
    let work = 0;
    let memoryWork = 0;
    let leadWork = 0;
    let credit = NO_CREDIT;
    let reading = 0;
    let beyond = 0;
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
      const fill = fills[own] as Load['fills'][number];
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
      const refill = fill.depth * (port.read ? Math.max(0, fill.entries - 1) : fill.entries);
      const { lead, held, fetched } = parts[own] as Part;
      // The rate of the port, a constant: the time of a pass stays piecewise linear in the position.
      const rate = slow && moving > cycles ? Math.max(1, slow.perCycle) : 1;
      const moved = Math.max(cycles, moving);
      memoryWork = Math.max(memoryWork, moved - fetched * rate + refill);
      leadWork = Math.max(leadWork, cycles - fetched + refill);
      const room = Math.max(0, lead - held);
      if (fetched > 0) {
        reading = Math.max(reading, moved + refill);
        beyond = Math.max(beyond, (cycles - room) * rate);
      }
      bytes += cycles * port.wordBytes * ports.length;
      if (slow && moving > cycles && moving > slowest) {
        slowest = moving;
        slowPort = slow.port;
        stretch = rate;
        credit = lead > 0 ? { held: held * rate, room: room * rate, from: ready } : NO_CREDIT;
      }
    }
    const limited = memoryWork > work && slowest > 0;
    if (!limited) {
      stretch = 1;
      credit = NO_CREDIT;
    }
    const ownWork = Math.max(work, leadWork);
    work = Math.max(work, memoryWork);

    let start = timing.preload + ready;
    let first = 0;
    let block = 0;
    let end = 0;
    let begins = 0;
    for (const { source, from, count, keys, hops } of inputs) {
      if (from < 0) continue;
      const sourceFirst = firsts[from] ?? 0;
      const sourceBlock = blocks[from] ?? 0;
      const hop = hops * depths.hop;
      const all = evaluate(count, run) / run.blocks;
      // What belongs together for a barrier: a row of keys, else the channels of a block or token.
      const together = keys ? run.length : all;
      const needed = Math.min(timing.first, Math.max(1, behind) * together, all * run.blocks);
      const arrived =
        needed <= 1
          ? sourceFirst
          : sourceFirst + (all > 0 ? Math.min(1, needed / all) : 1) * (sourceBlock - sourceFirst);
      start = Math.max(start, sourceFirst + hop);
      first = Math.max(first, arrived + hop + stretched(timing.first - needed, stretch, credit, arrived + hop));
      const sourceEnd = ends[from] ?? 0;
      const follows =
        behind > 0 && run.blocks > 1 && all > 0
          ? (Math.min((behind * together) / all, run.blocks - 1) * (sourceEnd - sourceBlock)) / (run.blocks - 1)
          : 0;
      block = Math.max(
        block,
        sourceBlock + hop + Math.max(stretched(timing.tail, stretch, credit, sourceBlock + hop), follows) + depth,
      );
      begins = Math.max(begins, sourceEnd + hop);
      const last = sourceEnd + hop + stretched(timing.tail, stretch, credit, sourceEnd + hop) + depth;
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
    const ownEnd = start + Math.max(ownWork, work - known(credit, start + timing.preload));
    first = Math.max(first, start + timing.preload + timing.first) + depth;
    block = Math.max(block, first, start + timing.preload + (ownEnd - start - timing.preload) / run.blocks);
    const limit: Limit = limited && ownEnd > 0.9 * end ? 'memory' : end > ownEnd ? 'input' : 'compute';
    end = Math.max(end, ownEnd, block);
    firsts[at] = first;
    blocks[at] = block;
    ends[at] = end;
    // What is read for the next pass keeps the pass, and nothing in it, waiting.
    if (reading > 0) end = Math.max(end, ready + reading, beyond > 0 ? begins + beyond : 0);
    spans?.push({
      start,
      end,
      cycles: counted,
      modelled: work,
      limit,
      bytes,
      waits: limit === 'memory' ? slowPort : limit === 'input' ? before : undefined,
    });
    total = Math.max(total, end);
  }
  return total === 0 ? 0 : total + machine.betweenPasses;
}
