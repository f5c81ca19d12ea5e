/** The page on speed: what each step from the published structure to the fast one brings, and how far the limits are. */
import type { Design, StageName } from '../design/types.ts';
import { designResources } from '../estimate/design/design-resources.ts';
import { rangeText, stageClocks } from '../estimate/stage/clocks.ts';
import { banksOf, sustained } from '../estimate/stage/banks.ts';
import { machineOf } from '../estimate/stage/machine.ts';
import { memoryBusy } from '../estimate/stage/memory-busy.ts';
import { profile, stageResources } from '../estimate/stage/resources.ts';
import { portBytes } from '../estimate/pass/pass-time.ts';
import { passRuns } from '../estimate/pass/runs.ts';
import { decodeRun, decodeStep, decodeTime, prefillTime } from '../estimate/workload/timing.ts';
import { linearShape } from '../models/architecture.ts';
import { LLAMA_3_2_1B } from '../models/samples.ts';
import { linearRoles } from '../modules/common.ts';
import { analyze } from '../schedule/analyze.ts';
import { operationIn } from '../schedule/reuse.ts';
import { type DesignAnalysis, instanceContext } from '../schedule/types.ts';
import { decodeSteps, moreSlices, oneBitstream, prefillSteps, type Step } from '../templates/fast-steps.ts';
import { sampleDesign } from '../templates/samples.ts';

const CONTEXTS = [128, 1024, 2048] as const;
const MEGAHERTZ = 250;
const DECODE_MEGAHERTZ = sampleDesign('llama-3.2-1b-u280-fast').clocks.decode;

const atClock = (design: Design, megahertz: number): Design => ({
  ...design,
  clocks: { prefill: megahertz, decode: megahertz },
});

/** Seconds of a prompt, or of the token behind so many, and the share of that time in which HBM is busy. */
function costAt(analysis: DesignAnalysis, stage: StageName, context: number): { seconds: number; busy: number } {
  const own = analysis.stages[stage];
  const machine = machineOf(analysis, stage);
  const time =
    stage === 'prefill'
      ? prefillTime(analysis, context)
      : { ...decodeStep(own, context - 1, machine), at: decodeRun(own, context - 1) };
  return {
    seconds: time.cycles / (analysis.design.clocks[stage] * 1e6),
    busy: memoryBusy(analysis, stage, time).share,
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const percent = (share: number): string => `${Math.round(100 * share)} %`;

function table(stage: StageName, steps: readonly Step[]): string[] {
  const prefill = stage === 'prefill';
  const unit = prefill ? 's for a prompt of' : 'ms for a token after';
  const longest = prefill ? CONTEXTS.slice(0, 2) : CONTEXTS;
  return [
    `| step | ${longest.map((context) => `${unit} ${whole(context)}`).join(' | ')} | memory busy | LUT | DSP | BRAM18 | URAM | clock expected |`,
    `| --- | ${longest.map(() => '---:').join(' | ')} | ---: | ---: | ---: | ---: | ---: | --- |`,
    ...steps.map(({ title, design }) => {
      const analysis = analyze(atClock(design, MEGAHERTZ));
      if (!analysis.legal) throw new Error(`${title}: ${analysis.problems[0]?.message}`);
      const costs = longest.map((context) => costAt(analysis, stage, context));
      const middle = costs[1] as { seconds: number; busy: number };
      const { lut, dsp, bram18, uram } = stageResources(analysis, stage).total;
      const clock = stageClocks(analysis)[stage];
      const times = costs.map(({ seconds }) => (seconds * (prefill ? 1 : 1000)).toFixed(2));
      return `| ${title} | ${times.join(' | ')} | ${percent(middle.busy)} | ${[lut, dsp, bram18, uram].map(whole).join(' | ')} | ${rangeText(clock)} |`;
    }),
  ];
}

/** Weights that a token is multiplied with in a stage. */
const weightsOf = (stage: StageName): number =>
  linearRoles(stage).reduce((sum, role) => {
    const { k, n } = linearShape(LLAMA_3_2_1B, role);
    return sum + k * n * (role === 'lm_head' ? 1 : LLAMA_3_2_1B.layers);
  }, 0);

/** Bytes of the 4-bit weights that a token of decode needs. */
const weightBytes = (): number => weightsOf('decode') / 2;

/** Products of the linear layers of a prompt of 1,024 per cycle, if it took so many seconds at so many MHz. */
const productsPerCycle = (seconds: number, megahertz: number): number =>
  (1024 * weightsOf('prefill')) / (seconds * megahertz * 1e6);

/** What the engines of prefill on V80 multiply at once, and how many DSPs that takes where most are. */
function engines(): string {
  const analysis = analyze(sampleDesign('llama-3.2-1b-v80-fast'));
  const stage = analysis.stages.prefill;
  const products = stage.instances.reduce((sum, resolved) => {
    const [operation] = resolved.operations;
    if (!operation || !resolved.operations.every(({ role }) => linearRoles('prefill').some((own) => own === role.role)))
      return sum;
    const context = instanceContext(stage, resolved);
    return sum + (resolved.entry.arithmetic?.(context, operationIn(context, operation)).perCycle ?? 0);
  }, 0);
  return `those of the sample make ${whole(products)} at once, and the fullest SLR has ${percent(fullestDsp(analysis, 'prefill'))} of its DSPs in use`;
}

/** Mean time of a token over the 1,024 after 1,024 others. */
const meanToken = (analysis: DesignAnalysis): string =>
  `${((1000 * decodeTime(analysis, 1024, 1024).seconds) / 1024).toFixed(2)} ms`;

/** Share of the DSPs of the SLR where it is largest. */
const fullestDsp = (analysis: DesignAnalysis, stage: StageName): number =>
  Math.max(
    ...stageResources(analysis, stage).perSlr.map(
      ({ dsp }, slr) => dsp / (profile(analysis).platform.slrs[slr]?.dsp ?? 1),
    ),
  );

/** Both stages in one bitstream: what they take together of what the platform leaves to the user. */
function together(): string[] {
  return [
    '| both stages in one bitstream of U280, 250 MHz | prompt of 1,024 | token, mean over 1,024 after 1,024 | LUT | DSP |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...oneBitstream().map(({ title, design }) => {
      const analysis = analyze(atClock(design, MEGAHERTZ));
      const { fill } = designResources(analysis);
      const prompt = costAt(analysis, 'prefill', 1024).seconds.toFixed(2);
      return `| ${title} | ${prompt} s | ${meanToken(analysis)} | ${percent(fill.lut)} | ${percent(fill.dsp)} |`;
    }),
  ];
}

