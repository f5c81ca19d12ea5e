/** `synth`, `cosim`, `build`, `host`: steps of the vendor's tools. */
import type { Plan } from '../flow/context.ts';
import { buildSteps, checkTarget, cosimSteps, hostStep, makePlan, synthSteps } from '../flow/plan.ts';
import { bitstreamFile, boardHardware } from '../hardware.ts';
import { readProject } from '../project.ts';
import { shellLine } from '../quote.ts';
import { printSteps, runSteps, type StepOutcome } from '../steps/engine.ts';
import type { Step } from '../steps/step.ts';
import { BUILD, type CommandEntry, type Outcome, speaker, text, unlessDry, type Values, whole } from './command.ts';

/** The plan that the options of a build describe. */
export async function planOf(
  root: string,
  values: Values,
): Promise<{ readonly plan: Plan; readonly remark: string | undefined }> {
  const project = await readProject(root);
  const hardware = boardHardware(project, text(values, 'platform'));
  const options = {
    target: checkTarget(hardware, text(values, 'target')),
    jobs: whole(values, 'jobs', 1, 256),
    clock: whole(values, 'clock', 10, 1000),
  };
  return makePlan(project, hardware, options, values['dry-run'] === true);
}

/** What a shell needs before the commands of a dry run: remark and environment. */
export function preamble({ vitis }: Plan, remark: string | undefined): string {
  const lines = [
    ...(remark === undefined ? [] : [`# ${remark}`]),
    ...(vitis.settings === undefined ? [] : [shellLine('source', [vitis.settings])]),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
}

function outcomeText(outcomes: readonly StepOutcome[], made: readonly string[]): string {
  const done = outcomes.filter((outcome) => outcome.status === 'done').length;
  const said = `${done} of ${outcomes.length} steps done, ${outcomes.length - done} unchanged.`;
  return [said, ...made.map((path) => `  ${path}`), ''].join('\n');
}

async function perform(
  root: string,
  values: Values,
  steps: (plan: Plan) => Promise<readonly Step[]>,
  made: (plan: Plan) => readonly string[],
): Promise<Outcome> {
  const { plan, remark } = await planOf(root, values);
  const planned = await steps(plan);
  const { root: dir } = plan.project;
  if (values['dry-run'] === true) {
    const script = preamble(plan, remark) + printSteps(dir, planned);
    return { text: script, json: { remark: remark ?? null, script }, code: 0 };
  }
  const outcomes = await runSteps({ root: dir, board: plan.hardware.board, say: speaker(values) }, planned);
  return { text: outcomeText(outcomes, made(plan)), json: { steps: outcomes, made: made(plan) }, code: 0 };
}

const OPTIONS_HELP = `  --platform P   u280 or v80; must be the board that the project is for
  --jobs N       parallel jobs of the tools (default: theirs)
  --clock MHZ    kernel clock instead of the one of the design
  --dry-run      print the commands for a shell, run nothing
  --json         {"steps": [{"id", "title", "status", "seconds", "log"}]}

A step whose files and settings did not change is skipped. Each has its log in
build/logs; what a failed or stopped step left is removed before the next try.
`;

export const SYNTH: CommandEntry = {
  help: `node run.mjs synth [--clock MHZ] [--dry-run] [--json]

C synthesis of every kernel: C++ to Verilog, packed as .xo (U280) or as IP
(V80). Takes minutes per kernel. Needs Vitis; "doctor --platform ..." checks.

${OPTIONS_HELP}`,
  options: BUILD,
  locks: unlessDry,
  run: (root, values) =>
    perform(root, values, synthSteps, ({ hardware }) =>
      hardware.kernels.map((kernel) =>
        hardware.board === 'u280' ? `build/u280/xo/${kernel.name}.xo` : `build/v80/hls: ${kernel.name}`,
      ),
    ),
};

export const COSIM: CommandEntry = {
  help: `node run.mjs cosim [--kernel NAME] [--dry-run] [--json]

RTL co-simulation of the kernels against the test bench, after synthesis. Takes
hours for all but the smallest models. For the U280, stages not split over SLRs.

  --kernel NAME  only this one
${OPTIONS_HELP}`,
  options: { ...BUILD, kernel: { type: 'string' } },
  locks: unlessDry,
  run: (root, values) =>
    perform(
      root,
      values,
      async (plan) => [...(await synthSteps(plan)), ...(await cosimSteps(plan, text(values, 'kernel')))],
      () => [],
    ),
};

/** The host program, unless this machine builds for another one that has the card and XRT. */
function hostIfPossible(plan: Plan, values: Values): Step[] {
  if (plan.hardware.board === 'v80' || plan.xrt !== undefined || values['dry-run'] === true) return [hostStep(plan)];
  speaker(values)(
    'XRT is not on this machine: the host program is left out; run "node run.mjs host" on the one with the card.',
  );
  return [];
}

export const BUILD_COMMAND: CommandEntry = {
  help: `node run.mjs build [--target T] [--jobs N] [--clock MHZ] [--dry-run] [--json]

Synthesis, then one bitstream for every entry of the project, then the host
program. For hardware this takes hours, 64 GB of memory and 100 GB of disk.
Needs no card; a U280 project needs no XRT either, but then run "host" later.

  --target T     hw (default), hw_emu (U280), sim or emu (V80)
${OPTIONS_HELP}
Examples:
  node run.mjs build --target hw_emu
  node run.mjs build --jobs 8 --clock 250
`,
  options: BUILD,
  locks: unlessDry,
  run: (root, values) =>
    perform(
      root,
      values,
      async (plan) => [...(await synthSteps(plan)), ...(await buildSteps(plan)), ...hostIfPossible(plan, values)],
      ({ hardware, options }) =>
        hardware.bitstreams.map((bitstream) => bitstreamFile(hardware.board, options.target, bitstream)),
    ),
};

export const HOST: CommandEntry = {
  help: `node run.mjs host [--dry-run] [--json]

Compiles the host program alone: with g++ against XRT (U280), through CMake
against VRT (V80). "build" does it too.

${OPTIONS_HELP}`,
  options: BUILD,
  locks: unlessDry,
  run: (root, values) =>
    perform(
      root,
      values,
      async (plan) => [...(plan.hardware.board === 'v80' ? (await synthSteps(plan)).slice(0, 1) : []), hostStep(plan)],
      ({ hardware }) => [`build/${hardware.board}/host/host`],
    ),
};
