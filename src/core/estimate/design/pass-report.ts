import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { passRuns } from '../pass/runs.ts';
import type { PassTime, Slot } from '../pass/pass-time.ts';
import type { StageTime } from '../workload/timing.ts';
import type { EstimateReport } from './report-schema.ts';

/** A pass as `composer passes` and `composer estimate --json` have it; see report-schema.ts. */
export type PassReport = EstimateReport['passes'][StageName][number];
type OperationReport = PassReport['operations'][number];

const slowestOf = ({ slots }: PassTime): Slot | undefined =>
  slots.reduce<Slot | undefined>((most, slot) => (most && most.modelled >= slot.modelled ? most : slot), undefined);

/** What keeps an operation from ending earlier, in words. */
export function limitText({ limit, waits }: Pick<Slot, 'limit' | 'waits'>): string {
  if (limit === 'memory' && waits !== undefined) return `memory port ${waits}`;
  if (limit === 'input' && waits !== undefined) return `input from ${waits}`;
  return 'its own work';
}

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
  const totals = time.passes.map((pass) => pass.cycles * passRuns(stage, pass.pass));
  const total = totals.reduce((sum, cycles) => sum + cycles, 0);
  return time.passes.map((pass, index) => {
    const slowest = slowestOf(pass);
    return {
      pass: pass.pass.index,
      section: pass.pass.section,
      runs: passRuns(stage, pass.pass),
      cycles: Math.round(pass.cycles),
      share: total > 0 ? (totals[index] as number) / total : 0,
      limitedBy: slowest && slowest.modelled > 0 ? `${slowest.operation.key}: ${limitText(slowest)}` : null,
      operations: pass.slots.map(operationReport),
    };
  });
}
