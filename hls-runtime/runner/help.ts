/** The text of --help; each command has its own beside its code. */
export const GENERAL_HELP = `node run.mjs COMMAND [options]

Takes this exported accelerator from C-simulation, the same C++ that Vitis HLS
turns into hardware, to tokens from the card.

First time:
  1. node run.mjs doctor                       is everything there?
  2. node run.mjs csim --prompt "Call me" --tokens 20
     (packs the weights and compiles by itself when needed)
  3. node run.mjs all --dry-run                what the way to the card would run

Without Vitis and card:
  doctor   checks compiler, project files, model, disk and memory
  pack     quantizes the model's weights into memory images (build/images)
  csim     runs the simulation: text, perplexity, counted cycles

With Vitis and a U280 or V80:
  probe    asks the tools what designs rest on, by micro-kernels
  synth    C synthesis of every kernel
  cosim    RTL co-simulation
  build    bitstreams and host program
  host     the host program alone
  run      a prompt on the card, or in emulation
  report   estimate against synthesis, implementation and measurement
  all      everything in order, going on where it stopped

  clean    removes everything generated (build/)

On another machine, where the tools or the card are: every command takes
  --on HOST     copies to HOST what changed in the project, runs the command
                there by ssh, brings logs, run.json and report.json back
  --bitstreams  brings the bitstreams back, too

node run.mjs COMMAND --help explains one command. --json prints one object
for scripts. Exit codes: 0 fine, 1 a step failed, 2 the input is wrong,
130 interrupted.
`;
