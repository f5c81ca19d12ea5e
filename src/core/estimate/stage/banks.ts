import { cached } from '../../design/cache.ts';
import type { Design, Problem, StageName } from '../../design/types.ts';
import { STAGE_NAMES } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { platformOf, targetById } from '../../targets/targets.ts';
import type { MemoryBanks, Target } from '../../targets/types.ts';
import { type EstimateCode, found } from './diagnostics.ts';
import { type MemoryPort, memoryPorts } from './memory-ports.ts';
import { decodeRun, decodeStart, prefillRun } from '../pass/runs.ts';
import { sharedChannels } from './sharing.ts';
import { portCopies } from './stage-kernels.ts';
import { sumOf } from '../parts/numbers.ts';

/** Where a port is mapped: one bank, or a contiguous range for a buffer larger than a bank. */
export interface Place {
  readonly memory: MemoryBanks;
  readonly first: number;
  readonly count: number;
  /** As the linker's configuration names it: `HBM[3]`, `HBM[3:6]`, `DDR[0]`. */
  readonly name: string;
  /** False where the document says so. */
  readonly automatic: boolean;
}

export interface MappedPort {
  readonly port: MemoryPort;
  readonly place: Place | undefined;
}

/** One bank with what lies in it. */
export interface BankUse {
  readonly memory: MemoryBanks;
  readonly index: number;
  readonly name: string;
  /** Bytes of the buffers in it. */
  readonly bytes: number;
  /** `stage.port` of the ports mapped to it. */
  readonly ports: readonly string[];
}

export interface BankMap {
  readonly ports: readonly MappedPort[];
  readonly banks: readonly BankUse[];
  readonly problems: readonly Problem<EstimateCode>[];
  /** Kernel ports on HBM, per kernel set that is on the card at once, and how many the platform has. */
  readonly hbmPorts: number;
  readonly hbmLimit: number;
}

/** Key of a port in the document and in maps. */
export const portKey = (port: Pick<MemoryPort, 'stage' | 'name'>): string => `${port.stage}.${port.name}`;

/** Prefill and decode in one bitstream or in two. */
export function bitstreamsOf(design: Design, target: Target): 1 | 2 {
  return design.bitstreams ?? target.defaultBitstreams;
}

export function placeName(memory: MemoryBanks, first: number, count: number): string {
  const name = memory.name(first);
  if (count === 1) return name;
  return name.endsWith(']') ? `${name.slice(0, -1)}:${first + count - 1}]` : `${name}-${first + count - 1}`;
}

/** `HBM[3]`, `HBM[3:6]`, `HBM3`, `HBM3-6` as a place; undefined where the target has no such memory. */
export function parsePlace(target: Target, text: string): Omit<Place, 'automatic'> | undefined {
  const match = /^([A-Za-z]+)\[?(\d+)(?:[:-](\d+))?\]?$/.exec(text);
  if (!match) return undefined;
  const memory = target.memories.find((candidate) => candidate.kind === match[1]?.toLowerCase());
  const first = Number(match[2]);
  const last = match[3] === undefined ? first : Number(match[3]);
  if (!memory || last < first || last >= memory.count) return undefined;
  return { memory, first, count: last - first + 1, name: placeName(memory, first, last - first + 1) };
}

/** Bytes per second that a bank sustains for long bursts. */
export const sustained = (memory: MemoryBanks): number => memory.bandwidth * memory.efficiency;

interface State {
  readonly memory: MemoryBanks;
  readonly index: number;
  bytes: number;
  /** Bytes per cycle by pass, those of decode behind those of prefill. */
  readonly load: Float64Array;
  /** What its ports ask at their peaks, and how many they are, of each set of kernels that is on the card at once. */
  readonly total: [number, number];
  readonly buffers: Set<string>;
  readonly ports: string[];
}

interface Demand {
  readonly port: MemoryPort;
  readonly key: string;
  /** Passes in which it moves words, and bytes per cycle in each. */
  readonly passes: readonly number[];
  readonly rates: readonly number[];
  readonly peak: number;
}

const demandOf = (port: MemoryPort, firstPass: number): Demand => {
  const rates = port.passes.map(({ duty }) => duty * port.wordBytes);
  return {
    port,
    key: portKey(port),
    passes: port.passes.map(({ pass }) => firstPass + pass),
    rates,
    peak: rates.reduce((most, rate) => Math.max(most, rate), 0),
  };
};

