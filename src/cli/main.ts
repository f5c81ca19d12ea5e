import { parseArgs } from 'node:util';
import type { Design, StageName } from '../core/design/types.ts';
import { FindingError } from '../core/diagnostics/diagnostic.ts';
import { banksOf } from '../core/estimate/stage/banks.ts';
import { generateProject } from '../core/generate/project.ts';
import { RECIPES, recipeByName, recipeNote } from '../core/models/recipe.ts';
import { SAMPLE_MODELS } from '../core/models/samples.ts';
import { analyze } from '../core/schedule/analyze.ts';
import type { DesignAnalysis } from '../core/schedule/types.ts';
import { TARGETS, targetById } from '../core/targets/targets.ts';
import { decodeStart } from '../core/estimate/pass/runs.ts';
import { assign } from '../core/edit/assignments.ts';
import { applyEdit, isRefused } from '../core/edit/edit.ts';
import { initialSegments, setSegments } from '../core/edit/settings.ts';
import { defaultStyle } from '../core/edit/default-style.ts';
import { composeDesign } from '../core/templates/compose.ts';
import { TEMPLATE_STYLES, type TemplateStyle } from '../core/templates/llama.ts';
import { SAMPLES } from '../core/templates/samples.ts';
import { projectAssets } from './assets.ts';
import { InputError } from './errors.ts';
import { estimateDesign } from './estimate.ts';
import { describeProblem, designText, loadDesign, loadModel } from './input.ts';
import { describePasses } from './passes.ts';
import { setDesign } from './set.ts';
import { writeProject, writeWhole } from './output.ts';

const HELP = `FlexLLM Composer: compose LLM accelerators and export HLS projects.

composer designs                       list the sample designs
composer models                        list the models that are known by name
composer new --model NAME-OR-DIR --target u280|v80 --recipe RECIPE --out FILE
             [--style spatial|hybrid|temporal|fast] [--prefill STYLE] [--decode STYLE]
             [--prompt N] [--context N] [--hmt SEGMENT,SUMMARY,RECALL[,MEMORIES][,projections]]
             [--name NAME]
                                       compose a design from a template, fast where that fits; DIR holds a Hugging
                                       Face config.json; with --hmt, or --hmt auto, prefill reads texts of any length in
                                       segments with a memory of them
composer check DESIGN                  list what is wrong with a design
composer estimate DESIGN [--prompt N] [--generate N] [--clock-prefill MHZ] [--clock-decode MHZ]
                                       time, resources, memory and energy of a workload
composer passes DESIGN                 the schedule, pass by pass: cycles, how busy the memory is, and what limits each
composer set DESIGN WHAT=VALUE [...] [--repair] --out FILE
                                       change parameters and settings; --repair changes what else has to change.
                                       WHAT: decode.linear_all.wp, cachePorts, clocks.decode, recipe, normalise, target, ...;
                                       probe=FILE follows what "node run.mjs probe" found out, probe=none forgets it
composer export DESIGN --out DIR-OR-ZIP
                                       write the complete HLS project; replaces an export that is there, keeps its build/

DESIGN is a file, or the name of a sample design. Recipes: ${RECIPES.map((recipe) => recipe.name).join(', ')}.
--json prints one JSON object. Exit codes: 0 fine, 1 internal failure, 2 something wrong with the input.
Example: composer export moby-u280 --out moby.zip
`;

interface Output {
  /** For people. */
  readonly text: string;
  /** For programs (--json). */
  readonly data: unknown;
  readonly code?: number;
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function required(options: Options, name: string, hint: string): string {
  const value = text(options, name);
  if (value === undefined || value === '') throw new InputError(`--${name} is missing; ${hint}.`);
  return value;
}

function whole(options: Options, name: string, otherwise: number): number {
  const value = text(options, name);
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 16777216)
    throw new InputError(`--${name} must be a whole number from 1, not '${value}'.`);
  return number;
}

function megahertz(options: Options, name: string, otherwise: number): number {
  const value = text(options, name);
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!(number >= 10 && number <= 1000))
    throw new InputError(`--${name} must be a clock in MHz from 10 to 1000, not '${value}'.`);
  return number;
}

