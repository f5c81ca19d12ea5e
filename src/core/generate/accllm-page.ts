/** The page on AccLLM: what of it is here, by which name, and the estimates of its samples beside what it published. */
import { designResources } from '../estimate/design/design-resources.ts';
import { energyOf } from '../estimate/design/energy.ts';
import { PUBLISHED } from '../estimate/design/published.ts';
import { workloadTime } from '../estimate/workload/timing.ts';
import { LLAMA_3_2_1B } from '../models/samples.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { composeDesign } from '../templates/compose.ts';
import { boardOf, sampleDesign } from '../templates/samples.ts';
import { recipeByName } from '../models/recipe.ts';

const GENERATED = 1024;

interface Figures {
  readonly prefill: number;
  readonly tokensPerSecond: number;
  readonly watts: number;
  readonly lut: number;
  readonly dsp: number;
}

function figuresOf(analysis: DesignAnalysis): Figures {
  const { lut, dsp } = designResources(analysis).decode.total;
  const time = workloadTime(analysis);
  if (!time) throw new Error(`${analysis.design.name} has no times`);
  return {
    prefill: time.prefill.seconds,
    tokensPerSecond: GENERATED / time.decode.seconds,
    watts: energyOf(analysis, time).decode.watts,
    lut,
    dsp,
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function row(name: string, analysis: DesignAnalysis): string {
  const { prefill, tokensPerSecond, watts, lut, dsp } = figuresOf(analysis);
  return `| ${name} | ${prefill.toFixed(1)} s | ${tokensPerSecond.toFixed(0)} | ${watts.toFixed(0)} W | ${(tokensPerSecond / watts).toFixed(2)} | ${whole(lut)} | ${whole(dsp)} | modelled |`;
}

/** Llama-3.2-1B with a recipe, otherwise as the templates compose it, at 225 MHz. */
function small(recipe: string): DesignAnalysis {
  const found = recipeByName(recipe);
  if (!found) throw new Error(`no recipe ${recipe}`);
  const design = composeDesign({
    name: recipe,
    model: LLAMA_3_2_1B,
    target: boardOf('u280'),
    recipe: found,
    prefill: 'fast',
    decode: 'fast',
    limits: { prompt: 1024, context: 2048 },
    workload: { prompt: 1024, generate: GENERATED, batch: 1 },
  });
  return analyze({ ...design, clocks: { prefill: 225, decode: 225 } });
}

function table(): string[] {
  const accLlm = PUBLISHED.find(({ system }) => system === 'AccLLM');
  if (!accLlm?.tokensPerSecond || !accLlm.watts) throw new Error('no figures');
  const efficiency = (accLlm.tokensPerSecond / accLlm.watts).toFixed(2);
  return [
    '| design | prompt of 1,024 | token/s | decode | token/J | LUT | DSP | evidence |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    `| AccLLM, ${accLlm.model}, 225 MHz | - | ${accLlm.tokensPerSecond} | ${accLlm.watts} W | ${efficiency} | 420,000 | 4,497 | ${accLlm.evidence}, second hand |`,
    row('`llama-2-7b-u280-accllm`, 225 MHz', analyze(sampleDesign('llama-2-7b-u280-accllm'))),
    row('Llama-3.2-1B, `w2a8kv4-2:4`, 225 MHz', small('w2a8kv4-2:4')),
    row('Llama-3.2-1B, `w2a8kv4`, 225 MHz', small('w2a8kv4')),
    row('Llama-3.2-1B, `w4a4kv8`, 225 MHz', small('w4a4kv8')),
  ];
}

/** The whole page. */
export function accLlmPage(): string {
  return `# Compressed as in AccLLM

Written by \`npm run docs\`. AccLLM (arXiv 2505.03745) runs Llama-2-7B on a U280 with four mechanisms together. Each of them is an option of its own here, for any model and on both boards; its abstract leaves their sizes open,
so these are parameters. **Nothing has run on a card.**

| AccLLM | here | sizes, and what the samples have |
| --- | --- | --- |
| 2:4 sparsity | \`sparsity\` of a recipe: 2:4, 4:8 and others, by magnitude or by activations ([ADR 22](adr/0022-sparse-weights.md)) | 2:4 by magnitude, output head dense |
| W2A8KV4 | \`int2\` weights in groups, 8-bit activations ([ADR 20](adr/0020-two-bits-in-groups.md)), \`cache\` of 4 bits ([ADR 23](adr/0023-four-bits-in-the-cache.md)) | groups of 64 stored weights; values with a scale per token and head |
| Λ-shaped attention | \`window\`: first and recent tokens, a ring in the cache, capped distance ([ADR 19](adr/0019-prefill-in-chunks.md)) | 64 and 960 tokens; Moby 16 and 112 |
| fused attention | scores, softmax and values are one dataflow pass, as in every design: nothing of them is written to memory | |
| one engine for both stages | not here: prefill and decode are kernels with engines of their own, in two bitstreams where one does not hold both | |

Recipe \`w2a8kv4-2:4\` has the first two; samples \`moby-accllm\` and \`llama-2-7b-u280-accllm\` have all but the last. What each costs in quality on the sample model: [Perplexity](perplexity.md); [Long context](long-context.md) has the window.

## Estimates beside what was published

${table().join('\n')}

Prompts of 1,024 tokens and the 1,024 after them. AccLLM's figures come from a cycle-accurate simulator, not from a card, and are quoted by later work.

Why ours is slower:

- **Indices take as long as weights.** A stored weight of 2 bits has 2 bits of index. A slice reads words of weights and words of indices of the same width in turn,
  so half of its cycles bring no weights: 2:4 halves the products and none of the bytes. That is why the dense \`w2a8kv4\` is as fast. AccLLM's index format is not published. \`pairs\` of outputs with common indices read a quarter less, and lose quality.
- **A port is twice as wide as its slice.** 128 weights of 2 bits are 32 bytes; a pseudo-channel would bring 64 a cycle. AccLLM packs 2-bit products more densely into its DSPs.
- **Attention** multiplies cached values as 8 bits again: a cache of 4 bits saves memory and traffic rather than products. Llama-2-7B has as many key and value heads as query heads, so none of them serves several queries.
- **Watts** are modelled for the whole card, AccLLM's are those of its simulator.
`;
}
