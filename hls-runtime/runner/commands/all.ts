/** `all`: from nothing to tokens from the card. */
import { writeTextAtomically } from '../cleanup.ts';
import { csim } from '../csim.ts';
import { type Check, formatChecks, healthy } from '../doctor.ts';
import { StepError } from '../errors.ts';
import { buildSteps, checkTarget, hostStep, synthSteps } from '../flow/plan.ts';
import { boardHardware } from '../hardware.ts';
import type { Plan } from '../flow/context.ts';
import { pack, packPaths, withLastPack } from '../pack.ts';
import { readProject } from '../project.ts';
import { shellLine } from '../quote.ts';
import { printReport } from '../report/print.ts';
import { makeReport, REPORT_PATH } from '../report/report.ts';
import { modelFolder, printRun, runOnCard } from '../run.ts';
import { printSteps, runSteps, type StepOutcome } from '../steps/engine.ts';
import { EMPTY_STEP, type Step } from '../steps/step.ts';
import { boardChecks } from '../tools/board-checks.ts';
import { boardTitle } from '../tools/releases.ts';
import { planOf, preamble } from './build.ts';
import { BUILD, type CommandEntry, type Outcome, PACK, speaker, text, unlessDry, type Values } from './command.ts';
import { RUN_OPTIONS, runOptions, runSummary } from './run.ts';

/** Tokens of the self-check by C-simulation: enough to pass through both kernels. */
const CHECK_TOKENS = 2;
const CHECK_PROMPT = 'Hello';

function option(values: Values, name: string): string[] {
  const value = text(values, name);
  return value === undefined ? [] : [`--${name}`, value];
}

function packStep(plan: Plan, values: Values): Step {
  const args = [...option(values, 'model'), ...option(values, 'calibrate'), ...option(values, 'memory')];
  return {
    ...EMPTY_STEP,
    id: 'pack',
    title: 'Memory images',
    kind: 'pack',
    equivalent: shellLine('node', [`${plan.project.root}/run.mjs`, 'pack', ...args]),
  };
}

/** A few tokens through the C-simulation: that it completes, nothing more. */
function csimStep(plan: Plan, values: Values): Step {
  const { manifest, root } = plan.project;
  const record = 'build/csim-check.json';
  const options = {
    prompt: CHECK_PROMPT,
    model: text(values, 'model'),
    tokens: CHECK_TOKENS,
    temperature: 0,
    topK: undefined,
    seed: 0,
  };
  return {
    ...EMPTY_STEP,
    id: 'csim',
    title: 'Self-check by C-simulation',
    kind: 'csim',
    inputs: [
      'manifest.json',
      'build/pack.json',
      ...manifest.csim.sources,
      ...manifest.csim.includes,
      ...manifest.csim.fallbackIncludes,
    ],
    outputs: [record],
    equivalent: shellLine('node', [
      `${root}/run.mjs`,
      'csim',
      '--prompt',
      CHECK_PROMPT,
      '--tokens',
      String(CHECK_TOKENS),
      ...option(values, 'model'),
    ]),
    work: async (log) => {
      const result = await csim(plan.project, options, {
        onText: (piece) => log(piece),
        onPacked: () => undefined,
        onCompiled: () => undefined,
      });
      if (result.ids.length === 0 && manifest.model.eos.length === 0)
        throw new StepError('The C-simulation generated no token; report the design.');
      await writeTextAtomically(`${root}/${record}`, `${JSON.stringify({ ids: result.ids, cycles: result.cycles })}\n`);
    },
  };
}

/** The board's part of `doctor`, before hours are spent. @throws StepError with what is missing or wrong. */
async function requireBoard(root: string, values: Values): Promise<void> {
  const project = await readProject(root);
  const hardware = boardHardware(project, text(values, 'platform'));
  const checks: readonly Check[] = await boardChecks(root, hardware, checkTarget(hardware, text(values, 'target')));
  if (healthy(checks)) return;
  const bad = checks.filter((check) => check.status !== 'ok');
  const alone = bad.every((check) => check.optional === true || /: (?:Card|XRT driver|Shell)/.test(check.name));
  const hint = alone ? ' "node run.mjs build" needs no card: build here, run on the machine that has one.' : '';
  throw new StepError(
    `Something that "all" needs is missing or wrong; the lines below say what and how to mend it.${hint}`,
    formatChecks(bad).trimEnd(),
    { checks },
  );
}

