import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ModelError } from '../../src/core/models/model-error.ts';
import { type CsimOptions, type CsimResult, csim } from './csim.ts';
import { doctor, formatChecks, healthy } from './doctor.ts';
import { codeOf, InputError, messageOf, StepError } from './errors.ts';
import { COMMANDS, type Command, GENERAL_HELP, HELP } from './help.ts';
import { pack } from './pack.ts';
import { readProject } from './project.ts';

const COMMON = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
const MODEL = { model: { type: 'string' } } as const;
const PACK = { ...MODEL, calibrate: { type: 'string' } } as const;
const OPTIONS = {
  doctor: { ...COMMON, ...MODEL },
  pack: { ...COMMON, ...PACK },
  csim: {
    ...COMMON,
    ...PACK,
    prompt: { type: 'string' },
    perplexity: { type: 'string' },
    ids: { type: 'string' },
    tokens: { type: 'string' },
    temperature: { type: 'string' },
    'top-k': { type: 'string' },
    seed: { type: 'string' },
    window: { type: 'string' },
    limit: { type: 'string' },
    'dump-logits': { type: 'string' },
    cxx: { type: 'string' },
    sanitize: { type: 'boolean' },
  },
  clean: COMMON,
} as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  if (value === '' && name !== 'prompt') throw new InputError(`--${name} is empty; give a value after it.`);
  return typeof value === 'string' ? value : undefined;
}

function whole(values: Values, name: string, min: number, max: number): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,10}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw new InputError(`--${name} is "${value}", but must be a whole number from ${min} to ${max}.`);
  }
  return Number(value);
}

function temperature(values: Values): number {
  const value = text(values, 'temperature') ?? '0';
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 100)) {
    throw new InputError(`--temperature is "${value}", but must be a number from 0 to 100; 0 always takes the most likely token.`);
  }
  return number;
}

function csimOptions(values: Values): CsimOptions {
  const inputs = (['prompt', 'perplexity', 'ids'] as const).filter((name) => values[name] !== undefined);
  if (inputs.length !== 1) {
    const given = inputs.length === 0 ? 'Nothing to run was given' : `--${inputs.join(' and --')} exclude each other`;
    throw new InputError(`${given}; give one of --prompt TEXT, --perplexity FILE or --ids FILE.`);
  }
  const heat = temperature(values);
  return {
    prompt: text(values, 'prompt'),
    perplexity: text(values, 'perplexity'),
    ids: text(values, 'ids'),
    model: text(values, 'model'),
    calibrate: text(values, 'calibrate'),
    tokens: whole(values, 'tokens', 1, 1_000_000) ?? 32,
    temperature: heat,
    topK: whole(values, 'top-k', 1, 1024) ,
    seed: whole(values, 'seed', 0, 0xffffffff) ?? 0,
    window: whole(values, 'window', 1, 1_000_000),
    limit: whole(values, 'limit', 1, 1_000_000_000),
    dumpLogits: text(values, 'dump-logits'),
    cxx: text(values, 'cxx'),
    sanitize: values.sanitize === true,
  };
}

/** What a command prints: for people, for --json, and its exit code. */
interface Outcome {
  readonly text: string;
  readonly json: unknown;
  readonly code: number;
}

async function runDoctor(root: string, values: Values): Promise<Outcome> {
  const checks = await doctor(await readProject(root), text(values, 'model'));
  const ok = healthy(checks);
  const verdict = ok ? 'Everything needed for csim is there.\n' : 'Something is missing; follow the arrows above.\n';
  return { text: formatChecks(checks) + verdict, json: { ok, checks }, code: ok ? 0 : 1 };
}

async function runPack(root: string, values: Values): Promise<Outcome> {
  const result = await pack(await readProject(root), { model: text(values, 'model'), calibrate: text(values, 'calibrate') });
  const bytes = result.record.images.reduce((sum, image) => sum + image.bytes, 0);
  const images = `${result.record.images.length} images, ${(bytes / 1e6).toFixed(1)} MB`;
  return {
    text: result.packed
      ? `Packed ${images} in ${result.seconds.toFixed(1)} s to ${result.imagesDir}.\n`
      : `Nothing changed: ${images} in ${result.imagesDir} are up to date.\n`,
    json: { packed: result.packed, modelDir: result.modelDir, imagesDir: result.imagesDir, bytes, images: result.record.images, seconds: result.seconds },
    code: 0,
  };
}

