import type { Design, StageName } from '../design/types.ts';
import { structuresOf } from '../lower/structures.ts';
import { ceilDiv } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import { instanceContext, type DesignAnalysis, type Pass, type ResolvedOperation, type StageAnalysis } from '../schedule/types.ts';

/** Counted cycles of one process in one pass. */
export interface ProcessCount {
  readonly process: string;
  readonly cycles: number;
}

/** When an operation works within its pass, in cycles from the start of the pass. */
export interface Slot {
  readonly operation: ResolvedOperation;
  readonly start: number;
  readonly end: number;
  /** Counted cycles of the slowest process of the instance. */
  readonly cycles: number;
  readonly processes: readonly ProcessCount[];
}

export interface PassTime {
  readonly pass: Pass;
  /** From the first to the last cycle. */
  readonly cycles: number;
  readonly slots: readonly Slot[];
}

/**
 * Time of one pass. Every operation starts when its first inputs are there (or its tables are loaded), works for the
 * counted cycles of its slowest process, and ends no earlier than its tail after its last input. Pipeline depths and
 * memory latency are not in these figures. Own derivation; see docs/concepts.md.
 */
export function timePass(stage: StageAnalysis, pass: Pass, run: Run): PassTime {
  const structures = structuresOf(stage);
  const slots = new Map<ResolvedOperation, Slot & { readonly first: number }>();
  let total = 0;
  for (const operation of pass.operations) {
    const { owner } = operation;
    const structure = structures.get(owner);
    if (!structure) continue;
    const context = { id: operation.operation.id, role: operation.operation.role, inputs: operation.inputs, outputs: operation.outputs };
    const processes = structure.processes.map((process) => ({ process: process.name, cycles: process.cycles(context, run) }));
    const cycles = Math.max(0, ...processes.map((process) => process.cycles));
    const timing = owner.entry.timing(instanceContext(stage, owner), context, run);
    let start = timing.preload;
    let lastInput = 0;
    for (const stream of operation.incoming.values()) {
      const source = slots.get(stream.from);
      if (!source) continue;
      start = Math.max(start, source.first);
      lastInput = Math.max(lastInput, source.end + timing.tail);
    }
    start -= timing.preload;
    const end = cycles === 0 ? start : Math.max(start + cycles, lastInput);
    slots.set(operation, { operation, start, end, cycles, processes, first: start + timing.preload + timing.first });
    total = Math.max(total, end);
  }
  return { pass, cycles: total, slots: [...slots.values()] };
}

export interface StageTime {
  readonly stage: StageName;
  readonly cycles: number;
  readonly seconds: number;
  /** Tokens that the stage worked on. */
  readonly tokens: number;
  /** One entry per pass of the schedule, for the run named by `at`. */
  readonly passes: readonly PassTime[];
  readonly at: Run;
}

const seconds = (cycles: number, megahertz: number): number => cycles / (megahertz * 1e6);

function sumLayers(stage: StageAnalysis, run: Run): { cycles: number; passes: PassTime[] } {
  const passes = stage.passes.map((pass) => timePass(stage, pass, run));
  const layers = stage.context.model.layers;
  const cycles = passes.reduce((sum, time) => sum + time.cycles * (time.pass.section === 'layer' ? layers : 1), 0);
  return { cycles, passes };
}

/** The prefill of a prompt: all of its tokens but the last, with which decode starts. */
export function prefillTime(analysis: DesignAnalysis, promptTokens: number): StageTime {
  const stage = analysis.stages.prefill;
  const tokens = Math.max(0, promptTokens - 1);
  const blocks = ceilDiv(tokens, stage.context.tp);
  const run: Run = { layer: 0, blocks, length: blocks * stage.context.tp, position: 0 };
  const { cycles, passes } = sumLayers(stage, run);
  return { stage: 'prefill', cycles: tokens === 0 ? 0 : cycles, seconds: tokens === 0 ? 0 : seconds(cycles, analysis.design.clocks.prefill), tokens, passes, at: run };
}

/** One token of decode at a position (0-based). */
export function decodeStep(stage: StageAnalysis, position: number): { cycles: number; passes: PassTime[] } {
  return sumLayers(stage, { layer: 0, blocks: 1, length: position + 1, position });
}

/** The decode of `generate` tokens after a prompt. Passes are those of the first token. */
export function decodeTime(analysis: DesignAnalysis, promptTokens: number, generate: number): StageTime {
  const stage = analysis.stages.decode;
  const first = Math.max(0, promptTokens - 1);
  // Cycles of a step are piecewise linear in the position; few samples and the trapezoid rule are exact where linear.
  const parts = Math.min(generate, 8);
  let cycles = 0;
  let previous: number | undefined;
  let at = first;
  const { passes } = decodeStep(stage, first);
  for (let part = 0; part <= parts && generate > 0; part += 1) {
    const position = first + Math.round(((generate - 1) * part) / Math.max(1, parts));
    const here = decodeStep(stage, position).cycles;
    if (previous === undefined) cycles += here;
    else if (position > at) {
      const count = position - at;
      cycles += count * previous + ((here - previous) * (count + 1)) / 2;
    }
    previous = here;
    at = position;
  }
  return {
    stage: 'decode',
    cycles: Math.round(cycles),
    seconds: seconds(cycles, analysis.design.clocks.decode),
    tokens: generate,
    passes,
    at: { layer: 0, blocks: 1, length: first + 1, position: first },
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

export function workloadTime(analysis: DesignAnalysis, workload: Pick<Design['workload'], 'prompt' | 'generate'> = analysis.design.workload): WorkloadTime | undefined {
  if (!analysis.legal) return undefined;
  const prefill = prefillTime(analysis, workload.prompt);
  const decode = decodeTime(analysis, workload.prompt, workload.generate);
  const first = decode.passes.reduce((sum, time) => sum + time.cycles * (time.pass.section === 'layer' ? analysis.design.model.layers : 1), 0);
  return {
    prefill,
    decode,
    timeToFirstToken: prefill.seconds + seconds(first, analysis.design.clocks.decode),
    tokensPerSecond: decode.tokens / decode.seconds,
  };
}
