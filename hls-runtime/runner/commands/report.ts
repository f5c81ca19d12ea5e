import { checkTarget, hierarchySteps } from '../flow/plan.ts';
import { boardHardware } from '../hardware.ts';
import { readProject } from '../project.ts';
import { printReport } from '../report/print.ts';
import { makeReport, REPORT_PATH } from '../report/report.ts';
import { runSteps } from '../steps/engine.ts';
import { planOf } from './build.ts';
import { COMMON, type CommandEntry, speaker, text } from './command.ts';

export const REPORT: CommandEntry = {
  help: `node run.mjs report [--target T] [--hierarchy] [--json]

Reads what the tools and the last run left and holds it against the estimate of
the composer: per instance cycles, II, LUT, FF, DSP, BRAM18, URAM; per kernel
clock and slack; tokens/s and watts. A dash: nobody said it. Writes
${REPORT_PATH}, which the composer imports.

  --target T     build to report on: hw (default), hw_emu, sim, emu
  --hierarchy    U280: let Vivado report the routed design by instance first
                 (the linker reports by kernel only; takes minutes)
  --platform P   u280 or v80; must be the board that the project is for
  --json         the content of the report
`,
  options: { ...COMMON, platform: { type: 'string' }, target: { type: 'string' }, hierarchy: { type: 'boolean' } },
  locks: (values) => values['hierarchy'] === true,
  run: async (root, values) => {
    const project = await readProject(root);
    const hardware = boardHardware(project, text(values, 'platform'));
    const target = checkTarget(hardware, text(values, 'target'));
    if (values['hierarchy'] === true) {
      const { plan } = await planOf(root, values);
      await runSteps({ root, board: hardware.board, say: speaker(values) }, hierarchySteps(plan));
    }
    const report = await makeReport(project, hardware, target);
    return { text: `${printReport(report)}Written to ${REPORT_PATH}.\n`, json: report, code: 0 };
  },
};
