/**
 * npm run perplexity [-- RECIPE ...]: measures the recipes, or those that are named, on the held-out text and writes
 * docs/perplexity.md; what is not measured stays as the page has it. All of them take some forty minutes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';

const WINDOW = 256;
const PAGE = join(ROOT, 'docs/perplexity.md');

/** Perplexities of the page by the first cells of their rows: recipe, rotation, what softmax divides. */
function rowsOf(page) {
  const cells = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(cells.filter((row) => row.length > 5).map((row) => [row.slice(1, 4).join(), row.at(-2)]));
}

/** Other choices of sparsity, or of the bits of activations, than those of a recipe, with what they are called behind its name. */
function variantsOf(base) {
  if (base.name === 'w6a6kv8') {
    const eight = { ...base.qkvo, activations: { ...base.qkvo.activations, bits: 8 } };
    return [
      ['8-bit activations for q, k, v, o', { ...base, qkvo: eight }],
      ['8-bit activations in the FFN', { ...base, ffn: eight }],
      ['8-bit activations for lm_head', { ...base, lmHead: eight }],
      ['8-bit activations', { ...base, qkvo: eight, ffn: eight, lmHead: eight }],
    ].map(([what, recipe]) => ({ ...recipe, name: `${base.name}: ${what}` }));
  }
  if (base.name !== 'w4a8kv8-2:4') return [];
  const sparse = (change) => {
    const linear = { ...base.qkvo, sparsity: { ...base.qkvo.sparsity, ...change } };
    return { ...base, qkvo: linear, ffn: linear };
  };
  return [
    ['by activations', sparse({ by: 'activations' })],
    ['pairs of outputs', sparse({ pairs: true })],
    ['4:8', sparse({ keep: 4, of: 8 })],
    ['lm_head, too', { ...base, lmHead: base.qkvo }],
  ].map(([what, recipe]) => ({ ...recipe, name: `${base.name}: ${what}` }));
}

/** Counted time per token of decode behind so many tokens, in the style that is fastest on U280. */
const CONTEXT = 256;

