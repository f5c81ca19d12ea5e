import { BoundedCache, cached } from '../../design/cache.ts';
import { keysBefore } from '../../modules/window.ts';
import type { Design, StageName } from '../../design/types.ts';
import type { Run } from '../../ir/expression.ts';
import type { DesignAnalysis, StageAnalysis } from '../../schedule/types.ts';
import { loadWords } from '../../lower/tables.ts';
import { machineOf } from '../stage/machine.ts';
import { stageKernels } from '../stage/stage-kernels.ts';
import { movesWithPosition } from '../pass/pass-parts.ts';
import { IDEAL, type Machine, passCycles, type PassTime, timePass } from '../pass/pass-time.ts';
import type { LaunchKind } from '../../models/segments.ts';
import { runsIn } from '../../schedule/pass-runs.ts';
import {
  decodeRun,
  decodeStart,
  launchCount,
  launchRun,
  passRuns,
  prefillRun,
  runCycles,
  segmentRuns,
} from '../pass/runs.ts';

export { decodeRun, decodeStart, passRuns, prefillRun } from '../pass/runs.ts';
export {
  IDEAL,
  type Limit,
  type Machine,
  type PassTime,
  type ProcessCount,
  type Slot,
  timePass,
} from '../pass/pass-time.ts';

export interface StageTime {
  readonly stage: StageName;
  /** Modelled cycles: counted cycles with pipeline latency, memory latency and memory bandwidth, and the loading of constants. */
  readonly cycles: number;
  /** Counted cycles alone: what C-simulation counts, through the same model of a pass. */
  readonly counted: number;
  /** Of the modelled cycles, at the clock of the stage. */
  readonly seconds: number;
  /** Tokens that the stage worked on. */
  readonly tokens: number;
  /** One entry per pass of the schedule, for the run named by `at`; of prefill in chunks, that of one launch. */
  readonly passes: readonly PassTime[];
  readonly at: Run;
}

const seconds = (cycles: number, megahertz: number): number => cycles / (megahertz * 1e6);

function sumLayers(stage: StageAnalysis, run: Run, machine: Machine): { cycles: number; passes: PassTime[] } {
  const passes = stage.passes.map((pass) => timePass(stage, pass, run, machine));
  return { cycles: runCycles(stage, passes), passes };
}

/** The sum alone: for curves and counts, which need no slots. */
const sumCycles = (stage: StageAnalysis, run: Run, machine: Machine, kind: LaunchKind = 'plain'): number =>
  stage.passes.reduce(
    (sum, pass) => sum + (runsIn(pass, kind) ? passCycles(stage, pass, run, machine) * passRuns(stage, pass) : 0),
    0,
  );

/** Cycles in which a kernel loads its constants when it starts, the slowest of the kernels of a split stage. */
export function loadCycles(analysis: DesignAnalysis, stage: StageName): number {
  const { depths } = machineOf(analysis, stage);
  return Math.max(
    ...stageKernels(analysis, stage).programs.map(({ tables }) =>
      tables.reduce((sum, table) => sum + loadWords(table) + depths.loop + depths.memoryRead, 0),
    ),
  );
}

/** Cycles of the launches of prefill that take a whole chunk, added up from the first on, by machine. */
const wholeLaunches = cached((_: StageAnalysis) => new BoundedCache<Machine, number[]>(4));

