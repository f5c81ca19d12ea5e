/** npm run perplexity: measures the recipes on the held-out text and writes docs/perplexity.md. Takes some thirty minutes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';

const WINDOW = 256;

await withSources(async (load) => {
  const { RECIPES } = await load('/src/core/models/recipe.ts');
  const { MOBY_LLAMA_1M } = await load('/src/core/models/samples.ts');
  const { calibrate } = await load('/src/core/models/calibrate.ts');
  const { loadReference } = await load('/src/core/models/reference.ts');
  const { score, scoringWindows, perplexity } = await load('/src/core/models/generation.ts');
  const { loadTokenizer, withBegin } = await load('/hls-runtime/runner/tokenizer.ts');
  const { CALIBRATION_TEXT } = await load('/hls-runtime/runner/calibration-text.ts');
  const { MOBY, weightsOf } = await load('/tests/harness.ts');
  const codec = await loadTokenizer(MOBY);
  const ids = codec.encode(readFileSync(join(MOBY, 'heldout.txt'), 'utf8'));
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const calibration = await calibrate(
    weights,
    withBegin(codec.encode(CALIBRATION_TEXT), MOBY_LLAMA_1M.bos).slice(0, 512),
  );
  const windows = scoringWindows(ids, WINDOW, MOBY_LLAMA_1M.bos);
  const rows = [];
  for (const base of RECIPES) {
    const rotations = base.name === 'fp32' ? [false] : [false, true];
    const cases = rotations.map((downHadamard) => ({ downHadamard, normalise: 'probabilities' }));
    for (const { downHadamard, normalise } of [...cases, { downHadamard: base.downHadamard, normalise: 'result' }]) {
      const reference = await loadReference(weights, { ...base, downHadamard, normalise }, calibration);
      const nll = windows.flatMap((window) => score(reference, window));
      const value = perplexity(nll);
      const rotated = base.name === 'fp32' ? '-' : downHadamard ? 'yes' : 'no';
      const defined = base.downHadamard === downHadamard && normalise === 'probabilities' ? 'yes' : '';
      console.error(`${base.name} rotation ${rotated}, divided: ${normalise}: ${value.toFixed(3)}`);
      rows.push(`| ${base.name} | ${rotated} | ${normalise} | ${defined} | ${value.toFixed(3)} |`);
    }
  }
  writeFileSync(
    join(ROOT, 'docs/perplexity.md'),
    `# Perplexity of the recipes

Measured on the sample model moby-llama-1m by the reference implementation (\`src/core/models/reference.ts\`), whose arithmetic is that of
the generated hardware. Text: the whole of \`heldout.txt\`, ${ids.length} tokens, in windows of ${WINDOW} tokens behind a begin token, teacher-forced.
Static attention scales were calibrated on the passage that the runner ships. Lower is better; the model's card reports 35.893 in
fp32. Where softmax divides the result of attention, as in the style \`fast\`, values are weighted by \`exp(score - maximum)\`, rounded to 8 bits
where attention is in integers, and the result is divided by the sum of the powers before they were rounded. Written by \`npm run perplexity\`.

| recipe | Hadamard rotation in front of down_proj | softmax divides | as the recipe is defined | perplexity |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

\`csim --perplexity FILE\` measures the same on the C-simulated kernels.
`,
  );
});
