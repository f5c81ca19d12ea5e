/** Texts of --help. */

export const COMMANDS = ['doctor', 'pack', 'csim', 'clean'] as const;
export type Command = (typeof COMMANDS)[number];

export const GENERAL_HELP = `node run.mjs COMMAND [options]

Runs this exported accelerator on your computer as a C-simulation: the same C++
that Vitis HLS would turn into hardware, compiled by an ordinary compiler.

First time:
  1. node run.mjs doctor                       is everything there?
  2. node run.mjs csim --prompt "Call me" --tokens 20
     (packs the weights and compiles by itself when needed)

Commands:
  doctor   checks compiler, project files, model, disk and memory
  pack     quantizes the model's weights into memory images (build/images)
  csim     runs the simulation: text, perplexity, counted cycles
  clean    removes everything generated (build/)

node run.mjs COMMAND --help explains one command. --json prints one object
for scripts. Exit codes: 0 fine, 1 a step failed, 2 the input is wrong.
`;

export const HELP: Readonly<Record<Command, string>> = {
  doctor: `node run.mjs doctor [--model DIR] [--json]

One line per requirement: "ok", "missing" or "wrong", and below it what to do.
Vitis and XRT are listed too; they are not needed for csim.

  --model DIR   look for the model there instead of in model/
  --json        {"ok": true, "checks": [{"name", "status", "detail", "fix"}]}

Exit code 1 when something that is needed is missing or wrong.
`,
  pack: `node run.mjs pack [--model DIR] [--calibrate FILE] [--json]

Reads the model (config.json, tokenizer.json, model.safetensors or its shards),
checks that it is the one the project was exported for, quantizes the weights
and writes them in the order the kernels read them to build/images/NAME.bin.
Does nothing when project and model did not change.

Attention in int8 needs scales, measured on a short text: FILE, else
calibration.txt in the model's folder, else a built-in passage. At most 512
tokens are used. A text like those the model will see works best.

  --model DIR        folder of the Hugging Face model (default: model/)
  --calibrate FILE   UTF-8 text to measure the scales on
  --json             {"packed": true, "images": [{"name", "bytes", "sha256"}]}

Example:
  node run.mjs pack --model ~/models/Llama-3.2-1B
`,
  csim: `node run.mjs csim --prompt TEXT [--tokens N] [options]
node run.mjs csim --perplexity FILE [--window 256] [--limit TOKENS] [options]
node run.mjs csim --ids FILE [--tokens N] [options]

Packs and compiles if needed, runs the C-simulation and prints the text as it
is generated, then its speed and the clock cycles counted in the hardware's
loops (without pipeline depth and memory latency).

What to run (one of):
  --prompt TEXT        continue this text
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
  --model DIR, --calibrate FILE   as for pack (default: what pack last used)
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
  clean: `node run.mjs clean [--json]

Removes build/ with images, objects and the compiled test bench. The model and
the project's sources stay.
`,
};