/** Of banks with equal traffic the one with fewer ports is taken. */
const PER_PORT = 1e-6;

class Mapper {
  readonly states = new Map<MemoryBanks, State[]>();
  readonly places = new Map<string, Place>();
  private readonly buffers = new Map<string, Place>();

  private readonly together: boolean;

  constructor(target: Target, passes: number, together: boolean) {
    this.together = together;
    for (const memory of target.memories) {
      this.states.set(
        memory,
        Array.from({ length: memory.count }, (_, index) => ({
          memory,
          index,
          bytes: 0,
          load: new Float64Array(passes),
          total: [0, 0],
          buffers: new Set<string>(),
          ports: [],
        })),
      );
    }
  }

  private set(port: MemoryPort): 0 | 1 {
    return this.together || port.stage === 'prefill' ? 0 : 1;
  }

  /** The place of a buffer that another stage has mapped already. */
  shared(port: MemoryPort): Place | undefined {
    return this.buffers.get(port.buffer);
  }

  take({ port, key, passes, rates, peak }: Demand, place: Place): void {
    const states = this.states.get(place.memory) ?? [];
    const known = this.buffers.has(port.buffer);
    for (let index = place.first; index < place.first + place.count; index += 1) {
      const state = states[index] as State;
      if (!known) state.bytes += port.size / place.count;
      state.buffers.add(port.buffer);
      state.ports.push(key);
      state.total[this.set(port)] += peak + PER_PORT;
      for (let at = 0; at < passes.length; at += 1) {
        const pass = passes[at] as number;
        state.load[pass] = (state.load[pass] as number) + (rates[at] as number);
      }
    }
    this.buffers.set(port.buffer, place);
    this.places.set(key, place);
  }

  /** The bank, or run of banks, with room in which the port meets the least traffic at the same time. */
  best({ port, passes, rates }: Demand, memory: MemoryBanks): (Place & { readonly rate: number }) | undefined {
    const states = this.states.get(memory) ?? [];
    const set = this.set(port);
    const count = Math.max(1, Math.ceil(port.size / memory.capacity));
    let found: { score: number; total: number; first: number } | undefined;
    for (let first = 0; first + count <= memory.usable; first += 1) {
      let score = 0;
      let total = 0;
      let fits = true;
      for (let index = first; index < first + count; index += 1) {
        const state = states[index] as State;
        if (state.bytes + port.size / count > memory.capacity) fits = false;
        for (let at = 0; at < passes.length; at += 1)
          score = Math.max(score, (state.load[passes[at] as number] as number) + (rates[at] as number));
        total += state.total[set];
      }
      if (fits && (!found || score < found.score - 1e-9 || (score < found.score + 1e-9 && total < found.total - 1e-12)))
        found = { score, total, first };
    }
    return (
      found && {
        memory,
        first: found.first,
        count,
        name: placeName(memory, found.first, count),
        automatic: true,
        rate: found.score,
      }
    );
  }
}

/** Places the document names, with what is wrong with them. */
function overrides(
  design: Design,
  target: Target,
  keys: ReadonlySet<string>,
  problems: Problem<EstimateCode>[],
): Map<string, Place> {
  const result = new Map<string, Place>();
  for (const [key, text] of Object.entries(design.banks ?? {})) {
    if (!keys.has(key)) {
      problems.push({ ...found('bank-port-unknown', { port: key }), path: `banks.${key}` });
      continue;
    }
    const place = parsePlace(target, text);
    if (place) result.set(key, { ...place, automatic: false });
    else {
      const places = target.memories.map((memory) => `${memory.name(0)} to ${memory.name(memory.count - 1)}`);
      problems.push({
        ...found('bank-unknown', { place: text, target: target.title, places }),
        path: `banks.${key}`,
      });
    }
  }
  return result;
}

/** The ports over which the same instance moves words of the same width: what is slowest of them is waited for. */
const alike = ({ port }: Demand, all: readonly Demand[]): Demand[] =>
  all.filter(
    ({ port: other }) => other.stage === port.stage && other.user === port.user && other.wordBytes === port.wordBytes,
  );

/**
 * Buffers of the KV cache that the second memory serves faster than HBM: a bank of HBM sustains less than the word of a
 * port per cycle, one of the second memory more, and there is one for each port of the instance that reads them. Of
 * several such instances the one that moves most.
 */
