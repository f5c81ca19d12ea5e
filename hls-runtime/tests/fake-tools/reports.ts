/** Reports in the shape of the real ones. Figures follow from names, so that they are the same every time. */
import { createHash } from 'node:crypto';
import type { Kernel } from './kernel.ts';
import type { Figures } from './probes.ts';

/** A number below `most` that belongs to a name. */
export function figureOf(name: string, most: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % most;
}

interface Amounts {
  readonly BRAM_18K: number;
  readonly DSP: number;
  readonly FF: number;
  readonly LUT: number;
  readonly URAM: number;
}

function amountsOf(name: string): Amounts {
  const of = (kind: string, most: number): number => figureOf(`${name} ${kind}`, most);
  return {
    BRAM_18K: of('bram', 40),
    DSP: of('dsp', 200),
    FF: 500 + of('ff', 9000),
    LUT: 400 + of('lut', 8000),
    URAM: of('uram', 8),
  };
}

/** A kernel is larger than its functions together. */
export function kernelAmounts(kernel: Kernel): Amounts {
  const sum = { BRAM_18K: 2, DSP: 0, FF: 900, LUT: 1200, URAM: 0 };
  for (const name of kernel.functions)
    for (const [kind, value] of Object.entries(amountsOf(name))) sum[kind as keyof Amounts] += value;
  return sum;
}

/** Those of a kernel whose DSPs are known. */
const topAmounts = (kernel: Kernel, figures: Figures | undefined): Amounts =>
  figures === undefined ? kernelAmounts(kernel) : { ...kernelAmounts(kernel), DSP: figures.dsp };

const AVAILABLE = { BRAM_18K: 4032, DSP: 9024, FF: 2607360, LUT: 1303680, URAM: 960 };

function area(amounts: Amounts): Record<string, string> {
  const entries = Object.entries(amounts).flatMap(([kind, value]) => {
    const all = AVAILABLE[kind as keyof Amounts];
    const short = kind === 'BRAM_18K' ? 'BRAM' : kind;
    return [
      [kind, String(value)],
      [`AVAIL_${short}`, String(all)],
      [`UTIL_${short}`, String(Math.floor((100 * value) / all))],
    ];
  });
  return Object.fromEntries(entries);
}

/** hls_data.json (2025.1) or solution1_data.json (2023.2). */
export function hlsData(kernel: Kernel, release: string, period: number, figures?: Figures): string {
  const timing = {
    Target: period.toFixed(2),
    Uncertainty: (period * 0.27).toFixed(2),
    Estimate: (period * 0.73).toFixed(3),
  };
  const metric = (amounts: Amounts, cycles: string, loops: readonly object[]): object => ({
    Latency: {
      LatencyBest: cycles,
      LatencyAvg: cycles,
      LatencyWorst: cycles,
      PipelineII: cycles,
      PipelineDepth: '',
      PipelineType: 'no',
    },
    Timing: timing,
    Loops: loops,
    Area: area(amounts),
  });
  const modules = kernel.functions.map((name) => [
    name,
    metric(amountsOf(name), '', [
      {
        Name: 'work',
        TripCount: '',
        Latency: '',
        PipelineII: String(figures?.interval ?? 1),
        PipelineDepth: String(5 + figureOf(name, 30)),
        PipelineType: 'yes',
      },
    ]),
  ]);
  return JSON.stringify(
    {
      Top: kernel.name,
      RtlTop: kernel.name,
      Version: release,
      ModuleInfo: {
        Hierarchy: {
          ModuleName: kernel.name,
          Instances: kernel.functions.map((name) => ({ ModuleName: name, InstanceName: `${name}_U0` })),
        },
        Metrics: Object.fromEntries([...modules, [kernel.name, metric(topAmounts(kernel, figures), '', [])]]),
      },
    },
    null,
    1,
  );
}

function resourcesXml(amounts: Amounts): string {
  const list = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([kind, value]) => `<${kind}>${value}</${kind}>`)
      .join('\n');
  return `<AreaEstimates>\n<Resources>\n${list({ ...amounts })}\n</Resources>\n<AvailableResources>\n${list(AVAILABLE)}\n</AvailableResources>\n</AreaEstimates>`;
}

function latencyXml(loops: string): string {
  const undef = ['Best-caseLatency', 'Average-caseLatency', 'Worst-caseLatency', 'Interval-min', 'Interval-max']
    .map((name) => `<${name}>undef</${name}>`)
    .join('\n');
  return `<SummaryOfOverallLatency>\n<unit>clock cycles</unit>\n${undef}\n</SummaryOfOverallLatency>${loops}`;
}