function summary(result: CsimResult): string {
  const lines = ['\n'];
  if (result.perplexity !== undefined) {
    lines.push(`Perplexity ${result.perplexity.toFixed(3)} over ${result.scoredTokens} tokens\n`);
  }
  const { prefill, decode } = result.cycles;
  const generated = result.sequences.reduce((sum, sequence) => sum + sequence.ids.length, 0);
  if (generated > 0) lines.push(`${generated} tokens generated\n`);
  lines.push(`${result.tokensPerSecond.toFixed(2)} tokens/s in this simulation\n`);
  lines.push(`Counted cycles: prefill ${prefill.toLocaleString('en')}, decode ${decode.toLocaleString('en')}\n`);
  return lines.join('');
}

async function runCsim(root: string, values: Values): Promise<Outcome> {
  const options = csimOptions(values);
  const quiet = values.json === true;
  let current = 0;
  const result = await csim(await readProject(root), options, {
    onText: (piece, sequence) => {
      if (quiet) return;
      if (sequence !== current) process.stdout.write('\n');
      current = sequence;
      process.stdout.write(piece);
    },
    onPacked: (packed) => {
      if (packed.packed) process.stderr.write(`Packed ${packed.record.images.length} images in ${packed.seconds.toFixed(1)} s.\n`);
    },
    onCompiled: (compiled) => {
      if (compiled.compiled > 0)
        process.stderr.write(`Compiled ${compiled.compiled} files with ${compiled.compiler.program} in ${compiled.seconds.toFixed(1)} s.\n`);
      if (!quiet && options.prompt !== undefined) process.stdout.write(options.prompt);
    },
  });
  return { text: summary(result), json: result, code: 0 };
}

async function runClean(root: string): Promise<Outcome> {
  const { root: dir } = await readProject(root);
  const build = join(dir, 'build');
  await rm(build, { recursive: true, force: true });
  return { text: `Removed ${build}.\n`, json: { removed: build }, code: 0 };
}

async function dispatch(command: Command, root: string, values: Values): Promise<Outcome> {
  switch (command) {
    case 'doctor':
      return runDoctor(root, values);
    case 'pack':
      return runPack(root, values);
    case 'csim':
      return runCsim(root, values);
    case 'clean':
      return runClean(root);
  }
}

function parse(command: Command, args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS[command], strict: true, allowPositionals: false }).values as Values;
  } catch (error) {
    if (!codeOf(error).startsWith('ERR_PARSE_ARGS')) throw error;
    if (messageOf(error).includes('ambiguous')) {
      throw new InputError('A value that begins with "-" must be joined to its option with "=", for example --prompt="-5 degrees"; write it that way.');
    }
    const sentence = messageOf(error).split(/[.\n]/)[0];
    throw new InputError(`${sentence}; "node run.mjs ${command} --help" lists the options.`);
  }
}

/** The exit code that belongs to an error. */
function exitCode(error: unknown): number {
  return error instanceof InputError || error instanceof ModelError ? 2 : 1;
}

/** Runs the command line `args` for the project in `root`; returns the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(GENERAL_HELP);
    return name === undefined ? 2 : 0;
  }
  const json = rest.includes('--json');
  try {
    const command = COMMANDS.find((known) => known === name);
    if (command === undefined) throw new InputError(`There is no command "${name}"; the commands are ${COMMANDS.join(', ')}.`);
    const values = parse(command, rest);
    if (values.help === true) {
      process.stdout.write(HELP[command]);
      return 0;
    }
    const outcome = await dispatch(command, root, values);
    process.stdout.write(values.json === true ? `${JSON.stringify(outcome.json)}\n` : outcome.text);
    return outcome.code;
  } catch (error) {
    const code = exitCode(error);
    const known = error instanceof InputError || error instanceof ModelError || error instanceof StepError;
    const message = known ? messageOf(error) : `Unexpected error: ${error instanceof Error ? error.stack : String(error)}`;
    process.stderr.write(`${message}\n`);
    if (error instanceof StepError && error.log !== '') process.stderr.write(`${error.log}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ error: message, code })}\n`);
    return code;
  }
}

/** Output into a closed pipe (`... | head`) ends the program quietly. */
process.stdout.on('error', (error) => {
  if (codeOf(error) === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), dirname(fileURLToPath(import.meta.url)));
