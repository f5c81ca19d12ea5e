import type { StageName } from '../../design/types.ts';
import type { Run } from '../../ir/expression.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { sumOf } from '../parts/numbers.ts';
import { type PassTime, portBytes } from '../pass/pass-time.ts';
import { passRuns, runCycles } from '../pass/runs.ts';
import { banksOf } from './banks.ts';
import { leadingMemory } from './ports.ts';

/** How much of the time the memory delivers to the ports of a stage, or takes from them. */
export interface MemoryBusy {
  /** Bytes that the ports on the memory move in the passes. */
  readonly bytes: number;
  /** Modelled time of the passes, at the clock of the stage. */
  readonly seconds: number;
  /** Peak of the memory, in bytes per second: the ceiling of `stageBandwidth`. */
  readonly ceiling: number;
  /** From 0 to 1: bytes / (ceiling x seconds); 0 where nothing takes time. */
  readonly share: number;
}

/**
 * The share of time in which the memory is busy: the bytes that its ports move in passes of a stage, over what it could
 * deliver at its peak in the modelled time of these passes. Each pass counts as often as it runs, so the share of all
 * passes is the mean of their shares, weighted with their time; of one pass it is that of one run.
 *
 * The memory is the one that the ceiling is of, HBM: ports that lie on another (DDR) add to neither side. The loading of
 * constants, once when a kernel starts, is in no pass.
 */
export function memoryBusy(
  analysis: DesignAnalysis,
  name: StageName,
  { passes, at }: { readonly passes: readonly Pick<PassTime, 'pass' | 'cycles'>[]; readonly at: Run },
): MemoryBusy {
  const stage = analysis.stages[name];
  const memory = leadingMemory(analysis.design);
  const elsewhere = new Set(
    banksOf(analysis)
      .ports.filter(({ port, place }) => port.stage === name && place && place.memory !== memory)
      .map(({ port }) => port.name),
  );
  const bytes = sumOf(
    passes.map(({ pass }) => {
      const moved = [...portBytes(stage, pass, at)].filter(([port]) => !elsewhere.has(port));
      return passRuns(stage, pass) * sumOf(moved.map(([, own]) => own));
    }),
  );
  const seconds = runCycles(stage, passes) / (analysis.design.clocks[name] * 1e6);
  const ceiling = memory?.total ?? 0;
  return { bytes, seconds, ceiling, share: ceiling * seconds > 0 ? bytes / (ceiling * seconds) : 0 };
}
