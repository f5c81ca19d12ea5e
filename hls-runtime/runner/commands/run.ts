import { InputError } from '../errors.ts';
import { createProgress } from '../progress.ts';
import { checkTarget } from '../flow/plan.ts';
import { boardHardware } from '../hardware.ts';
import { readProject } from '../project.ts';
import { modelFolder, printRun, type RunOptions, runOnCard } from '../run.ts';
import type { RunResult } from '../run-record.ts';
import {
  COMMON,
  type CommandEntry,
  MODEL,
  SAMPLING,
  temperature,
  text,
  unlessDry,
  type Values,
  whole,
} from './command.ts';
import type { Target } from '../hardware.ts';

/** Options that say what to run. */
export const RUN_OPTIONS = {
  ...SAMPLING,
  prompt: { type: 'string' },
  'prompt-file': { type: 'string' },
  device: { type: 'string' },
  chunk: { type: 'string' },
} as const;

export const DEFAULT_PROMPT = 'Once upon a time';

export function runOptions(values: Values, target: Target): RunOptions {
  if (values.prompt !== undefined && values['prompt-file'] !== undefined)
    throw new InputError('--prompt and --prompt-file exclude each other; give one of them.');
  return {
    target,
    prompt: text(values, 'prompt') ?? DEFAULT_PROMPT,
    promptFile: text(values, 'prompt-file'),
    tokens: whole(values, 'tokens', 1, 1_000_000) ?? 32,
    temperature: temperature(values),
    topK: whole(values, 'top-k', 1, 1024),
    seed: whole(values, 'seed', 0, 0xffffffff) ?? 0,
    chunk: whole(values, 'chunk', 1, 1_000_000),
    device: text(values, 'device'),
  };
}

/** What was measured, for people. */
export function runSummary(result: RunResult): string {
  const number = (value: number | null, digits: number, unit: string): string =>
    value === null ? 'not measured' : `${value.toFixed(digits)} ${unit}`;
  const { seconds, watts } = result;
  const where = result.target === 'hw' ? 'Measured' : `Of ${result.target}, not of hardware`;
  return `
${where}${result.device === null ? '' : ` on ${result.device}`}:
time to first token ${number(result.timeToFirstToken === null ? null : result.timeToFirstToken * 1e3, 3, 'ms')} (prefill ${(seconds.prefill * 1e3).toFixed(3)} ms, hand-over ${(seconds.handover * 1e3).toFixed(3)} ms)
decode ${number(result.decodeTokensPerSecond, 2, 'tokens/s')}, ${result.ids.length} tokens
power: idle ${number(watts.idle, 1, 'W')}, prefill ${number(watts.prefill, 1, 'W')}, decode ${number(watts.decode, 1, 'W')}
`;
}

export const RUN: CommandEntry = {
  help: `node run.mjs run --prompt TEXT [--tokens N] [options]

Runs the prompt on the card, or in emulation, prints the text as it comes, then
time to first token, decode tokens/s and watts as the host program measured
them. Writes build/run.json. Needs "build" and "pack" before.

  --prompt TEXT    continue this text (default: "${DEFAULT_PROMPT}")
  --prompt-file F  continue the text of a file, with segments of any length
  --tokens N       new tokens (default 32); stops early at an end token
  --temperature T, --top-k K, --seed S   sampling, as for csim
  --target T       hw (default), hw_emu (U280), sim or emu (V80)
  --device D       index or PCI address (default: the first card that fits)
  --chunk N        tokens per call of the decode kernel (default: the host's)
  --model DIR      where the tokenizer is (default: what pack used)
  --platform P     u280 or v80; must be the board that the project is for
  --dry-run        print the command for a shell, run nothing
  --json           the content of build/run.json
`,
  options: {
    ...COMMON,
    ...MODEL,
    ...RUN_OPTIONS,
    platform: { type: 'string' },
    target: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  locks: unlessDry,
  run: async (root, values) => {
    const project = await readProject(root);
    const hardware = boardHardware(project, text(values, 'platform'));
    const options = runOptions(values, checkTarget(hardware, text(values, 'target')));
    if (values['dry-run'] === true) {
      const script = await printRun(project, hardware, options);
      return { text: script, json: { script }, code: 0 };
    }
    const quiet = values.json === true;
    if (!quiet && options.promptFile === undefined) process.stdout.write(options.prompt);
    const progress = createProgress('Reading segments');
    const result = await runOnCard(project, hardware, await modelFolder(project, text(values, 'model')), options, {
      onText: (piece) => {
        progress.end();
        if (!quiet) process.stdout.write(piece);
      },
      onPrefilled: progress.update,
    });
    return { text: `\n${runSummary(result)}`, json: result, code: 0 };
  },
};
