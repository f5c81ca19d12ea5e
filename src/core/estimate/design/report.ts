import { passReports } from './pass-report.ts';
import type { Design, StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import type { ResourceCounts } from '../../targets/types.ts';
import { banksOf } from '../stage/banks.ts';
import { atEnteredClocks, atLeadingClocks, type StageClock, stageClocks } from '../stage/clocks.ts';
import { boundsOf } from './bounds.ts';
import { stageLimit } from '../stage/limits.ts';
import { type Energy, energyOf } from './energy.ts';
import { memoryBusy } from '../stage/memory-busy.ts';
import { portLoads, type PortLoad, stageBandwidth } from '../stage/ports.ts';
import type { EstimateReport } from './report-schema.ts';
import { type DesignResources, designResources } from './design-resources.ts';
import { loadCycles, workloadTime, type WorkloadTime } from '../workload/timing.ts';
import { launchCount } from '../pass/runs.ts';
import { segmentOverhead, wholeWorkload } from '../workload/workload.ts';

/** Said wherever estimates are shown. */
export const BASIS =
  'Modelled, not measured: counted loop cycles, operator depths from HLS reports, memory latency and bandwidth from published measurements; resources from the structure of the modules.';

const counts = ({ lut, ff, dsp, bram18, uram }: ResourceCounts): ResourceCounts => ({ lut, ff, dsp, bram18, uram });

const portOf = ({
  stage,
  name,
  direction,
  content,
  widthBits,
  size,
  bank,
  automatic,
  bytes,
  fullRate,
  demand,
  duty,
  ceiling,
  share,
  passes,
}: PortLoad): EstimateReport['memory']['ports'][number] => ({
  stage,
  name,
  direction,
  content,
  widthBits,
  size,
  bank,
  automatic,
  bytes,
  fullRate,
  demand,
  duty,
  ceiling,
  share,
  passes: passes.map((pass) => ({ pass: pass.pass, bytes: pass.bytes, duty: pass.duty })),
});

const expectedOf = ({ low, high, evidence }: StageClock): EstimateReport['expectedClocks'][StageName] => ({
  low,
  high,
  evidence,
});

/** What the figures of a legal design at a workload are read from. */
export interface Estimate {
  readonly workload: Design['workload'];
  /** At the clocks that can be expected (stage/clocks.ts). */
  readonly time: NonNullable<ReturnType<typeof wholeWorkload>>;
  readonly clocks: Readonly<Record<StageName, StageClock>>;
  /** At the clocks entered, where one of them is above the expected range. */
  readonly entered: WorkloadTime | undefined;
  readonly resources: DesignResources;
  readonly energy: Energy;
}

/** Derives them. @throws Error when the design has errors. */
export function estimateOf(
  analysis: DesignAnalysis,
  workload: Design['workload'] = analysis.design.workload,
): Estimate {
  const lead = atLeadingClocks(analysis);
  const asked = atEnteredClocks(analysis);
  const time = wholeWorkload(lead, workload);
  if (!time) throw new Error('the design has errors');
  return {
    workload,
    time,
    clocks: stageClocks(analysis),
    entered: asked && workloadTime(asked, workload),
    resources: designResources(analysis),
    energy: energyOf(lead, time, workload),
  };
}

/** The figures as one object; see report-schema.ts. The passes, which are many, are added by `passesOf`. */
export function estimateReport(
  analysis: DesignAnalysis,
  { workload, time, clocks, entered, resources, energy }: Estimate = estimateOf(analysis),
): Omit<EstimateReport, 'passes'> {
  const { design } = analysis;
  const { prefill, decode, endToEnd } = time;
  const lead = atLeadingClocks(analysis);
  const bounds = boundsOf(lead);
  const overhead = segmentOverhead(lead);
  const loads = portLoads(lead);
  const bandwidth = stageBandwidth(lead, loads);
  const map = banksOf(analysis);
  return {
    format: 'flexllm-composer-estimate',
    version: 1,
    design: design.name,
    target: design.target,
    platform: resources.platform.id,
    basis: BASIS,
    clocks: { prefill: design.clocks.prefill, decode: design.clocks.decode },
    expectedClocks: { prefill: expectedOf(clocks.prefill), decode: expectedOf(clocks.decode) },
    leadingClocks: { prefill: clocks.prefill.leading, decode: clocks.decode.leading },
    atEnteredClocks: entered
      ? {
          prefillSeconds: entered.prefill.seconds,
          decodeSeconds: entered.decode.seconds,
          tokensPerSecond: entered.tokensPerSecond,
          timeToFirstToken: entered.timeToFirstToken,
        }
      : null,
    prefill: {
      tokens: workload.prompt,
      cycles: prefill.cycles,
      countedCycles: prefill.counted,
      loadingCycles: loadCycles(lead, 'prefill'),
      seconds: prefill.seconds,
      boundSeconds: bounds?.prefill(workload.prompt) ?? null,
      limitedBy: stageLimit(lead, 'prefill', prefill)?.text ?? null,
      ...(overhead
        ? {
            segments: {
              launches: launchCount(lead.stages.prefill, workload.prompt),
              overheadCycles: overhead.cycles,
              overheadSeconds: overhead.seconds,
              share: overhead.share,
            },
          }
        : {}),
    },
    decode: {
      context: workload.prompt,
      tokens: workload.generate,
      cycles: decode.cycles,
      countedCycles: decode.counted,
      loadingCycles: loadCycles(lead, 'decode'),
      seconds: decode.seconds,
      tokensPerSecond: time.tokensPerSecond,
      boundSeconds: bounds?.decode(workload.prompt, workload.generate) ?? null,
      limitedBy: stageLimit(lead, 'decode', decode)?.text ?? null,
    },
    timeToFirstToken: time.timeToFirstToken,
    endToEnd: {
      seconds: endToEnd.total,
      batch: endToEnd.batch,
      reconfigurationSeconds: endToEnd.reconfiguration,
      handOverSeconds: endToEnd.handOver,
      handOverBytes: endToEnd.handOverBytes,
      timeToFirstToken: endToEnd.timeToFirstToken,
      tokensPerSecond: endToEnd.tokensPerSecond,
    },
    resources: {
      prefill: { ...counts(resources.prefill.total), perSlr: resources.prefill.perSlr.map(counts) },
      decode: { ...counts(resources.decode.total), perSlr: resources.decode.perSlr.map(counts) },
      total: counts(resources.total),
      perSlr: resources.perSlr.map(counts),
      budget: counts(resources.budget),
      fill: counts(resources.fill),
      bitstreams: resources.bitstreams,
      light: resources.light,
      reasons: [...resources.reasons],
    },
    memory: {
      bandwidth: {
        prefill: { ...bandwidth.prefill, busy: memoryBusy(lead, 'prefill', prefill).share },
        decode: { ...bandwidth.decode, busy: memoryBusy(lead, 'decode', decode).share },
      },
      hbmPorts: map.hbmPorts,
      hbmPortLimit: map.hbmLimit,
      ports: loads.map(portOf),
      banks: map.banks
        .filter((bank) => bank.ports.length > 0)
        .map(({ name, bytes, memory, ports }) => ({ name, bytes, capacity: memory.capacity, ports: [...ports] })),
      problems: map.problems.map((problem) => problem.message),
    },
    energy: {
      limitWatts: energy.limitWatts,
      prefill: { watts: energy.prefill.watts, joules: energy.prefill.joules },
      decode: {
        watts: energy.decode.watts,
        joules: energy.decode.joules,
        tokensPerJoule: energy.decode.tokensPerJoule,
      },
      tokensPerJoule: energy.tokensPerJoule,
      withinLimit: energy.withinLimit,
    },
  };
}

/** The passes of both stages with their operations. */
export const passesOf = (analysis: DesignAnalysis, { time }: Pick<Estimate, 'time'>): EstimateReport['passes'] => ({
  prefill: passReports(atLeadingClocks(analysis), 'prefill', time.prefill),
  decode: passReports(atLeadingClocks(analysis), 'decode', time.decode),
});
