/** Finds and reads the reports of a project's builds. What cannot be read is said and left out. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HardwareReport } from '../../../src/core/models/hardware-report.ts';
import type { BitstreamSpec, HardwareSpec, KernelSpec } from '../../../src/core/models/manifest.ts';
import { messageOf } from '../errors.ts';
import { kernelFolder } from '../flow/v80.ts';
import { bitstreamFile, instanceName, type Target } from '../hardware.ts';
import { expand } from '../steps/explain.ts';
import { type BitstreamInfo, parseLinkSummary, parseSystemMap, parseXclbinInfo } from './bitstream.ts';
import { type HlsReport, parseCosim, parseCsynthXml, parseHlsData } from './hls.ts';
import { MAX_REPORT } from './tables.ts';
import { type CellUse, parseHierarchy, parseKernelUtilisation, parseTiming, type TimingSummary } from './vivado.ts';

export type ReportFile = HardwareReport['files'][number];

/** Reads files by pattern and keeps a list of what was looked at. */
export class ReportReader {
  readonly files: ReportFile[] = [];
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The first file that the patterns name and `parse` understands; undefined when there is none. */
  async first<T>(kind: string, patterns: readonly string[], parse: (text: string) => T): Promise<T | undefined> {
    for (const pattern of patterns) {
      for (const path of await expand(this.root, pattern)) {
        const info = await stat(join(this.root, path)).catch(() => undefined);
        if (info === undefined || !info.isFile()) continue;
        try {
          if (info.size > MAX_REPORT) throw new Error(`it has ${info.size} bytes, more than ${MAX_REPORT}`);
          const result = parse(await readFile(join(this.root, path), 'utf8'));
          this.files.push({ path: path.slice(0, 300), kind, problem: null });
          return result;
        } catch (error) {
          this.files.push({ path: path.slice(0, 300), kind, problem: clean(messageOf(error)) });
        }
      }
    }
    return undefined;
  }
}

function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
}

export interface KernelReports {
  readonly hls: HlsReport | undefined;
  readonly cosimCycles: number | null;
}

export interface BitstreamReports {
  readonly kernels: ReadonlyMap<string, HardwareReport['kernels'][number]['implemented'] & object> | undefined;
  readonly cells: readonly CellUse[] | undefined;
  readonly timing: TimingSummary | undefined;
  readonly info: BitstreamInfo | undefined;
}

/** Reports of C synthesis and co-simulation of a kernel. */
export async function kernelReports(
  reader: ReportReader,
  hardware: HardwareSpec,
  kernel: KernelSpec,
): Promise<KernelReports> {
  // Unified tools: <work>/hls. Classic vitis_hls: <solution>.
  const base = hardware.board === 'u280' ? `build/u280/hls/${kernel.name}` : kernelFolder(hardware.part, kernel.name);
  const works = hardware.board === 'u280' ? [`${base}/component`] : [base];
  const data = works
    .flatMap((work) => [`${work}/hls/hls_data.json`, `${work}/hls_data.json`])
    .concat(`${base}/*/*_data.json`);
  const xml = works.map((work) => `${work}/hls/syn/report/csynth.xml`).concat(`${base}/*/syn/report/csynth.xml`);
  const hls =
    (await reader.first('C synthesis', data, parseHlsData)) ?? (await reader.first('C synthesis', xml, parseCsynthXml));
  const cosim = works
    .map((work) => `${work}/hls/sim/report/${kernel.name}_cosim.rpt`)
    .concat(`${base}/*/sim/report/${kernel.name}_cosim.rpt`);
  return { hls, cosimCycles: (await reader.first('co-simulation', cosim, parseCosim)) ?? null };
}

/** `parse`, and an error when what it found is of none of the bitstream's kernels: such a table yields nothing. */
function ofKernels<T>(
  board: HardwareSpec['board'],
  bitstream: BitstreamSpec,
  parse: (text: string) => T,
  names: (found: T) => Iterable<string>,
): (text: string) => T {
  const own = new Set(bitstream.kernels.map((kernel) => instanceName(board, kernel)));
  return (text) => {
    const found = parse(text);
    for (const name of names(found)) if (own.has(name)) return found;
    throw new Error(`its table has no row of ${[...own].join(' or ')}`);
  };
}

/** Reports of the implementation of a bitstream. */
export async function bitstreamReports(
  reader: ReportReader,
  hardware: HardwareSpec,
  target: Target,
  bitstream: BitstreamSpec,
): Promise<BitstreamReports> {
  const output = bitstreamFile(hardware.board, target, bitstream);
  const hierarchy = ofKernels(hardware.board, bitstream, parseHierarchy, (cells) =>
    cells.flatMap((cell) => cell.path.at(-1) ?? []),
  );
  if (hardware.board === 'v80') {
    const project = `${output}.prj`;
    const named = (name: string): string[] => ['', '/*', '/*/*'].flatMap((below) => [`${project}${below}/${name}`]);
    return {
      kernels: undefined,
      cells: await reader.first('utilisation', named('report_utilization_*.txt'), hierarchy),
      timing: await reader.first('timing', named('report_timing_*.txt'), parseTiming),
      info: await reader.first('system map', named('system_map.xml'), parseSystemMap),
    };
  }
  const folder = `build/u280/${target}/${bitstream.name}`;
  const reports = [`${folder}/_x/reports/link/imp`, `${folder}/_x/reports/link`];
  const summary = await reader.first('link summary', [`${folder}/*.link_summary`], parseLinkSummary);
  // Where the link summary names a report, its path is of the machine that linked; the file name is what counts.
  const listed = (summary?.reports ?? [])
    .filter((report) => /KERNEL_UTILIZATION_ROUTE/.test(report.type))
    .map((report) => `${reports[0]}/${report.path.split('/').pop()}`);
  const inReports = (...names: string[]): string[] => names.flatMap((name) => reports.map((path) => `${path}/${name}`));
  return {
    kernels: await reader.first(
      'kernel utilisation',
      [...listed, ...inReports('*kernel_util_routed.rpt', '*kernel_util_placed.rpt', '*kernel_util_synthed.rpt')],
      ofKernels(hardware.board, bitstream, parseKernelUtilisation, (found) => found.keys()),
    ),
    cells: await reader.first(
      'hierarchical utilisation',
      [`${folder}/hierarchy/hierarchical_util_routed.rpt`],
      hierarchy,
    ),
    timing: await reader.first(
      'timing',
      inReports('*timing_summary_postroute_physopted.rpt', '*timing_summary_routed.rpt'),
      parseTiming,
    ),
    info: await reader.first('bitstream', [`${output}.info`, `${folder}/*.xclbin.info`], parseXclbinInfo),
  };
}
