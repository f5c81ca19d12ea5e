/** npm run perplexity: measures the recipes on the held-out text and writes docs/perplexity.md. Takes some twenty minutes. */
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
    for (const downHadamard of base.name === 'fp32' ? [false] : [false, true]) {
      const reference = await loadReference(weights, { ...base, downHadamard }, calibration);
      const nll = windows.flatMap((window) => score(reference, window));
      const value = perplexity(nll);
      console.error(`${base.name} ${downHadamard ? 'with' : 'without'} rotation: ${value.toFixed(3)}`);
      rows.push(
        `| ${base.name} | ${base.name === 'fp32' ? '-' : downHadamard ? 'yes' : 'no'} | ${base.downHadamard === downHadamard ? 'yes' : ''} | ${value.toFixed(3)} |`,
      );
    }
  }
  writeFileSync(
    join(ROOT, 'docs/perplexity.md'),
    `# Perplexity of the recipes

Measured on the sample model moby-llama-1m by the reference implementation (\`src/core/models/reference.ts\`), whose arithmetic is that of
the generated hardware. Text: the whole of \`heldout.txt\`, ${ids.length} tokens, in windows of ${WINDOW} tokens behind a begin token, teacher-forced.
Static attention scales were calibrated on the passage that the runner ships. Lower is better; the model's card reports 35.893 in
fp32. Written by \`npm run perplexity\`.

| recipe | Hadamard rotation in front of down_proj | as the recipe is defined | perplexity |
| --- | --- | --- | --- |
${rows.join('\n')}

\`csim --perplexity FILE\` measures the same on the C-simulated kernels.
`,
  );
});
