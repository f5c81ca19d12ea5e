/** `probe`: what of the assumptions holds with the tools that are here. */
import { resolve } from 'node:path';
import type { ProbeResult } from '../../../src/core/models/probe-result.ts';
import type { Assumption } from '../../../src/core/targets/assumptions.ts';
import { NotRun, StepError } from '../errors.ts';
import type { Plan } from '../flow/context.ts';
import { probeSteps } from '../probe/plan.ts';
import { chosenAssumptions, PROBE_PATH, probe, probeCsim, writeSources } from '../probe/probe.ts';
import { PROBE_FOLDER } from '../probe/sources.ts';
import { readProject } from '../project.ts';
import { shellLine } from '../quote.ts';
import { printSteps } from '../steps/engine.ts';
import { planOf, preamble } from './build.ts';
import { COMMON, type CommandEntry, type Outcome, speaker, text, type Values, whole } from './command.ts';

/** Seconds that a command of the tools may take: co-simulation of the largest kernel takes a few minutes. */
const LIMIT = 1800;

const limitOf = (values: Values): number => whole(values, 'limit', 1, 86_400) ?? LIMIT;

async function dryRun(plan: Plan, only: readonly Assumption[], values: Values, remark: string | undefined) {
  const { root } = plan.project;
  const out = text(values, 'out') ?? PROBE_PATH;
  const parts: string[] = [];
  for (const [index, assumption] of only.entries()) {
    const { title, why, shows, without } = assumption;
    parts.push(
      [
        `# ${index + 1}. ${title}.`,
        `# Why: ${why}`,
        `# Must show: ${shows}. Else: ${without}`,
        printSteps(root, await probeSteps(plan, assumption, limitOf(values))).trimEnd(),
      ].join('\n'),
    );
  }
  const script = `${preamble(plan, remark)}# Micro-kernels, test benches and headers, to ${PROBE_FOLDER}/src and ${PROBE_FOLDER}/include
${shellLine('node', [`${root}/run.mjs`, 'probe', '--write'])}

${parts.join('\n\n')}

# The reports in ${PROBE_FOLDER}/reports are read, and the answers written to ${out}.
`;
  return { text: script, json: { remark: remark ?? null, script }, code: 0 };
}

const count = (result: ProbeResult, ids: ReadonlySet<string>, status: string): number =>
  result.assumptions.filter((answer) => ids.has(answer.id) && answer.status === status).length;

function summary(result: ProbeResult, only: readonly Assumption[], out: string): Outcome {
  const ids = new Set<string>(only.map(({ id }) => id));
  const [held, failed, open] = ['held', 'failed', 'not run'].map((status) => count(result, ids, status)) as [
    number,
    number,
    number,
  ];
  const lines = result.assumptions
    .filter(({ id }) => ids.has(id))
    .map(({ id, status, seen }) => `${status.padEnd(8)} ${id.padEnd(16)} ${seen}`);
  const next = 'Open it in the app, or: composer set DESIGN probe=FILE --out DESIGN';
  return {
    text: `${lines.join('\n')}\n${held} held, ${failed} failed, ${open} not run; written to ${out}.\n${next}\n`,
    json: result,
    code: failed > 0 ? 1 : open > 0 ? 3 : 0,
  };
}

async function simulate(root: string, only: readonly Assumption[], values: Values): Promise<Outcome> {
  const answers = await probeCsim(await readProject(root), only, text(values, 'cxx'));
  const wrong = answers.filter(({ ok }) => !ok);
  const lines = answers.map(({ id, ok, output }) => `${ok ? 'ok    ' : 'failed'} ${id}${ok ? '' : `\n${output}`}`);
  return {
    text: `${lines.join('\n')}\n${answers.length - wrong.length} of ${answers.length} right in C-simulation.\n`,
    json: { answers },
    code: wrong.length > 0 ? 1 : 0,
  };
}

/** The plan; without tools nothing can be asked, which is another exit code than an assumption that fails. */
async function planned(root: string, values: Values): Promise<Awaited<ReturnType<typeof planOf>>> {
  return planOf(root, values).catch((error: unknown) => {
    throw error instanceof StepError ? new NotRun(error.message, error.log, error.details) : error;
  });
}

export const PROBE: CommandEntry = {
  help: `node run.mjs probe [--only NAMES] [--out FILE] [--dry-run] [--json]

Asks the tools about everything that designs rest on and that only they can
confirm: a micro-kernel for each, synthesised and co-simulated, a minute or two
each. Writes for each held, failed or not run, with what was seen. Opened in
the app, the answers change the design where another form exists. Needs Vitis,
no card. What is answered and did not change is not asked again.

  --only A,B     only these; the answers to the others stay
  --out FILE     where the answers go (default: build/probe.json)
  --limit S      seconds that a command may take (default: ${LIMIT})
  --clock MHZ    clock to ask for (default: the fastest of the design)
  --platform P   u280 or v80; must be the board that the project is for
  --csim         only C-simulation with g++ or clang++ (--cxx), without tools
  --write        only write the micro-kernels to build/probe
  --dry-run      print for each what it asks and the commands, run nothing
  --json         the result; with --csim {"answers": [{"id", "ok", "output"}]}

Exit codes: 0 all held, 1 one failed, 3 none failed but some were not run, or
the tools are missing.
`,
  options: {
    ...COMMON,
    platform: { type: 'string' },
    clock: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' },
    limit: { type: 'string' },
    cxx: { type: 'string' },
    csim: { type: 'boolean' },
    write: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  // A script of the dry run writes sources while nothing else works on them.
  locks: (values) => values['dry-run'] !== true && values['write'] !== true,
  run: async (root, values) => {
    const only = chosenAssumptions(text(values, 'only'));
    if (values['write'] === true) {
      await writeSources((await readProject(root)).root);
      return { text: `Wrote ${PROBE_FOLDER}.\n`, json: { written: PROBE_FOLDER }, code: 0 };
    }
    if (values['csim'] === true) return simulate(root, only, values);
    const { plan, remark } = await planned(root, values);
    if (values['dry-run'] === true) return dryRun(plan, only, values, remark);
    const out = text(values, 'out');
    const file = resolve(out === undefined ? root : process.cwd(), out ?? PROBE_PATH);
    const result = await probe(plan, { only, out: file, limit: limitOf(values), say: speaker(values) });
    return summary(result, only, out ?? PROBE_PATH);
  },
};