/** The style of a stage: its own, else that of both; undefined where none is asked for. */
function style(options: Options, stage: StageName): TemplateStyle | undefined {
  const name = text(options, stage) === undefined ? 'style' : stage;
  const value = text(options, name);
  if (value === undefined) return undefined;
  const found = TEMPLATE_STYLES.find((candidate) => candidate === value);
  if (!found) throw new InputError(`--${name} must be one of ${TEMPLATE_STYLES.join(', ')}, not '${value}'.`);
  return found;
}

function listDesigns(): Output {
  const data = SAMPLES.map(({ id, title, summary, shipsModel }) => ({ id, title, summary, shipsModel }));
  return { data, text: data.map((sample) => `${sample.id.padEnd(22)} ${sample.title}. ${sample.summary}`).join('\n') };
}

function listModels(): Output {
  return {
    data: SAMPLE_MODELS,
    text: SAMPLE_MODELS.map(
      (model) =>
        `${model.name.padEnd(20)} ${model.layers} layers, hidden ${model.hidden}, ${model.heads}/${model.kvHeads} heads, vocabulary ${model.vocab}`,
    ).join('\n'),
  };
}

/** The design, with segments and their memory where they are asked for. */
function inSegments(design: Design, sizes: string | undefined): Design {
  if (sizes === undefined) return design;
  const edit = sizes === 'auto' ? setSegments(initialSegments(design)) : assign(design, `hmt=${sizes}`);
  if (isRefused(edit)) throw new InputError(edit.refused);
  return applyEdit(design, edit).design;
}

function create(options: Options): Output {
  const model = loadModel(
    required(
      options,
      'model',
      `name a folder with config.json, or one of ${SAMPLE_MODELS.map((known) => known.name).join(', ')}`,
    ),
  );
  const targetName = required(options, 'target', `choose ${TARGETS.map((target) => target.id).join(' or ')}`);
  const target = targetById(targetName);
  if (!target)
    throw new InputError(`'${targetName}' is not a target; choose ${TARGETS.map((known) => known.id).join(' or ')}.`);
  const recipeName = required(options, 'recipe', `choose ${RECIPES.map((recipe) => recipe.name).join(', ')}`);
  const recipe = recipeByName(recipeName);
  if (!recipe)
    throw new InputError(`'${recipeName}' is not a recipe; choose ${RECIPES.map((known) => known.name).join(', ')}.`);
  const out = required(options, 'out', 'name the file to write');
  const context = whole(options, 'context', Math.min(model.maxPositions, 2048));
  const prompt = whole(options, 'prompt', Math.max(1, Math.min(1024, Math.floor(context / 2))));
  if (context > 1048576) throw new InputError('--context can be at most 1048576 tokens.');
  const asked = {
    name: text(options, 'name') ?? model.name,
    model,
    target,
    recipe,
    limits: { prompt, context },
  };
  const styleOf = (stage: StageName): TemplateStyle => style(options, stage) ?? defaultStyle(asked, stage);
  const composed = composeDesign({ ...asked, prefill: styleOf('prefill'), decode: styleOf('decode') });
  const design = inSegments(composed, text(options, 'hmt'));
  const analysis = analyze(design);
  if (!analysis.legal)
    throw new InputError(`The template does not fit this model:\n${analysis.problems.map(describeProblem).join('\n')}`);
  writeWhole(out, designText(design));
  return {
    data: {
      out,
      design: design.name,
      instances: { prefill: design.stages.prefill.instances.length, decode: design.stages.decode.instances.length },
    },
    text: `Wrote ${out}: ${design.name} on ${target.title}, ${recipe.name}.${recipeNote(design.recipe, model)}`,
  };
}

function check(name: string): Output {
  const analysis = analyze(loadDesign(name));
  // What does not fit the memories of the card does not keep the design from being simulated.
  const memory = analysis.legal
    ? banksOf(analysis).problems.map((problem) => ({ ...problem, severity: 'warning' as const }))
    : [];
  const problems = [...analysis.problems, ...memory];
  const list = problems.map(describeProblem);
  return {
    data: { ok: analysis.legal, problems },
    text: analysis.legal ? [...list, `${analysis.design.name} is legal.`].join('\n') : list.join('\n'),
    code: analysis.legal ? 0 : 2,
  };
}

/** The analysis of a design that must have no errors. */
function legal(design: Design): DesignAnalysis {
  const analysis = analyze(design);
  if (!analysis.legal)
    throw new InputError(`The design has errors:\n${analysis.problems.map(describeProblem).join('\n')}`);
  return analysis;
}