function liftedBuffers(
  all: readonly Demand[],
  hbm: MemoryBanks,
  second: MemoryBanks,
  clocks: Readonly<Record<StageName, number>>,
): ReadonlySet<string> {
  if (sustained(second) <= sustained(hbm)) return new Set();
  const groups = all
    .filter(({ port }) => port.wordBytes * clocks[port.stage] * 1e6 > sustained(hbm))
    .map((demand) => alike(demand, all).map(({ port }) => port))
    .filter((ports) => ports.length <= second.count && ports.every(({ content }) => content === 'cache'));
  const bytes = (ports: readonly MemoryPort[]): number => sumOf(ports.map((port) => port.bytes));
  const most = groups.reduce<readonly MemoryPort[]>((best, ports) => (bytes(ports) > bytes(best) ? ports : best), []);
  return new Set(most.map(({ buffer }) => buffer));
}

/** Order in which ports choose: the document's places, shared buffers of caches, then by traffic at once. */
function compare(a: Demand, b: Demand): number {
  return b.peak - a.peak || b.port.size - a.port.size || (a.key < b.key ? -1 : 1);
}

/**
 * Maps every port to a bank: traffic of the same pass is spread, capacity respected, buffers larger than a bank put into
 * DDR or a contiguous range of banks, and ports beyond the number that the platform has for HBM (the ones with the least
 * traffic) into DDR. Ports that only the export adds (stage-kernels.ts) are reckoned with. Buffers that both stages use lie in one place. With two bitstreams each stage has all ports.
 */
