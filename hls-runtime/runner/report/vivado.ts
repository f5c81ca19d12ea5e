/** Reports of Vivado and v++: utilisation, timing, per kernel and hierarchical. */
import type { ReportAmounts } from '../../../src/core/models/hardware-report.ts';
import { numberIn, requireAmounts } from './numbers.ts';
import { type TableRow, tableRows } from './tables.ts';

/** "327707", and with its share: "327707 [ 43.68%]", "327707(43.68%)" (-hierarchical_percentages). */
function count(cell: string | undefined): number | null {
  return numberIn((cell ?? '').replace(/(?:\[|\(|<br>).*$/, '')) ?? null;
}

/** Columns that hold amounts, under all of their names; the first is asked for when a table yields nothing. */
const COLUMNS = {
  lut: ['Total LUTs', 'LUT', 'LUTs', 'CLB LUTs'],
  ff: ['FFs', 'REG', 'FF', 'Registers', 'CLB Registers'],
  dsp: ['DSP Blocks', 'DSP Slices', 'DSPs', 'DSP', 'DSP48 Blocks'],
} as const;

const cellOf = (cells: TableRow['cells'], names: readonly string[]): string | undefined =>
  names.map((name) => cells[name]).find((cell) => cell !== undefined);

/** Blocks of 36 Kb as halves. */
function halves(blocks: number | null): number | null {
  return blocks === null ? null : blocks * 2;
}

/** impl_1_kernel_util_*.rpt: amounts by instance of a kernel (`prefill_1`). @throws Error when it has no table. */
export function parseKernelUtilisation(text: string): Map<string, ReportAmounts> {
  const rows = tableRows(text, (cells) => cells[0] === 'Name' && cells.includes('LUT') && cells.includes('DSP'));
  if (rows.length === 0) throw new Error('it has no table of kernels');
  const found = new Map<string, ReportAmounts>();
  for (const { name, cells } of rows) {
    if (/^\s*(?:Platform|User Budget|Used Resources|Unused Resources)\s*$/.test(name)) continue;
    found.set(name.trim(), {
      lut: count(cellOf(cells, COLUMNS.lut)),
      ff: count(cellOf(cells, COLUMNS.ff)),
      dsp: count(cellOf(cells, COLUMNS.dsp)),
      bram18: halves(count(cells['BRAM'])),
      uram: count(cells['URAM']),
    });
  }
  requireAmounts([...found.values()], rows[0]?.cells['LUT']);
  return found;
}

export interface CellUse extends ReportAmounts {
  /** Names of the instances from the top down to this one. */
  readonly path: readonly string[];
  readonly module: string;
}

/** Hierarchical utilisation (`report_utilization -hierarchical`). @throws Error when it has no table. */
export function parseHierarchy(text: string): CellUse[] {
  const rows = tableRows(text, (cells) => cells[0] === 'Instance' && cells.includes('Module'));
  if (rows.length === 0) throw new Error('it has no hierarchical table');
  const open: { readonly depth: number; readonly name: string }[] = [];
  const uses = rows
    .filter(({ name }) => !/^\s*\(/.test(name))
    .map(({ name, cells }) => {
      const depth = name.length - name.trimStart().length;
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop();
      open.push({ depth, name: name.trim() });
      return { path: open.map((entry) => entry.name), module: cells['Module'] ?? '', ...hierarchyAmounts(cells) };
    });
  requireAmounts(uses, cellOf(rows[0]?.cells ?? {}, COLUMNS.lut));
  return uses;
}

function hierarchyAmounts(cells: TableRow['cells']): ReportAmounts {
  const [large, small] = [count(cells['RAMB36']), count(cells['RAMB18'])];
  return {
    lut: count(cellOf(cells, COLUMNS.lut)),
    ff: count(cellOf(cells, COLUMNS.ff)),
    dsp: count(cellOf(cells, COLUMNS.dsp)),
    bram18: large === null && small === null ? null : 2 * (large ?? 0) + (small ?? 0),
    uram: count(cells['URAM']),
  };
}

export interface ClockTiming {
  readonly name: string;
  /** ns */
  readonly period: number;
  /** Worst slack in ns; null where the clock has no paths. */
  readonly slack: number | null;
}

export interface TimingSummary {
  /** Worst slack over all clocks in ns. */
  readonly slack: number | null;
  readonly clocks: readonly ClockTiming[];
}

function signedNumber(word: string | undefined): number | null {
  return word !== undefined && /^-?\d+(?:\.\d+)?$/.test(word) && word.length < 20 ? Number(word) : null;
}

/** The first line of numbers below a line that has all `words`, by its index. */
function linesBelow(lines: readonly string[], ...words: readonly string[]): string[] {
  const at = lines.findIndex((line) => words.every((word) => line.includes(word)));
  return at < 0 ? [] : lines.slice(at + 1);
}

/** report_timing_summary. @throws Error when it has no summary. */
export function parseTiming(text: string): TimingSummary {
  const lines = text.split('\n');
  const summary = linesBelow(lines, 'Design Timing Summary');
  const header = summary.findIndex((line) => line.includes('WNS(ns)'));
  if (header < 0) throw new Error('it has no Design Timing Summary');
  const column = (summary[header] as string)
    .trim()
    .split(/\s{2,}/)
    .indexOf('WNS(ns)');
  const row = summary
    .slice(header + 1, header + 5)
    .find((line) => /^\s*(?:-?\d|NA|N\/A)/.test(line) && !/^\s*-+(\s|$)/.test(line));
  if (row === undefined) throw new Error('its Design Timing Summary has no numbers');
  const periods = new Map<string, number>();
  for (const line of linesBelow(lines, 'Clock', 'Waveform(ns)', 'Period(ns)')) {
    if (/^[-| ]*(?:Intra|Inter) Clock|WNS\(ns\)/.test(line)) break;
    const match = /^\s*(\S+)\s+\{[^}]*\}\s+(\d+(?:\.\d+)?)\s/.exec(line);
    if (match) periods.set(match[1] as string, Number(match[2]));
  }
  const slacks = new Map<string, number>();
  for (const line of linesBelow(linesBelow(lines, 'Intra Clock Table'), 'Clock', 'WNS(ns)')) {
    if (/Inter Clock Table/.test(line)) break;
    const [name, slack] = line.trim().split(/\s+/);
    const value = signedNumber(slack);
    if (name !== undefined && periods.has(name) && value !== null) slacks.set(name, value);
  }
  const clocks = [...periods].map(([name, period]) => ({ name, period, slack: slacks.get(name) ?? null }));
  const slack = signedNumber(row.trim().split(/\s+/)[column]);
  if (slack === null && clocks.every((clock) => clock.slack === null))
    throw new Error('it has no slack that can be read');
  return { slack, clocks };
}

/** The clock of the kernels: by its name where it tells, else the one nearest to what was asked for. */
export function kernelClock(timing: TimingSummary, asked: number): ClockTiming | undefined {
  const named = timing.clocks.filter((clock) =>
    /clk_kernel|aclk_kernel_00|clk_usr|user_clk|clk_out1_.*kernel/i.test(clock.name),
  );
  const among = (named.length > 0 ? named : timing.clocks).filter((clock) => clock.slack !== null);
  return [...among].sort((a, b) => Math.abs(1000 / a.period - asked) - Math.abs(1000 / b.period - asked))[0];
}