function estimate(name: string, options: Options): Output {
  const loaded = loadDesign(name);
  const design = {
    ...loaded,
    clocks: {
      prefill: megahertz(options, 'clock-prefill', loaded.clocks.prefill),
      decode: megahertz(options, 'clock-decode', loaded.clocks.decode),
    },
  };
  const analysis = legal(design);
  const workload = {
    prompt: whole(options, 'prompt', design.workload.prompt),
    generate: whole(options, 'generate', design.workload.generate),
  };
  if (!design.hmt && workload.prompt > design.limits.prompt)
    throw new InputError(
      `--prompt ${workload.prompt} exceeds the prompt limit of the design, ${design.limits.prompt} tokens.`,
    );
  const taken = design.hmt ? decodeStart(analysis.stages.prefill, workload.prompt) + 1 : workload.prompt;
  if (taken + workload.generate > design.limits.context)
    throw new InputError(
      `Prompt and generated tokens (${taken} + ${workload.generate}) exceed the context limit of the design, ${design.limits.context}.`,
    );
  return estimateDesign(analysis, { ...workload, batch: design.workload.batch });
}

function exportProject(name: string, options: Options): Output {
  const out = required(options, 'out', 'name a folder, or a file that ends in .zip');
  const design = loadDesign(name);
  const analysis = analyze(design);
  if (!analysis.legal)
    throw new InputError(
      `The design has errors and cannot be exported:\n${analysis.problems.map(describeProblem).join('\n')}`,
    );
  const files = generateProject(analysis, projectAssets(design));
  const target = writeProject(out, files, design.name);
  return {
    data: { out: target, files: files.map((file) => file.path) },
    text: `Wrote ${target} (${files.length} files). Next: node run.mjs doctor, in the project.`,
  };
}

function run(args: readonly string[]): { output: Output; json: boolean } {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        [
          'model',
          'target',
          'recipe',
          'style',
          'prefill',
          'decode',
          'out',
          'name',
          'prompt',
          'context',
          'hmt',
          'generate',
          'clock-prefill',
          'clock-decode',
        ]
          .map((name) => [name, { type: 'string' as const }])
          .concat([
            ['json', { type: 'boolean' as never }],
            ['repair', { type: 'boolean' as never }],
            ['help', { type: 'boolean' as never }],
          ]),
      ),
    });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)} See composer --help.`);
  }
  const options = parsed.values as Options;
  const json = options['json'] === true;
  const [action, subject, ...more] = parsed.positionals;
  if (options['help'] === true || action === undefined)
    return { output: { text: HELP.trimEnd(), data: { help: HELP } }, json };
  if (more.length > 0 && action !== 'set')
    throw new InputError(`'${more[0]}' is one argument too many. See composer --help.`);
  const design = (): string => {
    if (subject === undefined)
      throw new InputError(
        `'${action}' needs a design: a file, or one of ${SAMPLES.map((sample) => sample.id).join(', ')}.`,
      );
    return subject;
  };
  switch (action) {
    case 'designs':
      return { output: listDesigns(), json };
    case 'models':
      return { output: listModels(), json };
    case 'new':
      return { output: create(options), json };
    case 'check':
      return { output: check(design()), json };
    case 'estimate':
      return { output: estimate(design(), options), json };
    case 'passes':
      return { output: describePasses(legal(loadDesign(design()))), json };
    case 'set': {
      if (more.length === 0)
        throw new InputError("'set' needs what to set: composer set moby-u280 decode.linear_all.wp=16 --out FILE.");
      const out = required(options, 'out', 'name the file to write');
      return { output: setDesign(loadDesign(design()), more, { out, repair: options['repair'] === true }), json };
    }
    case 'export':
      return { output: exportProject(design(), options), json };
    default:
      throw new InputError(
        `'${action}' is not a command; there are designs, models, new, check, estimate, passes, set, export. See composer --help.`,
      );
  }
}

/** Runs one command; returns the exit code. */
export function main(args: readonly string[]): number {
  const json = args.includes('--json');
  try {
    const { output } = run(args);
    process.stdout.write(`${json ? JSON.stringify(output.data, null, 2) : output.text}\n`);
    return output.code ?? 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const input = error instanceof InputError || error instanceof FindingError;
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: message }, null, 2)}\n`);
    process.stderr.write(`composer: ${input ? message : `internal failure: ${message}`}\n`);
    return input ? 2 : 1;
  }
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = main(process.argv.slice(2));
