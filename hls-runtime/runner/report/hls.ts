/** Reports of C synthesis: hls_data.json (solution1_data.json) and csynth.xml, 2023.2 and 2025.1. */
import type { ReportAmounts } from '../../../src/core/models/hardware-report.ts';
import { isObject } from '../shapes.ts';
import { numberIn, requireAmounts } from './numbers.ts';
import { parseXml, type XmlElement, xmlPath } from './xml.ts';

/** One module of the synthesised hierarchy: a C++ function. */
export interface HlsModule extends ReportAmounts {
  readonly name: string;
  /** Latency of one call in cycles; null where it depends on data. */
  readonly cycles: number | null;
  /** Largest initiation interval of its loops. */
  readonly ii: number | null;
}

export interface HlsReport {
  /** The top function first, where it is known. */
  readonly modules: readonly HlsModule[];
  readonly top: HlsModule | undefined;
  /** MHz that the tool expects to reach. */
  readonly clock: number | null;
  /** "2025.1" where the report says it. */
  readonly release: string | null;
}

const NONE = null;

function amounts(area: unknown): ReportAmounts {
  const values = isObject(area) ? area : {};
  const of = (...keys: string[]): number | null =>
    keys.map((key) => numberIn(values[key])).find((value) => value !== undefined) ?? NONE;
  return { lut: of('LUT'), ff: of('FF'), dsp: of('DSP', 'DSP48E', 'DSP58'), bram18: of('BRAM_18K'), uram: of('URAM') };
}

function largestInterval(loops: unknown): number | null {
  let largest: number | null = null;
  const visit = (value: unknown, depth: number): void => {
    if (!Array.isArray(value) || depth > 50) return;
    for (const loop of value) {
      if (!isObject(loop)) continue;
      const ii = numberIn(loop['PipelineII']);
      if (ii !== undefined) largest = Math.max(largest ?? 0, ii);
      visit(loop['Loops'], depth + 1);
    }
  };
  visit(loops, 0);
  return largest;
}

/** Reads hls_data.json. @throws Error saying what is wrong. */
export function parseHlsData(text: string): HlsReport {
  const value: unknown = JSON.parse(text);
  const info = isObject(value) ? value['ModuleInfo'] : undefined;
  const metrics = isObject(info) ? info['Metrics'] : undefined;
  if (!isObject(value) || !isObject(metrics)) throw new Error('it has no ModuleInfo.Metrics');
  const modules = Object.entries(metrics).map(([name, entry]): HlsModule => {
    const fields = isObject(entry) ? entry : {};
    const latency = isObject(fields['Latency']) ? fields['Latency'] : {};
    const own = largestInterval(fields['Loops']);
    return { name, ...amounts(fields['Area']), cycles: numberIn(latency['LatencyWorst']) ?? NONE, ii: own };
  });
  requireAmounts(modules, undefined);
  const topName =
    typeof value['Top'] === 'string' ? value['Top'] : typeof value['RtlTop'] === 'string' ? value['RtlTop'] : '';
  const top = modules.find((module) => module.name === topName);
  const entry = metrics[topName];
  const timing = isObject(entry) && isObject(entry['Timing']) ? entry['Timing'] : {};
  const period = numberIn(timing['Estimate']);
  const release = typeof value['Version'] === 'string' ? (/20\d\d\.\d/.exec(value['Version'])?.[0] ?? NONE) : NONE;
  return { modules, top, clock: period === undefined || period === 0 ? NONE : 1000 / period, release };
}

function intervalsIn(element: XmlElement | undefined): number | null {
  let largest: number | null = null;
  for (const loop of element?.children ?? []) {
    const ii = numberIn(xmlPath(loop, 'PipelineII')?.text);
    if (ii !== undefined) largest = Math.max(largest ?? 0, ii);
    const below = intervalsIn(loop);
    if (below !== null) largest = Math.max(largest ?? 0, below);
  }
  return largest;
}

function xmlModule(name: string, module: XmlElement): HlsModule {
  const resources = xmlPath(module, 'AreaEstimates', 'Resources');
  const area = Object.fromEntries((resources?.children ?? []).map((child) => [child.name, child.text]));
  const performance = xmlPath(module, 'PerformanceEstimates');
  const latency = performance && xmlPath(performance, 'SummaryOfOverallLatency', 'Worst-caseLatency');
  return {
    name,
    ...amounts(area),
    cycles: numberIn(latency?.text) ?? NONE,
    ii: intervalsIn(performance && xmlPath(performance, 'SummaryOfLoopLatency')),
  };
}

/** Reads csynth.xml. @throws Error saying what is wrong. */
export function parseCsynthXml(text: string): HlsReport {
  const root = parseXml(text);
  if (root.name !== 'profile') throw new Error(`its first element is <${root.name.slice(0, 50)}>, not <profile>`);
  const name = xmlPath(root, 'UserAssignments', 'TopModelName')?.text ?? xmlPath(root, 'RtlTopModelName')?.text ?? '';
  const top = xmlModule(name, root);
  const modules = (xmlPath(root, 'ModuleInformation')?.children ?? [])
    .filter((child) => child.name === 'Module')
    .map((child) => xmlModule(xmlPath(child, 'Name')?.text ?? '', child))
    .filter((module) => module.name !== '' && module.name !== name);
  requireAmounts([top, ...modules], undefined);
  const period = numberIn(
    xmlPath(root, 'PerformanceEstimates', 'SummaryOfTimingAnalysis', 'EstimatedClockPeriod')?.text,
  );
  const version = xmlPath(root, 'ReportVersion', 'Version')?.text ?? '';
  return {
    modules: [top, ...modules],
    top,
    clock: period === undefined || period === 0 ? NONE : 1000 / period,
    release: /20\d\d\.\d/.exec(version)?.[0] ?? NONE,
  };
}

/** Modules that a C++ function became: its own name, or with what the tool appends for variants and clones. */
export function modulesOf(report: HlsReport, process: string): HlsModule[] {
  const exact = report.modules.filter((module) => module.name === process);
  if (exact.length > 0) return exact;
  const variant = new RegExp(`^${process.replace(/[^\w]/g, '\\$&')}(?:_\\d+|_s|_[a-z0-9_]+_s)$`);
  return report.modules.filter((module) => variant.test(module.name));
}

/** Largest latency in the table of <kernel>_cosim.rpt; null when it says NA. @throws Error when it has no such table. */
export function parseCosim(text: string): number | null {
  const rows = [
    ...text.slice(0, 1 << 20).matchAll(/^\|\s*(?:Verilog|VHDL)\s*\|\s*(?:Pass|Fail|NA)\s*\|([^\n]{1,1000})/gim),
  ];
  if (rows.length === 0) throw new Error('it has no table of co-simulation');
  const cells = rows.flatMap((row) => (row[1] as string).split('|').slice(0, 3));
  const known = cells.map(numberIn).filter((value): value is number => value !== undefined);
  const odd = cells.find((cell) => !/^\s*(?:NA|N\/A|-)?\s*$/.test(cell));
  if (known.length === 0 && odd !== undefined)
    throw new Error(`its table has no latency that can be read, such as "${odd.trim().slice(0, 80)}"`);
  return known.length === 0 ? NONE : Math.max(...known);
}
