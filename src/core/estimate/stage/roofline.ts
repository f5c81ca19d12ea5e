import { cached } from '../../design/cache.ts';
import type { StageName } from '../../design/types.ts';
import { elementName } from '../../modules/common.ts';
import { evaluate, type Run } from '../../ir/expression.ts';
import { operationIn } from '../../schedule/reuse.ts';
import {
  type DesignAnalysis,
  instanceContext,
  type ResolvedOperation,
  type StageAnalysis,
} from '../../schedule/types.ts';
import { platformOf, targetById } from '../../targets/targets.ts';
import type { Family, Target } from '../../targets/types.ts';
import { banksOf, sustained } from './banks.ts';
import { operationLimit } from './limits.ts';
import { machineOf } from './machine.ts';
import { maxOf, sumOf } from '../parts/numbers.ts';
import { type Limit, type Span, timePass } from '../pass/pass-time.ts';
import { decodeRun, decodeStart, passRuns, prefillRun, sameRun } from '../pass/runs.ts';

/** Operations per second at an element type; a multiply-accumulate is two. */
export interface ComputeCeiling {
  readonly element: string;
  /** All engines of the stage at its clock. */
  readonly placed: number;
  /** Every DSP of the user region with the best packing, at the clock of the stage. */
  readonly device: number;
}

/** Bytes per second. */
export interface MemoryCeiling {
  /** All banks of a kind, those that ports are mapped to, or one. */
  readonly kind: 'total' | 'mapped' | 'bank';
  /** Kind of bank: `HBM`, `DDR`. */
  readonly bank: string;
  readonly what: string;
  readonly peak: number;
  /** What long bursts reach. */
  readonly sustained: number;
}

export interface Dot {
  readonly stage: StageName;
  /** `instance/operation`, `stage` or `workload`. */
  readonly key: string;
  readonly element: string;
  /** Operations per byte of memory traffic. */
  readonly intensity: number;
  /** Operations per second while it works. */
  readonly attained: number;
  readonly operations: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Which wall it hits: its own engine, a memory port, or what it waits for. */
  readonly limit: Limit;
  /** The same in words. */
  readonly wall: string;
}

export interface Roofline {
  readonly stage: StageName;
  readonly compute: readonly ComputeCeiling[];
  readonly memory: readonly MemoryCeiling[];
  readonly dots: readonly Dot[];
  /** The stage as a whole. */
  readonly total: Dot;
}

/**
 * Multiply-accumulates per DSP and cycle with the packings that HLS code reaches. ultrascale: four int4 (2 x 2 outer
 * product, FlexLLM and FINN), two int8 (WP486), as of 6 bits and of the 3 that weights of 2 bits take, fp32 5 DSP (2 add, 3 multiply). versal: the same packings on DSP58 (its
 * dot mode cannot be reached from C++), fp32 one DSP per multiply-accumulate (LUT-LLM).
 */
const MACS_PER_DSP: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  ultrascale: { int3: 2, int4: 4, int6: 2, int8: 2, fp32: 1 / 5 },
  versal: { int3: 2, int4: 4, int6: 2, int8: 2, fp32: 1 },
};

interface Piece {
  readonly operation: ResolvedOperation;
  readonly span: Span;
  readonly runs: number;
  readonly macs: number;
  readonly element: string;
}

/** The operations of a stage that multiply, with the cycles and bytes of all operations. */
function pieces(
  analysis: DesignAnalysis,
  stage: StageAnalysis,
  run: Run,
): { pieces: Piece[]; cycles: number; bytes: number } {
  const machine = machineOf(analysis, stage.stage);
  const result: Piece[] = [];
  let cycles = 0;
  let bytes = 0;
  for (const pass of stage.passes) {
    const time = timePass(stage, pass, run, machine);
    const runs = passRuns(stage, pass);
    cycles += runs * time.cycles;
    for (let at = 0; at < time.spans.length; at += 1) {
      const span = time.spans[at] as Span;
      const operation = pass.operations[at] as ResolvedOperation;
      bytes += runs * span.bytes;
      const { arithmetic } = operation.owner.entry;
      if (!arithmetic) continue;
      const instance = instanceContext(stage, operation.owner);
      const { macs: count, element } = arithmetic(instance, operationIn(instance, operation));
      const macs = evaluate(count, run);
      if (macs > 0) result.push({ operation, span, runs, macs, element: elementName(element) });
    }
  }
  return { pieces: result, cycles, bytes };
}

/** Ceilings of compute of a stage by element type. */
function computeCeilings(stage: StageAnalysis, target: Target, dsp: number, clock: number): ComputeCeiling[] {
  const placed = new Map<string, number>();
  for (const resolved of stage.instances) {
    const [operation] = resolved.operations;
    const { arithmetic } = resolved.entry;
    if (!operation || !arithmetic) continue;
    const instance = instanceContext(stage, resolved);
    const { element, perCycle } = arithmetic(instance, operationIn(instance, operation));
    placed.set(elementName(element), (placed.get(elementName(element)) ?? 0) + perCycle);
  }
  return [...placed].map(([element, perCycle]) => ({
    element,
    placed: 2 * perCycle * clock,
    device: 2 * dsp * (MACS_PER_DSP[target.family][element] ?? 1) * clock,
  }));
}