/** Decode on V80 with more slices than are advised: how much faster, and which limits it exceeds. */
function wider(): string[] {
  return [
    '| decode on V80 | token, mean over 1,024 after 1,024 | DSP of the fullest SLR | wires over its boundary, advised | clock expected |',
    '| --- | ---: | ---: | ---: | --- |',
    ...moreSlices().map(({ title, design }) => {
      const analysis = analyze(design);
      const { crossings } = stageResources(analysis, 'decode');
      const [most] = [...crossings].sort((one, other) => other.wires - one.wires);
      const wires = most ? `${whole(most.wires)}, ${whole(most.advised)}` : '-';
      const clock = rangeText(stageClocks(analysis).decode);
      return `| ${title} | ${meanToken(analysis)} | ${percent(fullestDsp(analysis, 'decode'))} | ${wires} | ${clock} |`;
    }),
  ];
}

function comparison(): string[] {
  const row = (name: string, prefill: string, decode: string, what: string): string =>
    `| ${name} | ${prefill} | ${decode} | ${what} |`;
  const own = (id: string): [string, string] => {
    const analysis = analyze(sampleDesign(id));
    return [`${costAt(analysis, 'prefill', 1024).seconds.toFixed(2)} s`, meanToken(analysis)];
  };
  const floor = (gigabytes: number): string => `${((weightBytes() / gigabytes) * 1e-6).toFixed(2)} ms`;
  return [
    '| design | prompt of 1,024 | token, mean over 1,024 after 1,024 | what it is |',
    '| --- | ---: | ---: | --- |',
    row('FlexLLM on U280', '1.65 s', '6.94 ms', 'measured by its authors, per 1,000 tokens'),
    row('its structure here, 304 and 292 MHz', ...own('llama-3.2-1b-u280'), 'modelled'),
    row('`llama-3.2-1b-u280-fast`, 250 and 260 MHz', ...own('llama-3.2-1b-u280-fast'), 'modelled'),
    row('`llama-3.2-1b-v80-fast`, 200 MHz', ...own('llama-3.2-1b-v80-fast'), 'modelled'),
    row('30 pseudo-channels of a U280 at 13.08 GB/s', '-', floor(30 * 13.08), 'limit: the weights alone'),
    row('all of its HBM at 460 GB/s', '-', floor(460), 'limit: the weights alone, at the peak rate'),
  ];
}

/** Pass by pass: what a token takes, and how much of that its slowest port needs. */
function remainder(): string[] {
  const analysis = analyze(sampleDesign('llama-3.2-1b-u280-fast'));
  const stage = analysis.stages.decode;
  const position = 1023;
  const rates = new Map(
    banksOf(analysis).ports.flatMap(({ port, place }) =>
      port.stage === 'decode' && place
        ? [[port.name, sustained(place.memory) / (analysis.design.clocks.decode * 1e6)] as const]
        : [],
    ),
  );
  let [all, needed] = [0, 0];
  const rows = decodeStep(stage, position, machineOf(analysis, 'decode')).passes.map((time) => {
    const runs = passRuns(stage, time.pass);
    const moved = [...portBytes(stage, time.pass, decodeRun(stage, position))];
    const port = Math.max(0, ...moved.map(([name, bytes]) => bytes / (rates.get(name) ?? Number.POSITIVE_INFINITY)));
    all += runs * time.cycles;
    needed += runs * port;
    const what = time.slots
      .filter(({ operation }) => operation.owner.entry.arithmetic)
      .map(({ operation }) => operation.role.label);
    return [what.join(', ') || 'before the layers', runs, time.cycles, port, time.cycles - port] as const;
  });
  return [
    '| pass | runs | cycles | its slowest port | the rest |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows.map(([what, ...numbers]) => `| ${what} | ${numbers.map(whole).join(' | ')} |`),
    `| **in total** | | ${[all, needed, all - needed].map(whole).join(' | ')} |`,
  ];
}