/** csynth.xml. */
export function csynthXml(kernel: Kernel, part: string, release: string, period: number, figures?: Figures): string {
  const timing = `<SummaryOfTimingAnalysis>\n<unit>ns</unit>\n<EstimatedClockPeriod>${(period * 0.73).toFixed(3)}</EstimatedClockPeriod>\n</SummaryOfTimingAnalysis>`;
  const modules = kernel.functions.map((name) => {
    const loops = `<SummaryOfLoopLatency>\n<work>\n<Name>work</Name>\n<TripCount>undef</TripCount>\n<PipelineII>${figures?.interval ?? 1}</PipelineII>\n<PipelineDepth>${5 + figureOf(name, 30)}</PipelineDepth>\n</work>\n</SummaryOfLoopLatency>`;
    return `<Module>\n<Name>${name}</Name>\n<PerformanceEstimates>${timing}${latencyXml(loops)}</PerformanceEstimates>\n${resourcesXml(amountsOf(name))}\n</Module>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<profile>
<ReportVersion>
<Version>${release}</Version>
</ReportVersion>
<UserAssignments>
<unit>ns</unit>
<ProductFamily>virtexuplusHBM</ProductFamily>
<Part>${part}</Part>
<TopModelName>${kernel.name}</TopModelName>
<TargetClockPeriod>${period.toFixed(2)}</TargetClockPeriod>
<ClockUncertainty>${(period * 0.27).toFixed(2)}</ClockUncertainty>
<FlowTarget>vitis</FlowTarget>
</UserAssignments>
<PerformanceEstimates>
<PipelineType>no</PipelineType>
${timing}
${latencyXml('')}
</PerformanceEstimates>
${resourcesXml(topAmounts(kernel, figures))}
<ModuleInformation>
${modules.join('\n')}
</ModuleInformation>
</profile>
`;
}

/** impl_1_kernel_util_routed.rpt. */
export function kernelUtilisation(kernels: readonly { readonly kernel: Kernel; readonly instance: string }[]): string {
  const cell = (value: number, all: number): string =>
    `${String(value).padStart(7)} [${((100 * value) / all).toFixed(2).padStart(6)}%]`;
  const line = (name: string, amounts: Amounts): string =>
    `| ${name.padEnd(24)} | ${cell(amounts.LUT, 1135680)} | ${cell(Math.floor(amounts.LUT / 9), 567840)} | ${cell(amounts.FF, 2271360)} | ${cell(Math.ceil(amounts.BRAM_18K / 2), 1776)} | ${cell(amounts.URAM, 960)} | ${cell(amounts.DSP, 8304)} |`;
  const rule = `+--------------------------+${'-'.repeat(19)}+${'-'.repeat(19)}+${'-'.repeat(19)}+${'-'.repeat(19)}+${'-'.repeat(19)}+${'-'.repeat(19)}+`;
  const rows = kernels.flatMap(({ kernel, instance }) => [
    line(kernel.name, kernelAmounts(kernel)),
    line(`   ${instance}`, kernelAmounts(kernel)),
  ]);
  const total = { BRAM_18K: 80, DSP: 4, FF: 186047, LUT: 120401, URAM: 0 };
  return [
    '',
    '1. Kernel utilisation',
    '',
    rule,
    `| ${'Name'.padEnd(24)} | LUT               | LUTAsMem          | REG               | BRAM              | URAM              | DSP               |`,
    rule,
    line('Platform', total),
    line('User Budget', total),
    line('   Used Resources', total),
    line('   Unused Resources', total),
    ...rows,
    rule,
    '',
  ].join('\n');
}

/** report_timing_summary. */
export function timingSummary(clock: string, mhz: number, slack: number): string {
  const period = 1000 / mhz;
  const row = (name: string): string =>
    `${name}  ${slack.toFixed(3)}        0.000                      0              1319470        0.010        0.000                      0              1319470        0.958        0.000                       0                525000`;
  return `
------------------------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
------------------------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints  THS Total Endpoints     WPWS(ns)     TPWS(ns)  TPWS Failing Endpoints  TPWS Total Endpoints
    -------      -------  ---------------------  -------------------      -------      -------  ---------------------  -------------------     --------     --------  ----------------------  --------------------
     ${row('').trim()}


------------------------------------------------------------------------------------------------
| Clock Summary
| -------------
------------------------------------------------------------------------------------------------

Clock                Waveform(ns)         Period(ns)      Frequency(MHz)
-----                ------------         ----------      --------------
hbm_aclk             {0.000 1.111}        2.222           450.045
${clock.padEnd(20)} {0.000 ${(period / 2).toFixed(3)}}        ${period.toFixed(3)}           ${mhz.toFixed(3)}


------------------------------------------------------------------------------------------------
| Intra Clock Table
| -----------------
------------------------------------------------------------------------------------------------

Clock                    WNS(ns)      TNS(ns)  TNS Failing Endpoints
-----                    -------      -------  ---------------------
hbm_aclk                   0.105        0.000                      0
${clock.padEnd(20)} ${row('').trim()}


------------------------------------------------------------------------------------------------
| Inter Clock Table
| -----------------
`;
}

/** xclbinutil --info. */
export function xclbinInfo(platform: string, kernels: readonly string[], asked: number, achieved: number): string {
  return `
==============================================================================
XRT Build Version: 2.19.194 (2025.1)
==============================================================================
xclbin Information
------------------
   Generated by:           v++
   Version:                2.19.194
   Kernels:                ${kernels.join(', ')}
   Signature:
   Content:                Bitstream
   UUID (xclbin):          00000000-0000-0000-0000-000000000000
==============================================================================
Hardware Platform (Shell) Information
-------------------------------------
   Vendor:                 xilinx
   Board:                  u280
   Platform VBNV:          ${platform}
   Static UUID:            00000000-0000-0000-0000-000000000000

Scalable Clocks
---------------
   Name:      DATA_CLK
   Index:     0
   Type:      DATA
   Frequency: ${Math.floor(achieved)} MHz

   Name:      KERNEL_CLK
   Index:     1
   Type:      KERNEL
   Frequency: 500 MHz

System Clocks
------
   Name:           _bd_top_blp_s_aclk_freerun_ref_00
   Type:           FIXED
   Default Freq:   100 MHz

   Name:           ulp_ucs_aclk_kernel_00
   Type:           SCALABLE
   Default Freq:   300 MHz
   Requested Freq: ${asked} MHz
   Achieved Freq:  ${achieved} MHz
${kernels.map((name) => `==============================================================================\nKernel: ${name}\n`).join('')}`;
}

/** *.link_summary. */
export function linkSummary(name: string): string {
  const entry = (value: object): string => `<ENTRY>\n${JSON.stringify(value)}\n</ENTRY>`;
  return [
    entry({
      type: 'ET_CmdStep',
      dateTimestamp: 'Thu Jun 12 10:00:00 2025',
      cmdId: 'vpl',
      name: 'vpl',
      logFile: '/build/_x/link/link.steps.log',
      commandLine: 'vpl',
    }),
    entry({
      type: 'ET_Report',
      dateTimestamp: 'Thu Jun 12 12:00:00 2025',
      report: {
        path: '/build/_x/reports/link/imp/impl_1_kernel_util_routed.rpt',
        reportType: 'KERNEL_UTILIZATION_ROUTE',
        name,
      },
    }),
    entry({ type: 'ET_Status', dateTimestamp: 'Thu Jun 12 13:00:00 2025', status: 'CS_PASSED', cmdId: 'vpl' }),
    '',
  ].join('\n');
}

/** Hierarchical utilisation; with the share of every amount as SLASH asks for it (-hierarchical_percentages). */
export function hierarchy(
  kernels: readonly { readonly kernel: Kernel; readonly instance: string }[],
  percentages = false,
): string {
  const cell = (value: number): string => (percentages ? `${value}(${(value / 1e4).toFixed(2)}%)` : String(value));
  const line = (depth: number, name: string, module: string, amounts: Amounts): string => {
    const { LUT, FF, BRAM_18K, URAM, DSP } = amounts;
    const values = [LUT, LUT, 0, 0, FF, Math.floor(BRAM_18K / 2), BRAM_18K % 2, URAM, DSP];
    return `| ${'  '.repeat(depth)}${name} | ${module} | ${values.map(cell).join(' | ')} |`;
  };
  const rows = kernels.flatMap(({ kernel, instance }) => [
    line(2, instance, `slash_${instance}_0`, kernelAmounts(kernel)),
    line(3, 'inst', kernel.name, kernelAmounts(kernel)),
    ...kernel.functions.map((name) => line(4, `${name}_U0`, `${kernel.name}_${name}`, amountsOf(name))),
  ]);
  const whole = { BRAM_18K: 500, DSP: 900, FF: 400000, LUT: 300000, URAM: 40 };
  const rule =
    '+----------+--------+------------+------------+---------+------+-----+--------+--------+------+------------+';
  return [
    '1. Utilization by Hierarchy',
    '',
    rule,
    '| Instance | Module | Total LUTs | Logic LUTs | LUTRAMs | SRLs | FFs | RAMB36 | RAMB18 | URAM | DSP Blocks |',
    rule,
    line(0, 'top_wrapper', '(top)', whole),
    line(1, 'slash', 'slash_bd', whole),
    ...rows,
    rule,
    '',
  ].join('\n');
}

/** system_map.xml of a .vbin. */
export function systemMap(
  platform: 'Hardware' | 'Simulation' | 'Emulation',
  hertz: number,
  kernels: readonly string[],
): string {
  return `<?xml version="1.0"?>\n<SystemMap>\n<Platform>${platform}</Platform>\n<ClockFrequency>${hertz}</ClockFrequency>\n${kernels.map((name) => `<Kernel><Name>${name}</Name></Kernel>`).join('\n')}\n</SystemMap>\n`;
}
