import { checkTarget } from '../flow/plan.ts';
import { hardwareOf } from '../hardware.ts';
import { readProject } from '../project.ts';
import { printReport } from '../report/print.ts';
import { makeReport, REPORT_PATH } from '../report/report.ts';
import { COMMON, type CommandEntry, never, text, whole } from './command.ts';

export const REPORT: CommandEntry = {
  help: `node run.mjs report [--target T] [--json]

Reads what the tools and the last run left and holds it against the estimate of
the composer: per instance cycles, II, LUT, FF, DSP, BRAM18, URAM; per kernel
clock and slack; tokens/s and watts. A dash: nobody said it. Writes
${REPORT_PATH}, which the composer imports.

  --target T     build to report on: hw (default), hw_emu, sim, emu
  --clock MHZ    the clock that was built for, when "build --clock" was used
  --platform P   u280 or v80; must be the board that the project is for
  --json         the content of the report
`,
  options: { ...COMMON, platform: { type: 'string' }, target: { type: 'string' }, clock: { type: 'string' } },
  locks: never,
  run: async (root, values) => {
    const project = await readProject(root);
    const hardware = hardwareOf(project, text(values, 'platform'));
    const report = await makeReport(project, hardware, checkTarget(hardware, text(values, 'target')), whole(values, 'clock', 10, 1000));
    return { text: `${printReport(report)}Written to ${REPORT_PATH}.\n`, json: report, code: 0 };
  },
};