/** The whole page. */
export function performancePage(): string {
  return `# Performance

Written by \`npm run docs\` from the estimator that meets FlexLLM's measurements ([Concepts](concepts.md)). **Everything here is modelled unless it says measured; nothing has run on a card.**

Llama-3.2-1B, W4A4KV8. The published structure stays selectable, and its samples stay as they are. \`composer new\` and *New design* compose any model in the fast one where that fits the card (\`--style\` says which).

${comparison().join('\n')}

## Decode on U280, step by step

At ${MEGAHERTZ} MHz throughout, each step on top of those before. *Memory busy* is what the memory ports on HBM move for a token after 1,024 others (of prefill, for a prompt of 1,024), over what HBM could deliver in that time at its peak of 460 GB/s; what is read from DDR, keys from the row that says so on and the embedding, is on neither side.

${table('decode', decodeSteps()).join('\n')}

## Prefill on U280, step by step

${table('prefill', prefillSteps()).join('\n')}

## What the steps are

- **Engine of slices** (\`linear_slices\`): one process per memory port with at most 128 multipliers. Activations are handed on from slice to slice, results joined on the way back. A port of 64 bytes takes all
  that a pseudo-channel delivers from about 205 MHz on. 4-bit products are added up inside the DSPs, two sums in each, and parted once per tile.
- **Keys and values once per group**: the lanes of a memory of the KV cache hold the query heads of one group, so a key is read once for all of them. Query heads are stored in that order; no hardware is added.
- **Overlap** (\`overlap\` of softmax, norm, quantizer, RoPE): the maximum of a row is found while the powers of the row before are summed and the one before that leaves. A head leaves RoPE while the next
  arrives; the weights of a norm arrive with the token.
- **Softmax divides the result** (\`normalise\` of the recipe): values are weighted by the powers of a row, of which the largest is 1, as soon as its maximum is known, and the result is divided by their sum. A row
  follows one row behind the scores, not two, and nothing is divided per key. Prefill and decode compute alike. Perplexity is not worse: [Perplexity](perplexity.md).
- **Sums in DSPs** (\`sums\` of attention values): a product per DSP, added up in its own accumulator, in place of two products per DSP and adders in logic.
- **Pipelined Hadamard transform** (\`structure\`): hardware for every stage, a vector per cycle through all of them.
- **One operation for what takes the same input**: q, k and v, and gate and up, are quantized once and multiplied as one, vectors of gate and up in turn, so that SiLU and product follow at once. Seven passes of the
  engine a layer become four.
- **Ports run ahead** (\`prefetch\`, \`ahead\`): a port reads from the start of a pass into a deep FIFO, and goes on with the words of the next pass where this one leaves it time. The ports of keys are on DDR, which
  serves each at the full rate of its words.
- **Column blocks** (\`linear_blocks\`): what slices are to decode. A process multiplies TP tokens by a few columns, at most 128 products per cycle, with two sums in each DSP: half of the LUTs and a third of the
  registers of the systolic array, twice the DSPs. Activations are sent as they come in the first tile and from a buffer in the others, so that nothing waits for a block to be loaded.
- **The last layer** (\`last\` of the hidden state out): decode needs keys and values of the prompt, nobody reads what the last layer sends. Its second pass does not run.

## What is left to the limit, in decode

A token of \`llama-3.2-1b-u280-fast\` after 1,024 others, in cycles at ${DECODE_MEGAHERTZ} MHz. A pass can't be shorter than its slowest port takes at the rate that its bank sustains; the rest is the latency of memory and pipelines,
norms and quantizers in front of the engine, what follows behind it, and attention, which waits for whole rows of scores.

${remainder().join('\n')}

All weights over all 30 ports would take ${whole((weightBytes() / (30 * 13.08e9)) * DECODE_MEGAHERTZ * 1e6)} cycles: the engine has 28, as the values of the KV cache have two that rest while weights are read. Hidden states and generated tokens are on DDR.

## Both stages in one bitstream

${together().join('\n')}

Each stage of the sample fits a bitstream of its own, both do not fit one. What does loses more on one prompt of 1,024 and its 1,024 tokens than two changes of the bitstream take, which are assumed at 0.3 s each. The fast samples have two.

## What keeps V80 from twice the speed

${wider().join('\n')}

The ports to the HBM are in SLR 2 alone: its DSPs, and the wires to slices elsewhere, are full long before the ports are. More of them bring less and less, because at 200 MHz norms, quantizers, the Hadamard transform and rows of attention take longer than
the memory does: with 60 slices all weights are read in less than half of the time of a token. The clock is that of the shell; it is what keeps a V80 near a U280 here.

Prefill multiplies: a prompt of 1,024 in 0.3 s would take ${whole(productsPerCycle(0.3, 200))} products in every cycle of 200 MHz, attention not counted. Four of them per DSP, ${engines()}.
`;
}
