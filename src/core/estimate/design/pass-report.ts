import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { passRuns, runCycles } from '../pass/runs.ts';
import { bottleneckOf } from '../pass/bottleneck.ts';
import type { Slot } from '../pass/pass-time.ts';
import { memoryBusy } from '../stage/memory-busy.ts';
import { paceLimit } from '../stage/limits.ts';
import type { StageTime } from '../workload/timing.ts';
import type { EstimateReport } from './report-schema.ts';

/** A pass as `composer passes` and `composer estimate --json` have it; see report-schema.ts. */
export type PassReport = EstimateReport['passes'][StageName][number];
type OperationReport = PassReport['operations'][number];

function operationReport(slot: Slot): OperationReport {
  const { owner, key, role } = slot.operation;
  return {
    operation: key,
    module: owner.entry.id,
    role: role.role,
    start: Math.round(slot.start),
    end: Math.round(slot.end),
    countedCycles: slot.cycles,
    cycles: Math.round(slot.modelled),
    limit: slot.limit,
    waitsFor: slot.waits ?? null,
    bytes: slot.bytes,
  };
}

/** The passes of a stage with their operations: the schedule as the app shows it, in figures. */
export function passReports(analysis: DesignAnalysis, name: StageName, time: StageTime): PassReport[] {
  const stage = analysis.stages[name];
  const total = runCycles(stage, time.passes);
  return time.passes.map((pass) => {
    const slowest = bottleneckOf(pass);
    return {
      pass: pass.pass.index,
      section: pass.pass.section,
      runs: passRuns(stage, pass.pass),
      cycles: Math.round(pass.cycles),
      share: total > 0 ? runCycles(stage, [pass]) / total : 0,
      memoryBusy: memoryBusy(analysis, name, { passes: [pass], at: time.at }).share,
      limitedBy: slowest ? `${slowest.operation.key}: ${paceLimit(analysis, stage, slowest, time.at)}` : null,
      operations: pass.slots.map(operationReport),
    };
  });
}
