import type { StageName } from '../design/types.ts';
import type { DesignAnalysis, StageAnalysis } from '../schedule/types.ts';
import { targetById } from '../targets/targets.ts';
import { banksOf, sustained } from './banks.ts';
import { depthsAt, PASS_CYCLES } from './depths.ts';
import { IDEAL, type Machine } from './pass-time.ts';

const cache = new WeakMap<DesignAnalysis, Map<StageName, Machine>>();

/** The last machine of a stage: while clock and places of its ports stay, so does it, with the times that are kept with it. */
const last = new WeakMap<StageAnalysis, { readonly key: string; readonly machine: Machine }>();

/** Depths at the clock of a stage and the banks of its ports, derived once per analysis. */
export function machineOf(analysis: DesignAnalysis, stage: StageName): Machine {
  let machines = cache.get(analysis);
  if (!machines) {
    machines = new Map();
    cache.set(analysis, machines);
  }
  let machine = machines.get(stage);
  if (!machine) {
    machine = derive(analysis, stage);
    machines.set(stage, machine);
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
  const graph = analysis.stages[stage];
  const before = last.get(graph);
  if (before?.key === key) return before.machine;
  const machine: Machine = { depths: depthsAt(target.family, memory, clock), betweenPasses: PASS_CYCLES, bank: (port) => banks.get(port) };
  last.set(graph, { key, machine });
  return machine;
}
