/** Holds the composer's estimates against what the reports say, by the names of the processes. */
import type {
  HardwareReport,
  ReportAmounts,
  ReportInstance,
  ReportKernel,
} from '../../../src/core/models/hardware-report.ts';
import type { HardwareSpec, InstanceEstimate, KernelSpec } from '../../../src/core/models/manifest.ts';
import { instanceName, type Target } from '../hardware.ts';
import type { RunResult } from '../run-record.ts';
import type { BitstreamReports, KernelReports } from './gather.ts';
import { modulesOf } from './hls.ts';
import { sumAmounts } from './numbers.ts';
import { type CellUse, kernelClock } from './vivado.ts';

export interface Reports {
  readonly kernels: ReadonlyMap<string, KernelReports>;
  readonly bitstreams: ReadonlyMap<string, BitstreamReports>;
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function synthesisedInstance(estimate: InstanceEstimate, reports: Reports): ReportInstance['synthesised'] {
  const hls = reports.kernels.get(estimate.kernel)?.hls;
  if (hls === undefined) return null;
  const modules = estimate.processes.flatMap((process) => modulesOf(hls, process));
  if (modules.length === 0) return null;
  return {
    ...sumAmounts(modules),
    cycles: largest(modules.map((module) => module.cycles)),
    ii: largest(modules.map((module) => module.ii)),
  };
}

/** Cells of a process: an instance of HLS is named `<process>_U0`. */
function cellsOfProcess(cells: readonly CellUse[], kernelInstance: string, process: string): CellUse[] {
  const name = new RegExp(`^(?:grp_)?${process.replace(/[^\w]/g, '\\$&')}(?:_\\d+)?(?:_fu_\\d+|_U\\d*)?$`);
  return cells.filter((cell) => cell.path.some((part) => part === kernelInstance) && name.test(cell.path.at(-1) ?? ''));
}

function implementedInstance(
  hardware: HardwareSpec,
  estimate: InstanceEstimate,
  reports: Reports,
): ReportAmounts | null {
  const bitstream = hardware.bitstreams.find((entry) => entry.kernels.includes(estimate.kernel));
  const cells = bitstream && reports.bitstreams.get(bitstream.name)?.cells;
  if (cells === undefined) return null;
  const own = estimate.processes.flatMap((process) =>
    cellsOfProcess(cells, instanceName(hardware.board, estimate.kernel), process),
  );
  return own.length === 0 ? null : sumAmounts(own);
}

function implementedKernel(
  hardware: HardwareSpec,
  kernel: KernelSpec,
  reports: BitstreamReports | undefined,
): ReportAmounts | null {
  const name = instanceName(hardware.board, kernel.name);
  const row = reports?.kernels?.get(name);
  if (row !== undefined) return row;
  const cell = reports?.cells?.find((entry) => entry.path.at(-1) === name);
  return cell === undefined ? null : sumAmounts([cell]);
}

function kernelLine(
  hardware: HardwareSpec,
  kernel: KernelSpec,
  reports: Reports,
  clocks: ReadonlyMap<string, number>,
): ReportKernel {
  const bitstream = hardware.bitstreams.find((entry) => entry.kernels.includes(kernel.name));
  const built = bitstream && reports.bitstreams.get(bitstream.name);
  const { hls, cosimCycles } = reports.kernels.get(kernel.name) ?? { hls: undefined, cosimCycles: null };
  const asked = bitstream === undefined ? null : (clocks.get(bitstream.name) ?? bitstream.clock);
  const timing = built?.timing === undefined || asked === null ? undefined : kernelClock(built.timing, asked);
  const reached = timing === undefined || timing.slack === null ? null : 1000 / (timing.period - timing.slack);
  return {
    name: kernel.name,
    stage: kernel.stage,
    bitstream: bitstream?.name ?? null,
    synthesised: hls?.top === undefined ? null : sumAmounts([hls.top]),
    implemented: implementedKernel(hardware, kernel, built),
    clock: {
      asked,
      synthesised: hls?.clock ?? null,
      implemented: reached !== null && Number.isFinite(reached) && reached > 0 ? reached : null,
      achieved: built?.info?.achieved ?? null,
    },
    worstSlack: timing?.slack ?? built?.timing?.slack ?? null,
    cosimCycles,
  };
}

function measuredRun(run: RunResult | undefined): HardwareReport['performance']['measured'] {
  if (run === undefined) return null;
  return {
    prefillSeconds: run.seconds.prefill,
    decodeSeconds: run.seconds.decode,
    timeToFirstToken: run.timeToFirstToken,
    tokensPerSecond: run.decodeTokensPerSecond,
    prefillWatts: run.watts.prefill,
    decodeWatts: run.watts.decode,
    idleWatts: run.watts.idle,
    device: run.device,
    target: run.target,
    prompt: run.promptIds.length,
    generated: run.ids.length,
  };
}

/** The report: estimates joined with what was found. `created` is an ISO time, `clocks` are MHz asked for by bitstream. */
export function joinReport(
  hardware: HardwareSpec,
  design: string,
  target: Target,
  reports: Reports,
  run: RunResult | undefined,
  files: HardwareReport['files'],
  created: string,
  clocks: ReadonlyMap<string, number>,
): HardwareReport {
  const { estimate } = hardware;
  const instances = estimate.instances.map(
    (entry): ReportInstance => ({
      stage: entry.stage,
      instance: entry.instance,
      module: entry.module,
      kernel: entry.kernel,
      estimated: {
        lut: entry.lut,
        ff: entry.ff,
        dsp: entry.dsp,
        bram18: entry.bram18,
        uram: entry.uram,
        cycles: entry.cycles,
      },
      synthesised: synthesisedInstance(entry, reports),
      implemented: implementedInstance(hardware, entry, reports),
    }),
  );
  const release =
    [...reports.kernels.values()]
      .map((entry) => entry.hls?.release)
      .find((value) => value !== null && value !== undefined) ?? null;
  return {
    format: 'flexllm-report',
    version: 1,
    design: design.replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ').slice(0, 300),
    board: hardware.board,
    target,
    release,
    created,
    workload: estimate.workload,
    instances,
    kernels: hardware.kernels.map((kernel) => kernelLine(hardware, kernel, reports, clocks)),
    performance: {
      estimated: {
        prefillSeconds: estimate.prefillSeconds,
        decodeSeconds: estimate.decodeSeconds,
        timeToFirstToken:
          estimate.workload.generate > 0
            ? estimate.prefillSeconds + estimate.decodeSeconds / estimate.workload.generate
            : null,
        tokensPerSecond: estimate.tokensPerSecond,
        prefillWatts: estimate.prefillWatts,
        decodeWatts: estimate.decodeWatts,
      },
      measured: measuredRun(run),
    },
    files: [...files],
  };
}