/** Cycles of all launches of prefill for a prompt: each goes through all layers and reads all weights. */
function launchCycles(stage: StageAnalysis, promptTokens: number, machine: Machine): number {
  const launches = launchCount(stage, promptTokens);
  if (launches === 0) return 0;
  if (stage.context.hmt)
    return segmentRuns(stage, promptTokens).reduce(
      (sum, { kind, run, count }) => sum + count * sumCycles(stage, run, machine, kind),
      0,
    );
  const known = wholeLaunches(stage);
  let sums = known.get(machine);
  if (!sums) {
    sums = [0];
    known.set(machine, sums);
  }
  const cycles = (index: number): number => sumCycles(stage, launchRun(stage, promptTokens, index), machine);
  const { maxChunk } = stage.context;
  const full = keysBefore(stage.context);
  for (let index = sums.length - 1; index < launches - 1; index += 1) {
    const before = sums[index] as number;
    // Launches behind a full window take equally long.
    const steady = (index - 1) * maxChunk >= full;
    sums.push(before + (steady ? before - (sums[index - 1] as number) : cycles(index)));
  }
  return (sums[launches - 1] as number) + cycles(launches - 1);
}

/** Cycles in which the launches of prefill for a prompt load constants. */
const prefillLoading = (analysis: DesignAnalysis, promptTokens: number): number =>
  launchCount(analysis.stages.prefill, promptTokens) * loadCycles(analysis, 'prefill');

/** The prefill of a prompt; `passes` are those of the launch that stands for it. */
export function prefillTime(analysis: DesignAnalysis, promptTokens: number): StageTime {
  const stage = analysis.stages.prefill;
  const tokens = Math.max(0, promptTokens - 1);
  const at = prefillRun(stage, promptTokens);
  if (tokens === 0) return { stage: 'prefill', cycles: 0, counted: 0, seconds: 0, tokens, passes: [], at };
  const machine = machineOf(analysis, 'prefill');
  // First with slots: they hold the cycles too.
  const { passes } = sumLayers(stage, at, machine);
  const whole = Math.round(launchCycles(stage, promptTokens, machine) + prefillLoading(analysis, promptTokens));
  return {
    stage: 'prefill',
    cycles: whole,
    counted: Math.round(launchCycles(stage, promptTokens, IDEAL)),
    seconds: seconds(whole, analysis.design.clocks.prefill),
    tokens,
    passes,
    at,
  };
}

/** Seconds of the prefill of a prompt, for curves. */
export function prefillSeconds(analysis: DesignAnalysis, promptTokens: number): number {
  if (promptTokens <= 1) return 0;
  const stage = analysis.stages.prefill;
  return seconds(
    Math.round(
      launchCycles(stage, promptTokens, machineOf(analysis, 'prefill')) + prefillLoading(analysis, promptTokens),
    ),
    analysis.design.clocks.prefill,
  );
}

/** One token of decode at a position (0-based). */
export function decodeStep(
  stage: StageAnalysis,
  position: number,
  machine: Machine = IDEAL,
): { cycles: number; passes: PassTime[] } {
  return sumLayers(stage, decodeRun(stage, position), machine);
}

/** Cycles of one token of decode at a position (0-based). */
export function decodeStepCycles(stage: StageAnalysis, position: number, machine: Machine): number {
  const run = decodeRun(stage, position);
  return stage.passes.reduce((sum, pass) => sum + passRuns(stage, pass) * passCycles(stage, pass, run, machine), 0);
}

/**
 * Values of f at ascending integers, exact for convex piecewise linear f with few evaluations: where the middle lies on the
 * chord, a convex function is the chord.
 */
export function convexAt(f: (at: number) => number, points: readonly number[]): number[] {
  const values = new Array<number>(points.length);
  const fill = (a: number, b: number): void => {
    if (b - a < 2) return;
    const middle = (a + b) >> 1;
    const [from, to] = [points[a] as number, points[b] as number];
    const chord = (at: number): number =>
      (values[a] as number) + (((values[b] as number) - (values[a] as number)) * (at - from)) / (to - from);
    values[middle] = f(points[middle] as number);
    if (
      Math.abs((values[middle] as number) - chord(points[middle] as number)) <=
      1e-9 * Math.abs(values[middle] as number)
    ) {
      for (let index = a + 1; index < b; index += 1)
        if (index !== middle) values[index] = chord(points[index] as number);
      return;
    }
    fill(a, middle);
    fill(middle, b);
  };
  const last = points.length - 1;
  if (last < 0) return values;
  values[0] = f(points[0] as number);
  values[last] = f(points[last] as number);
  fill(0, last);
  return values;
}