export function mapBanks(analysis: DesignAnalysis): BankMap {
  const { design } = analysis;
  const target = targetById(design.target);
  const hbm = target?.memories[0];
  const problems: Problem<EstimateCode>[] = [];
  if (!target || !hbm) return { ports: [], banks: [], problems, hbmPorts: 0, hbmLimit: 0 };
  const { workload } = design;
  const runs = {
    prefill: prefillRun(analysis.stages.prefill, workload.prompt),
    decode: decodeRun(
      analysis.stages.decode,
      decodeStart(analysis.stages.prefill, workload.prompt) + Math.floor(workload.generate / 2),
    ),
  };
  const firstPass = { prefill: 0, decode: analysis.stages.prefill.passes.length };
  const all = STAGE_NAMES.flatMap((stage) =>
    memoryPorts(analysis.stages[stage], runs[stage]).map((port) => demandOf(port, firstPass[stage])),
  );
  const set = overrides(design, target, new Set(all.map(({ key }) => key)), problems);
  const together = bitstreamsOf(design, target) === 1;
  const mapper = new Mapper(target, firstPass.decode + analysis.stages.decode.passes.length, together);
  const limit = platformOf(target, design.platform).hbmPorts;
  const used: Record<StageName, number> = { prefill: 0, decode: 0 };
  /** Ports that will follow the first port of their buffer into HBM. */
  const promised: Record<StageName, number> = { prefill: 0, decode: 0 };
  // Where several kernel ports may share one port of the memory (V80: SmartConnect), their number is no limit.
  const limited = target.family === 'ultrascale';
  const copies = {
    prefill: limited ? portCopies(analysis, 'prefill') : undefined,
    decode: limited ? portCopies(analysis, 'decode') : undefined,
  };
  /** Ports of kernels that a port of the stage becomes. */
  const portsOf = ({ port }: Demand): number => (copies[port.stage]?.get(port.name) ?? 1) + (port.tokens ? 1 : 0);
  /** The port of the generated tokens, which only the export adds, where there is none that it follows. */
  const extra: Record<StageName, number> = {
    prefill: 0,
    decode: limited && !all.some(({ port }) => port.tokens) ? 1 : 0,
  };
  const taken = (stage: StageName): number => used[stage] + promised[stage] + extra[stage];
  /** The ports that have to be where this one is, as they name the same buffer, and have no place yet. */
  const followers = ({ key, port }: Demand): Demand[] =>
    all.filter((other) => other.port.buffer === port.buffer && other.key !== key && !mapper.places.has(other.key));
  const hasPort = (demand: Demand): boolean => {
    if (!limited) return true;
    const others = followers(demand);
    return STAGE_NAMES.every((stage) => {
      const own = (of: StageName): number =>
        sumOf([demand, ...others].filter(({ port }) => port.stage === of).map(portsOf)) + taken(of);
      return (together ? own('prefill') + own('decode') : own(stage)) <= limit;
    });
  };
  const count = (demand: Demand, place: Place, first: boolean): void => {
    const { stage } = demand.port;
    if (place.memory !== hbm) return;
    used[stage] += portsOf(demand);
    if (first) for (const other of followers(demand)) promised[other.port.stage] += portsOf(other);
    else promised[stage] -= portsOf(demand);
  };
  const second = target.memories[1];
  const ordered = [...all].sort(compare);
  for (const demand of ordered) {
    const place = set.get(demand.key);
    if (!place) continue;
    const over = demand.port.size / place.count > place.memory.capacity;
    if (over)
      problems.push({
        ...found('bank-too-small', {
          port: demand.key,
          bytes: demand.port.size,
          place: place.name,
          capacity: place.count * place.memory.capacity,
        }),
        stage: demand.port.stage,
        path: `banks.${demand.key}`,
      });
    const first = mapper.shared(demand.port) === undefined;
    mapper.take(demand, place);
    // Each port that the document places goes where it says, whatever shares its buffer.
    if (place.memory === hbm) used[demand.port.stage] += portsOf(demand);
    if (first && place.memory === hbm)
      for (const other of followers(demand)) if (!set.has(other.key)) promised[other.port.stage] += portsOf(other);
  }
  const lifted = second ? liftedBuffers(all, hbm, second, design.clocks) : new Set<string>();
  for (const demand of ordered) {
    const { port } = demand;
    if (mapper.places.has(demand.key)) continue;
    const shared = mapper.shared(port);
    const inHbm = hasPort(demand) ? mapper.best(demand, hbm) : undefined;
    const inSecond = second && mapper.best(demand, second);
    // A buffer larger than a bank would take several banks for one stream: it goes to the larger memory if that is no slower.
    const large =
      inHbm !== undefined &&
      inHbm.count > 1 &&
      inSecond !== undefined &&
      demand.peak <= sustained(hbm) / (design.clocks[port.stage] * 1e6);
    // Where every bank is busy at the same time, the other memory may have room; the operation is faster if all of its ports
    // find it.
    const share = (candidate: { memory: MemoryBanks; rate: number }): number =>
      (candidate.rate * design.clocks[port.stage] * 1e6) / sustained(candidate.memory);
    const crowded =
      inHbm !== undefined &&
      second !== undefined &&
      inSecond !== undefined &&
      alike(demand, all).length <= second.count &&
      share(inHbm) > 1 &&
      share(inSecond) < Math.min(1, share(inHbm));
    const place =
      shared ?? (large || crowded || (lifted.has(port.buffer) && inSecond) ? inSecond : (inHbm ?? inSecond));
    if (!place) {
      problems.push({
        ...found('memory-full', {
          target: target.title,
          port: port.name,
          bytes: port.size,
          capacity: hbm.capacity,
        }),
        stage: port.stage,
      });
      continue;
    }
    mapper.take(demand, {
      memory: place.memory,
      first: place.first,
      count: place.count,
      name: place.name,
      automatic: true,
    });
    count(demand, place, shared === undefined);
  }
  const hbmPorts = together ? taken('prefill') + taken('decode') : Math.max(taken('prefill'), taken('decode'));
  if (limited && hbmPorts > limit)
    problems.push(found('hbm-ports-exceeded', { ports: hbmPorts, target: target.title, limit }));
  const banks = [...mapper.states.values()]
    .flat()
    .map(({ memory, index, bytes, ports }) => ({ memory, index, name: memory.name(index), bytes, ports }));
  for (const bank of banks) {
    if (bank.bytes > bank.memory.capacity * (1 + 1e-9))
      problems.push(
        found('bank-overfull', {
          bank: bank.name,
          capacity: bank.memory.capacity,
          bytes: bank.bytes,
          ports: bank.ports.slice(0, 4),
        }),
      );
  }
  const ports = all.map(({ port, key }) => ({ port, place: mapper.places.get(key) }));
  for (const stage of STAGE_NAMES)
    problems.push(...sharedChannels(analysis.stages[stage], ports, design.clocks[stage] * 1e6, target.title));
  return {
    ports,
    banks,
    problems,
    hbmPorts,
    hbmLimit: limit,
  };
}

/** The bank map of a legal design, derived once per analysis. */
export const banksOf: (analysis: DesignAnalysis) => BankMap = cached(mapBanks);

/** Gives a copy of an analysis at other clocks the places of the original: they are chosen for the clocks that the design asks for. */
export function keepPlaces(original: DesignAnalysis, copy: DesignAnalysis): void {
  copy.cache.set(mapBanks, banksOf(original));
}
