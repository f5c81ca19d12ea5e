/** `report`: reads what the tools left, joins it with the estimate, writes build/report.json. */
import { join } from 'node:path';
import { type HardwareReport, parseHardwareReport } from '../../../src/core/models/hardware-report.ts';
import type { HardwareSpec } from '../../../src/core/models/manifest.ts';
import { writeTextAtomically } from '../cleanup.ts';
import { fileProblem } from '../errors.ts';
import { linkStepId, type Target } from '../hardware.ts';
import { readRun } from '../run-record.ts';
import type { Project } from '../project.ts';
import { isObject } from '../shapes.ts';
import { readRecord } from '../steps/record.ts';
import { bitstreamReports, type BitstreamReports, kernelReports, type KernelReports, ReportReader } from './gather.ts';
import { joinReport } from './join.ts';

/** Where the report goes, relative to the project. */
export const REPORT_PATH = 'build/report.json';

/** Clocks in MHz that the bitstreams were built for, by name: `build --clock` may have changed them. */
async function builtClocks(project: Project, hardware: HardwareSpec, target: Target): Promise<Map<string, number>> {
  const clocks = new Map<string, number>();
  for (const { name, clock } of hardware.bitstreams) {
    const record = await readRecord(project.root, linkStepId(hardware.board, name, target));
    const built = isObject(record?.settings) ? record.settings['clock'] : undefined;
    clocks.set(name, typeof built === 'number' && built > 0 ? built : clock);
  }
  return clocks;
}

/** Reads all reports of the project and writes the joined one. */
export async function makeReport(project: Project, hardware: HardwareSpec, target: Target): Promise<HardwareReport> {
  const reader = new ReportReader(project.root);
  const kernels = new Map<string, KernelReports>();
  for (const kernel of hardware.kernels) kernels.set(kernel.name, await kernelReports(reader, hardware, kernel));
  const bitstreams = new Map<string, BitstreamReports>();
  for (const bitstream of hardware.bitstreams)
    bitstreams.set(bitstream.name, await bitstreamReports(reader, hardware, target, bitstream));
  const run = await reader.first('run', ['build/run.json'], readRun);
  const report = joinReport(
    hardware,
    project.manifest.design,
    target,
    { kernels, bitstreams },
    run,
    reader.files,
    new Date().toISOString(),
    await builtClocks(project, hardware, target),
  );
  const text = `${JSON.stringify(report, null, 1)}\n`;
  // What the app would refuse is not written.
  parseHardwareReport(text);
  const path = join(project.root, REPORT_PATH);
  await writeTextAtomically(path, text).catch((error: unknown) => {
    throw fileProblem(error, path) ?? error;
  });
  return report;
}