await withSources(async (load) => {
  const { RECIPES, sparsitiesOf } = await load('/src/core/models/recipe.ts');
  const { MOBY_LLAMA_1M, LLAMA_3_2_1B } = await load('/src/core/models/samples.ts');
  const { targetById } = await load('/src/core/targets/targets.ts');
  const { composeDesign } = await load('/src/core/templates/compose.ts');
  const { analyze } = await load('/src/core/schedule/analyze.ts');
  const { decodeStep } = await load('/src/core/estimate/workload/timing.ts');
  const { calibrate } = await load('/src/core/models/calibrate.ts');
  const { loadReference } = await load('/src/core/models/reference.ts');
  const { score, scoringWindows, perplexity } = await load('/src/core/models/generation.ts');
  const { loadTokenizer, withBegin } = await load('/hls-runtime/runner/tokenizer.ts');
  const { CALIBRATION_TEXT } = await load('/hls-runtime/runner/calibration-text.ts');
  const { MOBY, weightsOf } = await load('/tests/harness.ts');
  const { recipeCost } = await load('/src/ui/recipe/cost.ts');
  const names = process.argv.slice(2);
  const before = rowsOf(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '');
  const codec = await loadTokenizer(MOBY);
  const ids = codec.encode(readFileSync(join(MOBY, 'heldout.txt'), 'utf8'));
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const text = withBegin(codec.encode(CALIBRATION_TEXT), MOBY_LLAMA_1M.bos).slice(0, 512);
  const windows = scoringWindows(ids, WINDOW, MOBY_LLAMA_1M.bos);
  const microseconds = (model, recipe) => {
    const target = targetById('u280');
    const design = composeDesign({ name: 'time', model, target, recipe, prefill: 'fast', decode: 'fast' });
    const { cycles } = decodeStep(analyze(design).stages.decode, CONTEXT);
    return (cycles / design.clocks.decode).toLocaleString('en-US', { maximumFractionDigits: 0 });
  };
  const rows = [];
  for (const base of RECIPES.flatMap((recipe) => [recipe, ...variantsOf(recipe)])) {
    const defines = { downHadamard: base.downHadamard, normalise: 'probabilities' };
    const rotations = base.name === 'fp32' ? [false] : [false, true];
    const cases = rotations.map((downHadamard) => ({ ...defines, downHadamard }));
    const all =
      sparsitiesOf(base).length > 0 || !RECIPES.includes(base)
        ? [defines]
        : [...cases, { ...defines, normalise: 'result' }];
    for (const { downHadamard, normalise } of all) {
      const rotated = base.name === 'fp32' ? '-' : downHadamard ? 'yes' : 'no';
      const known = RECIPES.includes(base) && base.downHadamard === downHadamard;
      const defined = known && normalise === 'probabilities' ? 'yes' : '';
      const key = [base.name, rotated, normalise];
      let value = before.get(key.join());
      if (value === undefined || names.length === 0 || names.includes(base.name)) {
        const recipe = { ...base, downHadamard, normalise };
        const calibration = await calibrate(weights, text, undefined, undefined, recipe);
        const reference = await loadReference(weights, recipe, calibration);
        value = perplexity(windows.flatMap((window) => score(reference, window))).toFixed(3);
        console.error(`${base.name} rotation ${rotated}, divided: ${normalise}: ${value}`);
      }
      const { readPerToken, cachePerToken } = recipeCost(MOBY_LLAMA_1M, base);
      const bytes = [readPerToken, cachePerToken].map((bits) => (bits / 8).toLocaleString('en-US'));
      const times = [MOBY_LLAMA_1M, LLAMA_3_2_1B].map((model) =>
        microseconds(model, { ...base, downHadamard, normalise }),
      );
      rows.push(`| ${[...key, defined, ...bytes, ...times, value].join(' | ')} |`);
    }
  }
  writeFileSync(
    PAGE,
    `# Perplexity of the recipes

Measured on the sample model moby-llama-1m by the reference implementation (\`src/core/models/reference.ts\`), whose arithmetic is that of
the generated hardware. Text: the whole of \`heldout.txt\`, ${ids.length} tokens, in windows of ${WINDOW} tokens behind a begin token, teacher-forced.
Static attention scales were calibrated on the passage that the runner ships. Lower is better; the model's card reports 35.893 in
fp32. Where softmax divides the result of attention, as in the style \`fast\`, values are weighted by \`exp(score - maximum)\`, rounded to 8 bits
where attention is in integers, and the result is divided by the sum of the powers before they were rounded. Weights per token: all matrices once, with their scales and
indices; keys and values: what a token adds to the cache. Counted time: of a token of decode behind ${CONTEXT} others, by the formulas that the C-simulation equals, without latencies, fill
of FIFOs or contention, in the style \`fast\` on U280 at the clock as entered, for this model and for Llama 3.2 1B. Recipes with 2:4 in their name keep the larger two of every four neighbouring weights of an output ([ADR 22](adr/0022-sparse-weights.md));
rows behind them say what they change: weights kept by magnitude times the norm of their channel over the calibration text, pairs of outputs
that keep the same channels, four of eight, an output head that is pruned, too. Rows behind \`w6a6kv8\`
have 8-bit activations in front of the matrices that they name ([ADR 24](adr/0024-six-bits.md)). \`ternary-a8kv8\` is quantized after
the fact, and as bad as it looks: ternary weights are for models that were trained with them ([ADR 25](adr/0025-ternary-weights.md)). Nothing
is trained after pruning or quantizing. Written by \`npm run perplexity\`.

| recipe | Hadamard rotation in front of down_proj | softmax divides | as the recipe is defined | weights per token, bytes | keys and values per token, bytes | counted µs per token | counted µs per token of Llama 3.2 1B | perplexity |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

\`csim --perplexity FILE\` measures the same on the C-simulated kernels.
`,
  );
});
