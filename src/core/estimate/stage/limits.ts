import type { StageName } from '../../design/types.ts';
import { evaluate, type Run } from '../../ir/expression.ts';
import type { MemorySpec } from '../../ir/memory.ts';
import { isWeights } from '../../models/manifest.ts';
import { programOf } from '../../lower/program.ts';
import { vectors } from '../../modules/common.ts';
import type { InstanceContext, OperationContext } from '../../modules/types.ts';
import { operationIn } from '../../schedule/reuse.ts';
import {
  type DesignAnalysis,
  instanceContext,
  type ResolvedOperation,
  type StageAnalysis,
} from '../../schedule/types.ts';
import { gigabytes, maxOf, percent, sumOf } from '../parts/numbers.ts';
import { bottleneckOf } from '../pass/bottleneck.ts';
import { passParts } from '../pass/pass-parts.ts';
import type { PassTime, Slot } from '../pass/pass-time.ts';
import { passRuns, runCycles } from '../pass/runs.ts';
import { banksOf, sustained } from './banks.ts';

/** What keeps an operation, or a stage, from being faster, in words that all views share. */

const count = (value: number): string =>
  (value >= 10 ? Math.round(value) : Number(value.toPrecision(2))).toLocaleString('en');
const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${count(amount)} ${amount === 1 ? one : many}`;

/** Ports that bring what an operation multiplies by, weights or the KV cache, and the values in their words together. */
interface Supply {
  readonly what: string;
  readonly ports: readonly string[];
  readonly perCycle: number;
}

const valuesIn = ({ word }: MemorySpec): number =>
  word.kind === 'word' ? word.count : word.kind === 'vector' ? word.lanes : 1;

function supplyOf(stage: StageAnalysis, operation: ResolvedOperation): Supply | undefined {
  const pass = stage.passes[operation.pass];
  const parts = pass && passParts(stage, pass).operations[operation.place]?.parts;
  if (!parts) return undefined;
  const read = new Set(parts.flatMap(({ ports }) => ports.filter((port) => port.read).map(({ name }) => name)));
  const specs = programOf(stage).memories.filter(({ bundle, spec }) => read.has(bundle) && spec.direction === 'read');
  const isCache = ({ content }: MemorySpec): boolean => content.kind === 'buffer' && content.buffer.kind === 'kv_cache';
  const weights = specs.filter(({ spec }) => spec.content.kind === 'image' && isWeights(spec.content.layout));
  const cache = specs.filter(({ spec }) => isCache(spec));
  const found = weights.length > 0 ? weights : cache;
  if (found.length === 0) return undefined;
  return {
    what: weights.length > 0 ? 'weights' : 'values of the KV cache',
    ports: found.map(({ bundle }) => bundle),
    perCycle: sumOf(found.map(({ spec }) => valuesIn(spec))),
  };
}

/** Where the lanes of an operation come from: the parameter, of it or of what feeds it, that sets them. */
function lanesFrom(stage: StageAnalysis, operation: ResolvedOperation, lanes: number): string {
  if (stage.stage === 'prefill') return `TP ${stage.context.tp} of the design`;
  const seen = new Set<ResolvedOperation>();
  for (let at: ResolvedOperation | undefined = operation; at && !seen.has(at); ) {
    seen.add(at);
    const { entry, params, instance } = at.owner;
    const param = entry.params.find(({ id, shapes }) => shapes === 'lanes' && params[id] === lanes);
    if (param) return `${param.short || param.label} ${lanes} of ${instance.id}`;
    const next: ResolvedOperation | undefined = [...at.incoming.values()].find(
      ({ type }) => type?.lanes === lanes,
    )?.from;
    if (!next) return at === operation ? 'its inputs' : `the output of ${at.key}`;
    at = next;
  }
  return 'its inputs';
}

const lanesOf = ({ inputs, outputs }: OperationContext): number =>
  maxOf([...Object.values(inputs), ...Object.values(outputs)].map(({ lanes }) => lanes));

/** Parameters that decide how much an engine does per cycle, each with its value: those that, doubled, double it. */
function widthParams(
  stage: StageAnalysis,
  operation: ResolvedOperation,
  instance: InstanceContext,
  own: OperationContext,
): string {
  const { entry } = operation.owner;
  const perCycle = (of: InstanceContext, at: OperationContext): number => entry.arithmetic?.(of, at).perCycle ?? 0;
  const now = perCycle(instance, own);
  const doubled = Object.fromEntries(
    Object.entries(own.inputs).map(([port, type]) => [port, { ...type, lanes: 2 * type.lanes }]),
  );
  const names: string[] = [];
  for (const { id, short, label } of entry.params) {
    const value = instance.params[id];
    if (typeof value !== 'number') continue;
    if (perCycle({ ...instance, params: { ...instance.params, [id]: 2 * value } }, own) !== now)
      names.push(`${short.length > 1 ? short : label.replace(/^.*\((.*)\)$/, '$1').replace(/ \/.*$/, '')} ${value}`);
  }
  const { design } = instance;
  const ofLanes = perCycle(instance, { ...own, inputs: doubled }) !== now;
  const ofTokens = perCycle({ ...instance, design: { ...design, tp: 2 * design.tp } }, own) !== now;
  if (ofLanes) {
    const lanes = maxOf(Object.values(own.inputs).map((type) => type.lanes));
    names.push(
      stage.stage === 'prefill'
        ? lanesFrom(stage, operation, lanes)
        : `${plural(lanes, 'lane')}: ${lanesFrom(stage, operation, lanes)}`,
    );
  } else if (ofTokens) names.push(`TP ${design.tp} of the design`);
  return names.join(' × ');
}

/** What the banks behind some ports bring per cycle, where all take words alike; with the places in words. */
function delivery(
  analysis: DesignAnalysis,
  stage: StageName,
  { ports, perCycle }: Supply,
): { readonly perCycle: number; readonly place: string } | undefined {
  const clock = analysis.design.clocks[stage] * 1e6;
  const mapped = banksOf(analysis).ports.filter(({ port }) => port.stage === stage && ports.includes(port.name));
  const sharing = new Map<string, number>();
  for (const { place } of mapped) if (place) sharing.set(place.name, (sharing.get(place.name) ?? 0) + 1);
  const rates = mapped.flatMap(({ port, place }) =>
    place ? [sustained(place.memory) / (sharing.get(place.name) ?? 1) / (port.wordBytes * clock)] : [],
  );
  if (rates.length === 0) return undefined;
  const [only] = sharing.keys();
  return {
    perCycle: perCycle * Math.min(...rates),
    place: sharing.size === 1 && only ? only : `${sharing.size} banks`,
  };
}

/** How wide an operation is, and where its width comes from. */
function widthText(
  analysis: DesignAnalysis,
  stage: StageAnalysis,
  operation: ResolvedOperation,
  run: Run,
  cycles: number,
): string {
  const instance = instanceContext(stage, operation.owner);
  const own = operationIn(instance, operation);
  const arithmetic = operation.owner.entry.arithmetic?.(instance, own);
  if (arithmetic && evaluate(arithmetic.macs, run) > 0) {
    const from = widthParams(stage, operation, instance, own);
    const supply = supplyOf(stage, operation);
    if (!supply) return `it does ${plural(arithmetic.perCycle, 'multiplication')} a cycle (${from})`;
    const uses = arithmetic.perCycle / supply.perCycle;
    const brought = delivery(analysis, stage.stage, supply);
    const taken = `it takes ${count(supply.perCycle)} ${supply.what} a cycle${uses > 1.01 ? `, each for ${count(uses)} multiplications` : ''} (${from})`;
    // An engine that rests between its words may take wider ones than its bank sustains.
    if (!brought || brought.perCycle < supply.perCycle) return taken;
    const ports = supply.ports.length === 1 ? 'its port' : `its ${supply.ports.length} ports`;
    return `${taken}; ${ports} on ${brought.place} could deliver ${count(brought.perCycle)}`;
  }
  const lanes = lanesOf(own);
  const passing = maxOf(
    Object.values({ ...own.inputs, ...own.outputs }).map((type) => evaluate(vectors(type, stage.context.tp), run)),
  );
  const each = passing > 0 ? cycles / passing : 1;
  const pace =
    each >= 1.5
      ? `it works ${count(each)} cycles on each ${stage.stage === 'prefill' ? plural(lanes, 'token') : plural(lanes, 'value')}`
      : `it works on ${stage.stage === 'prefill' ? plural(lanes, 'token') : plural(lanes, 'value')} a cycle`;
  const shaped = operation.owner.entry.params.some(({ shapes }) => shapes === 'lanes');
  const source = lanesFrom(stage, operation, lanes);
  return shaped
    ? `${pace} (${source})`
    : `${pace}; it has no parallelism of its own, its width is that of its streams, set by ${source}`;
}

/** Why an operation does not end earlier: 'compute: it takes 64 weights a cycle (BP 8 × WP 8); its 8 ports on 8 banks could deliver 96'. */
export function operationLimit(
  analysis: DesignAnalysis,
  stage: StageAnalysis,
  operation: ResolvedOperation,
  { limit, waits, cycles }: Pick<Slot, 'limit' | 'waits' | 'cycles'>,
  run: Run,
): string {
  if (limit === 'input' && waits !== undefined) return `input: it waits for ${waits}`;
  if (limit === 'memory' && waits !== undefined) {
    const { ports } = banksOf(analysis);
    const mapped = ports.find(({ port }) => port.stage === stage.stage && port.name === waits);
    const place = mapped?.place;
    if (!mapped || !place) return `memory: port ${waits} cannot bring words faster`;
    const clock = analysis.design.clocks[stage.stage] * 1e6;
    const others = ports.filter(
      ({ port, place: there }) =>
        there?.name === place.name &&
        port.stage === stage.stage &&
        port.name !== waits &&
        port.passes.some(({ pass }) => pass === operation.pass),
    ).length;
    return `memory: port ${waits} takes words of ${mapped.port.wordBytes * 8} bits, ${gigabytes(mapped.port.wordBytes * clock)} at one a cycle; ${place.name} sustains ${gigabytes(sustained(place.memory))}${others > 0 ? `, shared with ${plural(others, 'other port')}` : ''}`;
  }
  return `compute: ${widthText(analysis, stage, operation, run, cycles)}`;
}

/**
 * The same of the operation that sets the interval of its pass (`bottleneckOf`): what it waits for at its end adds fill, and
 * is not what limits the pass.
 */
export const paceLimit = (analysis: DesignAnalysis, stage: StageAnalysis, slot: Slot, run: Run): string =>
  operationLimit(analysis, stage, slot.operation, { ...slot, limit: kindOf(slot) }, run);

const kindOf = ({ limit }: Pick<Slot, 'limit'>): 'compute' | 'memory' => (limit === 'memory' ? 'memory' : 'compute');

/** What sets the pace of a stage. */
export interface StageLimit {
  readonly stage: StageName;
  readonly instance: string;
  /** Its operation that takes most of the time. */
  readonly operation: ResolvedOperation;
  readonly kind: 'compute' | 'memory';
  /** Share of the stage's time in passes whose interval the instance sets. */
  readonly share: number;
  /** All of it as one sentence: module, reason, and where its width comes from. */
  readonly text: string;
}

const titleOf = (title: string): string => title.replace(/ \((prefill|decode)\)$/, '');
const NAMES: Readonly<Record<StageName, string>> = { prefill: 'Prefill', decode: 'Decode' };

/**
 * The instance that sets the interval of the passes in which a stage spends most of its time, and why it is no faster.
 * `passes` are the stage's at the run `at`. Nothing where no pass takes time.
 */
export function stageLimit(
  analysis: DesignAnalysis,
  name: StageName,
  { passes, at }: { readonly passes: readonly PassTime[]; readonly at: Run },
): StageLimit | undefined {
  const stage = analysis.stages[name];
  const found = passes.flatMap((time) => {
    const slot = bottleneckOf(time);
    return slot ? [{ slot, cycles: time.cycles * passRuns(stage, time.pass) }] : [];
  });
  const total = runCycles(stage, passes);
  const byInstance = new Map<string, typeof found>();
  for (const one of found) {
    const { id } = one.slot.operation.owner.instance;
    byInstance.set(id, [...(byInstance.get(id) ?? []), one]);
  }
  const cyclesOf = (list: typeof found): number => sumOf(list.map(({ cycles }) => cycles));
  const [most] = [...byInstance.entries()].sort(([, a], [, b]) => cyclesOf(b) - cyclesOf(a));
  const [longest] = [...(most?.[1] ?? [])].sort((a, b) => b.cycles - a.cycles);
  if (!most || !longest || total <= 0) return undefined;
  const [instance, own] = most;
  const { operation } = longest.slot;
  const share = cyclesOf(own) / total;
  const reason = paceLimit(analysis, stage, longest.slot, at);
  return {
    stage: name,
    instance,
    operation,
    kind: kindOf(longest.slot),
    share,
    text: `${NAMES[name]} is limited by ${instance} (${titleOf(operation.owner.entry.title)}), which sets the pace in ${percent(share)} of its time, most of it in ${operation.operation.id}. The reason is ${reason}.`,
  };
}
