import { type CsimOptions, type CsimResult, csim } from '../csim.ts';
import { InputError } from '../errors.ts';
import { readProject } from '../project.ts';
import { always, COMMON, type CommandEntry, PACK, SAMPLING, temperature, text, type Values, whole } from './command.ts';

function csimOptions(values: Values): CsimOptions {
  const inputs = (['prompt', 'prompt-file', 'perplexity', 'ids'] as const).filter((name) => values[name] !== undefined);
  if (inputs.length !== 1) {
    const given = inputs.length === 0 ? 'Nothing to run was given' : `--${inputs.join(' and --')} exclude each other`;
    throw new InputError(`${given}; give one of --prompt TEXT, --prompt-file FILE, --perplexity FILE or --ids FILE.`);
  }
  const heat = temperature(values);
  return {
    prompt: text(values, 'prompt'),
    promptFile: text(values, 'prompt-file'),
    perplexity: text(values, 'perplexity'),
    ids: text(values, 'ids'),
    model: text(values, 'model'),
    calibrate: text(values, 'calibrate'),
    memory: text(values, 'memory'),
    tokens: whole(values, 'tokens', 1, 1_000_000) ?? 32,
    temperature: heat,
    topK: whole(values, 'top-k', 1, 1024),
    seed: whole(values, 'seed', 0, 0xffffffff) ?? 0,
    window: whole(values, 'window', 1, 1_000_000),
    limit: whole(values, 'limit', 1, 1_000_000_000),
    dumpLogits: text(values, 'dump-logits'),
    cxx: text(values, 'cxx'),
    sanitize: values.sanitize === true,
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

export const CSIM: CommandEntry = {
  help: `node run.mjs csim --prompt TEXT [--tokens N] [options]
node run.mjs csim --perplexity FILE [--window 256] [--limit TOKENS] [options]
node run.mjs csim --ids FILE [--tokens N] [options]

Packs and compiles if needed, runs the C-simulation and prints the text as it
is generated, then its speed and the clock cycles counted in the hardware's
loops (without pipeline depth and memory latency).

What to run (one of):
  --prompt TEXT        continue this text
  --prompt-file FILE   continue the text of a file, with segments (hmt) of any
                       length
  --perplexity FILE    score a UTF-8 text in windows of --window tokens (256, or
                       what fits the context), of --limit tokens at most
  --ids FILE           continue sequences of token ids, one per line, as given
                       (no begin token is added)

Sampling:
  --tokens N           new tokens (default 32); stops early at an end token
  --temperature T      0 (default): always the most likely token
  --top-k K            choose among the K most likely (default 1, or 8 when
                       T > 0; the design's sampler sets the maximum)
  --seed S             of the random numbers, 0 to 4294967295 (default 0)

Other:
  --model DIR, --calibrate FILE, --memory FILE
                       as for pack (default: what pack last used)
  --cxx PROGRAM        compiler (default: g++, else clang++)
  --sanitize           compile with address and undefined-behaviour checks
  --dump-logits FILE   let the test bench write all logits there
  --json               {"text", "promptIds", "ids", "perplexity", "cycles":
                       {"prefill", "decode"}, "counts", "tokensPerSecond"}

Examples:
  node run.mjs csim --prompt "Call me Ishmael." --tokens 40
  node run.mjs csim --prompt "The whale" --temperature 0.8 --top-k 8 --seed 7
  node run.mjs csim --perplexity heldout.txt --limit 1000
`,
  options: {
    ...COMMON,
    ...PACK,
    ...SAMPLING,
    prompt: { type: 'string' },
    'prompt-file': { type: 'string' },
    perplexity: { type: 'string' },
    ids: { type: 'string' },
    window: { type: 'string' },
    limit: { type: 'string' },
    'dump-logits': { type: 'string' },
    cxx: { type: 'string' },
    sanitize: { type: 'boolean' },
  },
  locks: always,
  run: async (root, values) => {
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
        if (packed.packed)
          process.stderr.write(`Packed ${packed.record.images.length} images in ${packed.seconds.toFixed(1)} s.\n`);
        for (const note of packed.notes) process.stderr.write(`Note: ${note}\n`);
      },
      onCompiled: (compiled) => {
        if (compiled.compiled > 0)
          process.stderr.write(
            `Compiled ${compiled.compiled} files with ${compiled.compiler.program} in ${compiled.seconds.toFixed(1)} s.\n`,
          );
        if (!quiet && options.prompt !== undefined) process.stdout.write(options.prompt);
      },
    });
    return { text: summary(result), json: result, code: 0 };
  },
};
