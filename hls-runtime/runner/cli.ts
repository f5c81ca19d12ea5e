import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ModelError } from '../../src/core/models/model-error.ts';
import { ALL } from './commands/all.ts';
import { BUILD_COMMAND, COSIM, HOST, SYNTH } from './commands/build.ts';
import { CLEAN } from './commands/clean.ts';
import { type CommandEntry, text, type Values } from './commands/command.ts';
import { CSIM } from './commands/csim.ts';
import { DOCTOR } from './commands/doctor.ts';
import { PACK_COMMAND } from './commands/pack.ts';
import { PROBE } from './commands/probe.ts';
import { REPORT } from './commands/report.ts';
import { RUN } from './commands/run.ts';
import { codeOf, fileProblem, InputError, messageOf, NotRun, StepError } from './errors.ts';
import { GENERAL_HELP } from './help.ts';
import { leash, Remote } from './remote.ts';
import { RUN_VARIABLE, takeLock } from './steps/lock.ts';
import { isPoolThread, serve } from './threads.ts';

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  doctor: DOCTOR,
  probe: PROBE,
  pack: PACK_COMMAND,
  csim: CSIM,
  synth: SYNTH,
  cosim: COSIM,
  build: BUILD_COMMAND,
  host: HOST,
  run: RUN,
  report: REPORT,
  all: ALL,
  clean: CLEAN,
};

function parse(name: string, command: CommandEntry, args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: command.options, strict: true, allowPositionals: false })
      .values as Values;
  } catch (error) {
    if (!codeOf(error).startsWith('ERR_PARSE_ARGS')) throw error;
    if (messageOf(error).includes('ambiguous')) {
      throw new InputError(
        'A value that begins with "-" must be joined to its option with "=", for example --prompt="-5 degrees"; write it that way.',
      );
    }
    const sentence = messageOf(error).split(/[.\n]/)[0];
    throw new InputError(`${sentence}; "node run.mjs ${name} --help" lists the options.`);
  }
}

/** The exit code that belongs to an error. */
function exitCode(error: unknown): number {
  if (error instanceof NotRun) return 3;
  return error instanceof InputError || error instanceof ModelError ? 2 : 1;
}

/** Runs the command on another machine; what it prints is passed on as it is. */
async function performOn(
  host: string,
  root: string,
  name: string,
  args: readonly string[],
  values: Values,
): Promise<number> {
  const remote = new Remote(host, root);
  if (values['dry-run'] === true) {
    process.stdout.write(remote.script(name, args, values.bitstreams === true));
    return 0;
  }
  const lock = takeLock(root, `${name} --on ${host}`);
  try {
    return await remote.run(name, args, values.bitstreams === true);
  } finally {
    lock.release();
  }
}

/** Runs the command, holding the project's lock if it changes files. */
async function perform(name: string, command: CommandEntry, root: string, values: Values): Promise<number> {
  const lock = command.locks(values) ? takeLock(root, name) : undefined;
  if (lock !== undefined) process.env[RUN_VARIABLE] = lock.run;
  try {
    const outcome = await command.run(root, values);
    process.stdout.write(values.json === true ? `${JSON.stringify(outcome.json)}\n` : outcome.text);
    return outcome.code;
  } finally {
    lock?.release();
  }
}

/** Says what went wrong on stderr and, with --json, on stdout. */
function complain(raw: unknown, root: string, json: boolean): number {
  const error = fileProblem(raw, (raw as { path?: string }).path ?? root) ?? raw;
  const code = exitCode(error);
  const known = error instanceof InputError || error instanceof ModelError || error instanceof StepError;
  const message = known
    ? messageOf(error)
    : `Unexpected error: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`${message}\n`);
  const details = error instanceof StepError ? error.details : {};
  if (error instanceof StepError && error.log !== '') process.stderr.write(`${error.log}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: message, code, ...details })}\n`);
  return code;
}

/** Runs the command line `args` for the project in `root`; returns the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(GENERAL_HELP);
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined)
      throw new InputError(`There is no command "${name}"; the commands are ${Object.keys(COMMANDS).join(', ')}.`);
    const values = parse(name, command, rest);
    if (values.help === true) {
      process.stdout.write(command.help);
      return 0;
    }
    const host = text(values, 'on');
    if (host === undefined && values.bitstreams === true)
      throw new InputError(
        '--bitstreams brings bitstreams back from the machine that --on names; give --on HOST, too.',
      );
    return host === undefined
      ? await perform(name, command, root, values)
      : await performOn(host, root, name, rest, values);
  } catch (error) {
    return complain(error, root, rest.includes('--json'));
  }
}

if (isPoolThread()) serve();
else {
  /** Output into a closed pipe (`... | head`) ends the program quietly. */
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') process.exit(0);
    throw error;
  });

  leash();
  process.exitCode = await main(process.argv.slice(2), dirname(fileURLToPath(import.meta.url)));
}
