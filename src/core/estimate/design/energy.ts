import type { Design, StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { targetById } from '../../targets/targets.ts';
import { sumOf } from '../parts/numbers.ts';
import { powerEstimate, type PowerEstimate } from '../stage/power.ts';
import { designResources } from './design-resources.ts';
import { rooflines } from '../stage/roofline.ts';
import type { WorkloadTime } from '../workload/timing.ts';

/** Power of a stage while it works and the energy of its share of a workload. */
export interface StageEnergy {
  readonly power: PowerEstimate;
  readonly watts: number;
  readonly joules: number;
}

export interface Energy {
  readonly prefill: StageEnergy;
  readonly decode: StageEnergy & { readonly tokensPerJoule: number };
  /** Generated tokens over the energy of prefill and decode. */
  readonly tokensPerJoule: number;
  readonly limitWatts: number;
  readonly withinLimit: boolean;
}

/**
 * Energy of a workload: each stage's time at the power of its bitstream (with one bitstream: of both kernels), with the
 * share of cycles in which its multipliers work and its memory traffic.
 */
export function energyOf(
  analysis: DesignAnalysis,
  time: WorkloadTime,
  workload: Design['workload'] = analysis.design.workload,
): Energy {
  const { design } = analysis;
  const target = targetById(design.target);
  if (!target) throw new Error(`unknown target ${design.target}`);
  const resources = designResources(analysis);
  const roofs = rooflines(analysis, workload);
  const stage = (name: StageName): StageEnergy => {
    const roof = roofs[name];
    const placed = roof ? sumOf(roof.compute.map((ceiling) => ceiling.placed)) : 0;
    const { attained = 0, bytes = 0, seconds = 0 } = roof?.total ?? {};
    const power = powerEstimate(target, {
      used: resources.bitstreams === 1 ? resources.total : resources[name].total,
      clock: design.clocks[name],
      busy: placed > 0 ? attained / placed : 0,
      hbmBytesPerSecond: seconds > 0 ? bytes / seconds : 0,
    });
    return { power, watts: power.total, joules: power.total * time[name].seconds };
  };
  const prefill = stage('prefill');
  const decode = stage('decode');
  return {
    prefill,
    decode: { ...decode, tokensPerJoule: time.decode.tokens / decode.joules },
    tokensPerJoule: time.decode.tokens / (prefill.joules + decode.joules),
    limitWatts: target.power.limit,
    withinLimit: prefill.power.withinLimit && decode.power.withinLimit,
  };
}
