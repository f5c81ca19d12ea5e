import { emptyCache, cached, cacheSlot } from '../../design/cache.ts';
import type { StageName } from '../../design/types.ts';
import type { DesignAnalysis, StageAnalysis } from '../../schedule/types.ts';
import { targetById } from '../../targets/targets.ts';
import { banksOf, sustained } from './banks.ts';
import { depthsAt, PASS_CYCLES } from '../parts/depths.ts';
import { IDEAL, type Machine } from '../pass/pass-time.ts';

/** The last machine of a stage: while clock and places of its ports stay, so does it, with the times that are kept with it. */
const last = cacheSlot<StageAnalysis, { readonly key: string; readonly machine: Machine }>();

const machines = cached((_: DesignAnalysis) => new Map<StageName, Machine>());

/** Depths at the clock of a stage and the banks of its ports, derived once per analysis. */
export function machineOf(analysis: DesignAnalysis, stage: StageName): Machine {
  const known = machines(analysis);
  let machine = known.get(stage);
  if (!machine) {
    machine = derive(analysis, stage);
    known.set(stage, machine);
  }
  return machine;
}

function derive(analysis: DesignAnalysis, stage: StageName): Machine {
  const target = targetById(analysis.design.target);
  const memory = target?.memories[0];
  if (!target || !memory) return IDEAL;
  const clock = analysis.design.clocks[stage];
  const banks = new Map<string, { name: string; bytesPerCycle: number }>();
  let key = `${target.id} ${clock}`;
  for (const { port, place } of banksOf(analysis).ports) {
    // A stream through a contiguous range is in one bank at a time.
    if (port.stage !== stage || !place) continue;
    banks.set(port.name, { name: place.name, bytesPerCycle: sustained(place.memory) / (clock * 1e6) });
    key += ` ${port.name}=${place.name}`;
  }
  const before = last(analysis.stages[stage]);
  if (before.value?.key === key) return before.value.machine;
  const machine: Machine = {
    depths: depthsAt(target.family, memory, clock),
    betweenPasses: PASS_CYCLES,
    bank: (port) => banks.get(port),
    cache: emptyCache(),
  };
  before.value = { key, machine };
  return machine;
}
