import { estimateOf, estimateReport, passesOf } from '../core/estimate/design/report.ts';
import type { EstimateReport } from '../core/estimate/design/report-schema.ts';
import { publishedFor } from '../core/estimate/design/published.ts';
import { STAGE_NAMES, type Design, type StageName } from '../core/design/types.ts';
import type { DesignAnalysis } from '../core/schedule/types.ts';
import { KIND_NAMES, RESOURCE_KINDS } from '../core/targets/types.ts';
import { percent, table, whole } from './table.ts';

const figures = (value: number): string => (value === 0 ? '0' : value.toPrecision(4));

/** The busiest ports, and how many there are. */
function portTable(report: EstimateReport): string {
  const ports = [...report.memory.ports].sort((a, b) => b.demand - a.demand);
  const shown = ports.slice(0, 8);
  const rows = shown.map((port) => [
    `${port.stage}.${port.name}`,
    `${port.widthBits}`,
    port.bank ?? '-',
    (port.demand / 1e9).toFixed(2),
    (port.ceiling / 1e9).toFixed(2),
    percent(port.share),
  ]);
  return `${table([['busiest memory ports', 'bit', 'bank', 'GB/s', 'of', 'share'], ...rows])}\n(${ports.length} ports in all; --json lists them)`;
}

/** The clock that the figures are at, the one entered, and the range that can be expected. */
const clockCells = (report: EstimateReport, stage: StageName): string[] => [
  String(report.leadingClocks[stage]),
  String(report.clocks[stage]),
  `${report.expectedClocks[stage].low}-${report.expectedClocks[stage].high}`,
];

/** Says which clocks are above what can be expected, and what they would bring. */
function enteredLines({ atEnteredClocks, clocks, expectedClocks, leadingClocks }: EstimateReport): string[] {
  if (!atEnteredClocks) return [];
  const above = STAGE_NAMES.filter((stage) => expectedClocks[stage].high < clocks[stage]);
  return [
    [
      ...above.map(
        (stage) =>
          `${stage} is entered at ${clocks[stage]} MHz, above what can be expected: its figures are at ${leadingClocks[stage]} MHz. ${expectedClocks[stage].evidence}`,
      ),
      `At the clocks entered it would be ${figures(atEnteredClocks.tokensPerSecond)} tokens/s and ${figures(atEnteredClocks.timeToFirstToken * 1e3)} ms to the first token.`,
    ].join('\n'),
  ];
}

/** The report in a form for people. */
export function describeReport(report: EstimateReport, analysis: DesignAnalysis): string {
  const { prefill, decode, endToEnd, resources, memory, energy } = report;
  const bound = (seconds: number | null): string => (seconds === null ? '-' : figures(seconds));
  const kinds = RESOURCE_KINDS;
  const parts = [
    table([
      ['time', 'tokens', 'cycles', 'counted', 'MHz', 'entered', 'expected', 'seconds', "paper's bound"],
      [
        'prefill',
        whole(prefill.tokens),
        whole(prefill.cycles),
        whole(prefill.countedCycles),
        ...clockCells(report, 'prefill'),
        figures(prefill.seconds),
        bound(prefill.boundSeconds),
      ],
      [
        'decode',
        whole(decode.tokens),
        whole(decode.cycles),
        whole(decode.countedCycles),
        ...clockCells(report, 'decode'),
        figures(decode.seconds),
        bound(decode.boundSeconds),
      ],
    ]),
    `${figures(decode.tokensPerSecond)} tokens/s in decode, time to first token ${figures(report.timeToFirstToken * 1e3)} ms; end to end ${figures(endToEnd.seconds)} s${endToEnd.reconfigurationSeconds > 0 ? `, with ${figures(endToEnd.reconfigurationSeconds + endToEnd.handOverSeconds)} s to change the bitstream and hand over keys and values` : ''}`,
    ...(prefill.segments
      ? [
          `in segments: ${whole(prefill.segments.launches)} launches; searching the memory and remembering take ${figures(prefill.segments.overheadSeconds * 1e3)} ms per segment, ${percent(prefill.segments.share)} of it`,
        ]
      : []),
    ...[prefill, decode].flatMap(({ limitedBy }) => (limitedBy === null ? [] : [limitedBy])),
    ...enteredLines(report),
    table([
      [`resources (${report.platform})`, ...kinds.map((kind) => KIND_NAMES[kind])],
      ...(['prefill', 'decode', 'total'] as const).map((part) => [
        part,
        ...kinds.map((kind) => whole(resources[part][kind])),
      ]),
      ['user region', ...kinds.map((kind) => whole(resources.budget[kind]))],
      ['share', ...kinds.map((kind) => percent(resources.fill[kind]))],
    ]),
    ...(resources.reasons.length > 0 ? [`${resources.light}: ${resources.reasons.join(' ')}`] : []),
    portTable(report),
    `memory bandwidth at peak: prefill ${figures(memory.bandwidth.prefill.peak / 1e9)} GB/s (${percent(memory.bandwidth.prefill.share)}), decode ${figures(memory.bandwidth.decode.peak / 1e9)} GB/s (${percent(memory.bandwidth.decode.share)} of ${figures(memory.bandwidth.decode.ceiling / 1e9)} GB/s); ${memory.hbmPorts} of ${memory.hbmPortLimit} HBM ports`,
    `memory busy over all passes: prefill ${percent(memory.bandwidth.prefill.busy)}, decode ${percent(memory.bandwidth.decode.busy)} at its first token (bytes on HBM over what HBM could deliver at its peak)`,
    ...memory.problems,
    `power: prefill ${figures(energy.prefill.watts)} W, decode ${figures(energy.decode.watts)} W (limit ${energy.limitWatts} W); ${figures(energy.decode.tokensPerJoule)} tokens/J in decode`,
    table([
      ['published, for comparison', 'prefill s/1k', 'decode s/1k', 'tokens/s', 'evidence'],
      ...publishedFor(analysis.design).map((row) => [
        `${row.system}, ${row.board.toUpperCase()}, ${row.model}`,
        row.prefillPer1k?.toString() ?? '-',
        row.decodePer1k?.toString() ?? '-',
        row.tokensPerSecond?.toString() ?? '-',
        row.evidence,
      ]),
    ]),
    report.basis,
  ];
  return parts.join('\n\n');
}

/** Report and text of a legal design for a workload. */
export function estimateDesign(
  analysis: DesignAnalysis,
  workload: Design['workload'],
): { data: EstimateReport; text: string } {
  const estimate = estimateOf(analysis, workload);
  const data = { ...estimateReport(analysis, estimate), passes: passesOf(analysis, estimate) };
  return { data, text: describeReport(data, analysis) };
}