async function script(plan: Plan, values: Values, remark: string | undefined): Promise<Outcome> {
  const { root } = plan.project;
  const self = `${root}/run.mjs`;
  const target = plan.options.target === 'hw' ? [] : ['--target', plan.options.target];
  const steps = [
    packStep(plan, values),
    ...(values['skip-csim'] === true ? [] : [csimStep(plan, values)]),
    ...(await synthSteps(plan)),
    ...(await buildSteps(plan)),
    hostStep(plan),
  ];
  const lines = [
    `${preamble(plan, remark)}# Tools and card`,
    shellLine('node', [self, 'doctor', '--platform', plan.hardware.board, ...target]),
    '',
    printSteps(root, steps),
    await printRun(plan.project, plan.hardware, runOptions(values, plan.options.target)),
    '# Report',
    shellLine('node', [self, 'report', ...target]),
    '',
  ];
  const printed = lines.join('\n');
  return { text: printed, json: { remark: remark ?? null, script: printed }, code: 0 };
}

async function everything(plan: Plan, values: Values): Promise<Outcome> {
  const { project, hardware } = plan;
  const say = speaker(values);
  const quiet = values.json === true;
  const options = runOptions(values, plan.options.target);
  say(`Tools${plan.options.target === 'hw' ? ' and card' : ''} for the ${boardTitle(hardware.board)}: ok.`);
  const packed = await pack(
    project,
    await withLastPack(project, {
      model: text(values, 'model'),
      calibrate: text(values, 'calibrate'),
      memory: text(values, 'memory'),
    }),
  );
  say(
    packed.packed
      ? `Memory images: packed in ${packed.seconds.toFixed(1)} s to ${packPaths(project.root).images}.`
      : 'Memory images: unchanged, skipped.',
  );
  const steps = [
    ...(values['skip-csim'] === true ? [] : [csimStep(plan, values)]),
    ...(await synthSteps(plan)),
    ...(await buildSteps(plan)),
    hostStep(plan),
  ];
  const outcomes: StepOutcome[] = await runSteps({ root: project.root, board: hardware.board, say }, steps);
  if (!quiet && options.promptFile === undefined) process.stdout.write(options.prompt);
  const run = await runOnCard(project, hardware, await modelFolder(project, text(values, 'model')), options, {
    onText: (piece) => {
      if (!quiet) process.stdout.write(piece);
    },
  });
  const report = await makeReport(project, hardware, plan.options.target);
  return {
    text: `\n${runSummary(run)}\n${printReport(report)}Written to ${REPORT_PATH}.\n`,
    json: { packed: packed.packed, steps: outcomes, run, report },
    code: 0,
  };
}

export const ALL: CommandEntry = {
  help: `node run.mjs all [--prompt TEXT] [options]

Everything: checks tools and card, packs the weights, a short C-simulation as a
self-check, synthesis, bitstreams, host program, a run on the card, report.
What is done and did not change is skipped, so "all" again resumes where it
stopped. Hardware takes hours.

  --target T     hw (default), hw_emu (U280), sim or emu (V80)
  --jobs N       parallel jobs of the tools (default: theirs)
  --clock MHZ    kernel clock instead of the one of the design
  --skip-csim    leave the self-check out (it is slow for large models)
  --platform P   u280 or v80; must be the board that the project is for
  --prompt, --tokens, --temperature, --top-k, --seed, --device, --chunk
                 as for run
  --model DIR, --calibrate FILE, --memory FILE   as for pack
  --dry-run      print all commands for a shell, run nothing
  --json         {"steps", "run", "report"}
`,
  options: { ...BUILD, ...PACK, ...RUN_OPTIONS, 'skip-csim': { type: 'boolean' } },
  locks: unlessDry,
  run: async (root, values) => {
    if (values['dry-run'] !== true) await requireBoard(root, values);
    const { plan, remark } = await planOf(root, values);
    return values['dry-run'] === true ? script(plan, values, remark) : everything(plan, values);
  },
};