/** The last rooflines of an analysis: power asks for those that the dashboard shows. */
const last = cached(
  (
    _: DesignAnalysis,
  ): Partial<Record<StageName, { readonly run: Run; readonly roofline: Roofline | undefined }>> => ({}),
);

/** Roofline of a stage at a run: a prompt, or the token at a position. */
export function rooflineAt(analysis: DesignAnalysis, name: StageName, run: Run): Roofline | undefined {
  const known = last(analysis);
  const before = known[name];
  if (before && sameRun(before.run, run)) return before.roofline;
  const roofline = derive(analysis, name, run);
  known[name] = { run, roofline };
  return roofline;
}

function derive(analysis: DesignAnalysis, name: StageName, run: Run): Roofline | undefined {
  const stage = analysis.stages[name];
  const target = targetById(analysis.design.target);
  if (!analysis.legal || !target) return undefined;
  const clock = analysis.design.clocks[name] * 1e6;
  const places = new Map(
    banksOf(analysis)
      .ports.filter(({ port }) => port.stage === name)
      .map(({ port, place }) => [port.name, place]),
  );
  const { pieces: all, cycles, bytes } = pieces(analysis, stage, run);
  const dots = all.map(({ operation, span, runs, macs, element }): Dot => {
    const seconds = (runs * (span.end - span.start)) / clock;
    const operations = 2 * macs * runs;
    const bytes = span.bytes * runs;
    return {
      stage: name,
      key: operation.key,
      element,
      operations,
      bytes,
      seconds,
      intensity: bytes > 0 ? operations / bytes : Number.POSITIVE_INFINITY,
      attained: seconds > 0 ? operations / seconds : 0,
      limit: span.waits === undefined ? 'compute' : span.limit,
      wall: operationLimit(analysis, stage, operation, span, run),
    };
  });
  const operations = sumOf(dots.map((dot) => dot.operations));
  const seconds = cycles / clock;
  const [main] = target.memories;
  /** Banks by kind. */
  const used = new Map<string, Set<number>>();
  for (const one of places.values()) {
    if (!one) continue;
    const banks = used.get(one.memory.kind) ?? new Set();
    for (let index = 0; index < one.count; index += 1) banks.add(one.first + index);
    used.set(one.memory.kind, banks);
  }
  const memory: MemoryCeiling[] = target.memories.flatMap((banks) => {
    const count = used.get(banks.kind)?.size ?? 0;
    const bank = banks.kind.toUpperCase();
    return [
      { kind: 'total', bank, what: `${bank} in total`, peak: banks.total, sustained: banks.total * banks.efficiency },
      ...(count > 0
        ? [
            {
              kind: 'mapped' as const,
              bank,
              what: `${count} ${bank} banks as mapped`,
              peak: Math.min(banks.total, count * banks.bandwidth),
              sustained: Math.min(banks.total * banks.efficiency, count * sustained(banks)),
            },
          ]
        : []),
    ];
  });
  if (main)
    memory.push({
      kind: 'bank',
      bank: main.kind.toUpperCase(),
      what: `one ${main.kind.toUpperCase()} bank`,
      peak: main.bandwidth,
      sustained: sustained(main),
    });
  const compute = computeCeilings(stage, target, platformOf(target, analysis.design.platform).user.dsp, clock);
  const intensity = bytes > 0 ? operations / bytes : Number.POSITIVE_INFINITY;
  const roof = maxOf(compute.map((ceiling) => ceiling.placed));
  const bound =
    intensity * (main ? main.total * main.efficiency : Number.POSITIVE_INFINITY) < roof ? 'memory' : 'compute';
  return {
    stage: name,
    compute,
    memory,
    dots,
    total: {
      stage: name,
      key: 'stage',
      element: '',
      operations,
      bytes,
      seconds,
      intensity,
      attained: seconds > 0 ? operations / seconds : 0,
      limit: bound,
      wall:
        bound === 'memory'
          ? 'left of the ridge: with all of the engines at work, memory bandwidth would be the limit'
          : 'right of the ridge: with all of the memory at work, the engines placed would be the limit',
    },
  };
}

/** Rooflines of both stages for a workload: its prompt, or the chunk in the middle of it, and the token in the middle of the answer. */
export function rooflines(
  analysis: DesignAnalysis,
  workload = analysis.design.workload,
): Partial<Record<StageName, Roofline>> {
  const prefill = rooflineAt(analysis, 'prefill', prefillRun(analysis.stages.prefill, workload.prompt));
  const middle = decodeStart(analysis.stages.prefill, workload.prompt) + Math.floor(workload.generate / 2);
  const decode = rooflineAt(analysis, 'decode', decodeRun(analysis.stages.decode, middle));
  return { ...(prefill ? { prefill } : {}), ...(decode ? { decode } : {}) };
}
