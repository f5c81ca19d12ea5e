/** The report as tables for people. What nobody gave is a dash. */
import type { HardwareReport, ReportAmounts } from '../../../src/core/models/hardware-report.ts';

const DASH = '-';

function amount(value: number | null, digits = 0): string {
  return value === null ? DASH : value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, digits === 0 ? ',' : '');
}

/** Columns aligned: the first two to the left, the others to the right. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
}

const RESOURCES = ['lut', 'ff', 'dsp', 'bram18', 'uram'] as const;

function amounts(value: ReportAmounts | null): string[] {
  return RESOURCES.map((kind) => amount(value === null ? null : value[kind]));
}

function instanceTable(report: HardwareReport): string[] {
  const rows = report.instances.flatMap((entry) => {
    const name = `${entry.stage}/${entry.instance}`;
    return [
      [name, 'estimated', amount(entry.estimated.cycles), DASH, ...amounts(entry.estimated)],
      [
        '',
        'synthesised',
        amount(entry.synthesised?.cycles ?? null),
        amount(entry.synthesised?.ii ?? null),
        ...amounts(entry.synthesised),
      ],
      ['', 'implemented', DASH, DASH, ...amounts(entry.implemented)],
    ];
  });
  return table(['instance', '', 'cycles', 'II', 'LUT', 'FF', 'DSP', 'BRAM18', 'URAM'], rows);
}

function kernelTable(report: HardwareReport): string[] {
  const rows = report.kernels.flatMap((kernel) => [
    [kernel.name, 'asked', amount(kernel.clock.asked, 1), ...amounts(null), DASH],
    ['', 'synthesised', amount(kernel.clock.synthesised, 1), ...amounts(kernel.synthesised), DASH],
    [
      '',
      'implemented',
      amount(kernel.clock.implemented, 1),
      ...amounts(kernel.implemented),
      kernel.worstSlack === null ? DASH : kernel.worstSlack.toFixed(3),
    ],
    ['', 'in the bitstream', amount(kernel.clock.achieved, 1), ...amounts(null), DASH],
  ]);
  return table(['kernel', '', 'MHz', 'LUT', 'FF', 'DSP', 'BRAM18', 'URAM', 'WNS ns'], rows);
}

function performanceTable(report: HardwareReport): string[] {
  const { estimated, measured } = report.performance;
  const seconds = (value: number | null): string => (value === null ? DASH : (value * 1e3).toFixed(3));
  const row = (title: string, note: string, values: typeof estimated | typeof measured): string[] => [
    title,
    note,
    seconds(values?.prefillSeconds ?? null),
    seconds(values?.timeToFirstToken ?? null),
    amount(values?.tokensPerSecond ?? null, 1),
    amount(values?.prefillWatts ?? null, 1),
    amount(values?.decodeWatts ?? null, 1),
  ];
  return table(
    ['', 'tokens in + out', 'prefill ms', 'TTFT ms', 'tokens/s', 'prefill W', 'decode W'],
    [
      row('estimated', `${report.workload.prompt} + ${report.workload.generate}`, estimated),
      row(
        'measured',
        measured === null
          ? DASH
          : `${measured.prompt} + ${measured.generated}${measured.target === 'hw' ? '' : ` (${measured.target})`}`,
        measured,
      ),
    ],
  );
}

/** The report for a terminal. */
export function printReport(report: HardwareReport): string {
  const read = report.files.filter((file) => file.problem === null).length;
  const lines = [
    `${report.design} on ${report.board}, ${report.target}${report.release === null ? '' : `, tools ${report.release}`}: ${read} reports read`,
    '',
    'Estimated is modelled for the workload of the design. Cycles: estimated for all passes of the stage, synthesised for one call.',
    '',
    ...instanceTable(report),
    '',
    ...kernelTable(report),
    '',
    ...performanceTable(report),
    '',
  ];
  for (const file of report.files)
    if (file.problem !== null) lines.push(`${file.path} (${file.kind}) cannot be used: ${file.problem}.`);
  if (read === 0)
    lines.push('No report of the tools was found; run "node run.mjs synth" or "node run.mjs build" first.');
  return `${lines.join('\n')}\n`;
}