/**
 * Sum of f over the integers from `first` to `last`, exact for convex piecewise linear f with few evaluations: where the
 * middle lies on the chord, a convex function is the chord.
 */
export function sumConvex(f: (at: number) => number, first: number, last: number): number {
  const known = new Map<number, number>();
  const at = (x: number): number => {
    let value = known.get(x);
    if (value === undefined) {
      value = f(x);
      known.set(x, value);
    }
    return value;
  };
  const sum = (a: number, b: number): number => {
    if (b < a) return 0;
    if (b - a < 3) {
      let result = 0;
      for (let x = a; x <= b; x += 1) result += at(x);
      return result;
    }
    const middle = Math.floor((a + b) / 2);
    const chord = at(a) + ((at(b) - at(a)) * (middle - a)) / (b - a);
    if (Math.abs(at(middle) - chord) <= 1e-9 * Math.abs(chord)) return ((b - a + 1) * (at(a) + at(b))) / 2;
    return sum(a, middle) + sum(middle + 1, b);
  };
  return sum(first, last);
}

/**
 * Cycles of decode over a range of positions, exactly summed: the time of a pass is convex and piecewise linear in the position,
 * up to that from which on a window is full.
 */
function decodeCycles(stage: StageAnalysis, first: number, last: number, machine: Machine): number {
  if (last < first) return 0;
  const full = keysBefore(stage.context);
  if (first < full && full < last)
    return decodeCycles(stage, first, full, machine) + decodeCycles(stage, full + 1, last, machine);
  return stage.passes.reduce((sum, pass) => {
    const cycles = (position: number): number => passCycles(stage, pass, decodeRun(stage, position), machine);
    return (
      sum +
      passRuns(stage, pass) *
        (movesWithPosition(stage, pass) && first < full
          ? sumConvex(cycles, first, last)
          : (last - first + 1) * cycles(first))
    );
  }, 0);
}

/** The decode of `generate` tokens after a prompt. Passes are those of the first token. */
export function decodeTime(analysis: DesignAnalysis, promptTokens: number, generate: number): StageTime {
  const stage = analysis.stages.decode;
  const machine = machineOf(analysis, 'decode');
  const first = decodeStart(analysis.stages.prefill, promptTokens);
  const last = first + generate - 1;
  // First with slots: they hold the cycles too.
  const { passes } = decodeStep(stage, first, machine);
  const cycles = Math.round(decodeCycles(stage, first, last, machine) + loadCycles(analysis, 'decode'));
  return {
    stage: 'decode',
    cycles,
    counted: Math.round(decodeCycles(stage, first, last, IDEAL)),
    seconds: seconds(cycles, analysis.design.clocks.decode),
    tokens: generate,
    passes,
    at: decodeRun(stage, first),
  };
}

/** Figures of the workload of a design. */
export interface WorkloadTime {
  readonly prefill: StageTime;
  readonly decode: StageTime;
  /** Time to first token: prefill and the first step of decode, in seconds. */
  readonly timeToFirstToken: number;
  readonly tokensPerSecond: number;
}

export function workloadTime(
  analysis: DesignAnalysis,
  workload: Pick<Design['workload'], 'prompt' | 'generate'> = analysis.design.workload,
): WorkloadTime | undefined {
  if (!analysis.legal) return undefined;
  const prefill = prefillTime(analysis, workload.prompt);
  const decode = decodeTime(analysis, workload.prompt, workload.generate);
  const first = loadCycles(analysis, 'decode') + runCycles(analysis.stages.decode, decode.passes);
  return {
    prefill,
    decode,
    timeToFirstToken: prefill.seconds + seconds(first, analysis.design.clocks.decode),
    tokensPerSecond: decode.tokens / decode.seconds,
  };
}
