/** Asks the vendor's tools about the assumptions, one micro-kernel each, and keeps the answers in a file. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  parseProbeResult,
  PROBE_VERSION,
  type ProbeAnswer,
  type ProbeResult,
} from '../../../src/core/models/probe-result.ts';
import { ASSUMPTIONS, type Assumption, type AssumptionId } from '../../../src/core/targets/assumptions.ts';
import { writeTextAtomically } from '../cleanup.ts';
import { CXX_FLAGS, findCompiler } from '../compile.ts';
import { InputError, messageOf, StepError } from '../errors.ts';
import type { Plan } from '../flow/context.ts';
import { MACHINE_ERRORS } from '../known/machine.ts';
import { runProcess } from '../process.ts';
import type { Project } from '../project.ts';
import { parseCsynthXml } from '../report/hls.ts';
import { logPath, runSteps } from '../steps/engine.ts';
import { cosimStatus, judge, type Verdict } from './judge.ts';
import { clockOf, probeSteps, reportsOf } from './plan.ts';
import { PROBE_FOLDER, probeSources } from './sources.ts';

/** Where the answers go when nothing else is said. */
export const PROBE_PATH = 'build/probe.json';

/** The assumptions of a list of ids. @throws InputError for an id that there is not. */
export function chosenAssumptions(only: string | undefined): readonly Assumption[] {
  if (only === undefined) return ASSUMPTIONS;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ASSUMPTIONS.some(({ id }) => id === name));
  if (unknown !== undefined)
    throw new InputError(
      `--only names "${unknown}", but the assumptions are ${ASSUMPTIONS.map(({ id }) => id).join(', ')}.`,
    );
  return ASSUMPTIONS.filter(({ id }) => names.includes(id));
}

/** Writes the micro-kernels and the headers that they include below build/probe. */
export async function writeSources(root: string): Promise<void> {
  for (const { path, text } of probeSources()) {
    const file = join(root, PROBE_FOLDER, path);
    // What is as it was keeps its time, so that nothing is hashed anew.
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** A text as a line of the result. */
const oneLine = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 500);

const unanswered = ({ id, shows }: Assumption, seen = 'not tried'): ProbeAnswer => ({
  id,
  status: 'not run',
  expected: shows,
  seen,
  seconds: 0,
  log: null,
});

/** Answers of before that still count: of the same tools, card and clock. */
async function answersBefore(path: string, now: ProbeResult): Promise<readonly ProbeAnswer[]> {
  try {
    const before = parseProbeResult(await readFile(path, 'utf8'));
    const same = before.release === now.release && before.part === now.part && before.clock === now.clock;
    return same ? before.assumptions : [];
  } catch {
    return [];
  }
}

async function verdictOf(root: string, assumption: Assumption, clock: number): Promise<Verdict> {
  const { synthesis, summary, cosim } = reportsOf(assumption);
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  try {
    return judge(assumption.id, {
      hls: parseCsynthXml(await read(synthesis)),
      summary: await read(summary),
      cosim: cosimStatus(await read(cosim)),
      clock,
    });
  } catch (error) {
    return { held: false, seen: `the reports cannot be read: ${messageOf(error)}` };
  }
}

/** Why a failed step says nothing about an assumption: the machine was at fault, or time ran out. */
function noAnswer({ details, message }: StepError): { readonly reason: string; readonly all: boolean } | undefined {
  if (details['stopped'] === true) return { reason: message, all: false };
  const known = MACHINE_ERRORS.find(({ id }) => id === details['known']);
  return known && { reason: known.explanation, all: true };
}

export interface ProbeOptions {
  readonly only: readonly Assumption[];
  readonly out: string;
  /** Seconds that each command may take. */
  readonly limit: number;
  readonly say: (line: string) => void;
}

/**
 * Runs the micro-kernels. The file is valid from the start and after every answer, so that an interruption leaves what was
 * answered by then.
 */
export async function probe(plan: Plan, options: ProbeOptions): Promise<ProbeResult> {
  const { root } = plan.project;
  const { say } = options;
  const clock = clockOf(plan);
  const asked = new Set<AssumptionId>(options.only.map(({ id }) => id));
  const head = {
    format: 'flexllm-probe',
    version: PROBE_VERSION,
    board: plan.hardware.board,
    part: plan.hardware.part,
    release: plan.vitis.release,
    clock,
  } as const;
  const answers = new Map<AssumptionId, ProbeAnswer>(ASSUMPTIONS.map((one) => [one.id, unanswered(one)]));
  const result = (): ProbeResult => ({
    ...head,
    created: new Date().toISOString(),
    assumptions: ASSUMPTIONS.map(({ id }) => answers.get(id) as ProbeAnswer),
  });
  for (const answer of await answersBefore(options.out, result()))
    if (!asked.has(answer.id)) answers.set(answer.id, answer);
  const save = (): Promise<void> => writeTextAtomically(options.out, `${JSON.stringify(result(), null, 1)}\n`);
  await writeSources(root);
  await save();
  for (const [index, assumption] of options.only.entries()) {
    const { id, title, shows } = assumption;
    const started = Date.now();
    say(`(${index + 1}/${options.only.length}) ${title}.`);
    const done = async (status: ProbeAnswer['status'], seen: string): Promise<void> => {
      const seconds = Math.round((Date.now() - started) / 100) / 10;
      answers.set(id, { id, status, expected: shows, seen: oneLine(seen), seconds, log: logPath(`probe-${id}`) });
      say(`  ${status}: ${oneLine(seen)}`);
      await save();
    };
    try {
      await runSteps({ root, board: plan.hardware.board, say }, await probeSteps(plan, assumption, options.limit));
      const { held, seen } = await verdictOf(root, assumption, clock);
      await done(held ? 'held' : 'failed', seen);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      const none = noAnswer(error);
      await done(none ? 'not run' : 'failed', none?.reason ?? String(error.details['line'] ?? error.message));
      if (none?.all !== true) continue;
      for (const other of options.only.slice(index + 1)) answers.set(other.id, unanswered(other, none.reason));
      await save();
      say(error.log);
      break;
    }
  }
  return result();
}

export interface CsimAnswer {
  readonly id: AssumptionId;
  readonly ok: boolean;
  readonly output: string;
}

/** Compiles and runs micro-kernels and test benches as C-simulation: without tools, to see that they are right. */
export async function probeCsim(
  project: Project,
  only: readonly Assumption[],
  cxx: string | undefined,
): Promise<CsimAnswer[]> {
  const compiler = await findCompiler(cxx);
  if (compiler === undefined)
    throw new StepError(
      'Neither g++ nor clang++ was found; install one of them, for example with "apt-get install g++".',
    );
  await writeSources(project.root);
  const cwd = join(project.root, PROBE_FOLDER);
  await mkdir(join(cwd, 'csim'), { recursive: true });
  const fallbacks = project.manifest.csim.fallbackIncludes.flatMap((path) => ['-idirafter', join(project.root, path)]);
  const answers: CsimAnswer[] = [];
  for (const { id } of only) {
    const sources = [`src/${id}.cpp`, `src/${id}_tb.cpp`];
    const flags = [...CXX_FLAGS, '-Iinclude', '-Isrc', ...fallbacks];
    const compiled = await runProcess(compiler.program, [...flags, ...sources, '-o', `csim/${id}`], { cwd });
    const ran = compiled.code === 0 ? await runProcess(join(cwd, 'csim', id), [], { cwd }) : compiled;
    answers.push({ id, ok: ran.code === 0, output: ran.stderr.trim().split('\n').slice(0, 20).join('\n') });
  }
  return answers;
}
