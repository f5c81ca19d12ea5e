/**
 * npm run long-context: long prompts on the sample model with an attention window, in C-simulation against the reference, and
 * what they count; writes docs/long-context.md. Takes some minutes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';

const WINDOW = { sinks: 64, recent: 192 };
const CHUNK = 128;
const LENGTHS = [250, 1000, 4000, 16000];
const TOKENS = 16;
/** Bounds of the positions by which perplexity is taken, and stretches of the text for it. */
const POSITIONS = [0, 256, 512, 1024, 2048, 4096];
const STRETCHES = 2;

await withSources(async (load) => {
  const { recipeByName } = await load('/src/core/models/recipe.ts');
  const { MOBY_LLAMA_1M } = await load('/src/core/models/samples.ts');
  const { calibrate } = await load('/src/core/models/calibrate.ts');
  const { generate, perplexity, score, scoringWindows } = await load('/src/core/models/generation.ts');
  const { loadReference } = await load('/src/core/models/reference.ts');
  const { CALIBRATION_TEXT } = await load('/hls-runtime/runner/calibration-text.ts');
  const { loadTokenizer, withBegin } = await load('/hls-runtime/runner/tokenizer.ts');
  const { analyze } = await load('/src/core/schedule/analyze.ts');
  const { composeDesign } = await load('/src/core/templates/compose.ts');
  const { targetById } = await load('/src/core/targets/targets.ts');
  const { launchCount } = await load('/src/core/estimate/pass/runs.ts');
  const { prefillTime, decodeTime } = await load('/src/core/estimate/workload/timing.ts');
  const { cacheBytes } = await load('/src/core/estimate/workload/workload.ts');
  const { compile, exportDesign, MOBY, packImages, simulate, weightsOf } = await load('/tests/harness.ts');
  const most = Math.max(...LENGTHS);
  const design = (model, window) =>
    composeDesign({
      name: 'long-context',
      model,
      target: targetById('u280'),
      recipe: recipeByName('w4a4kv8'),
      prefill: 'hybrid',
      decode: 'hybrid',
      limits: { prompt: most, context: most + TOKENS, chunk: CHUNK },
      window,
      workload: { prompt: most, generate: TOKENS, batch: 1 },
    });
  const windowed = design(MOBY_LLAMA_1M, WINDOW);
  // All tokens are beyond the positions of the model: counted as if it had them, not simulated.
  const all = analyze(design({ ...MOBY_LLAMA_1M, maxPositions: most + TOKENS }, undefined));
  const own = analyze(windowed);
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const codec = await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos);
  const ids = withBegin(codec.encode(readFileSync(join(MOBY, 'heldout.txt'), 'utf8')), MOBY_LLAMA_1M.bos);
  const calibration = await calibrate(
    weights,
    withBegin(codec.encode(CALIBRATION_TEXT), MOBY_LLAMA_1M.bos).slice(0, 512),
  );
  const columns = [];
  const stretches = scoringWindows(ids.slice(1, 1 + STRETCHES * POSITIONS.at(-1)), POSITIONS.at(-1), MOBY_LLAMA_1M.bos);
  for (const window of [undefined, WINDOW]) {
    const reference = await loadReference(weights, windowed.recipe, calibration, window);
    const losses = stretches.map((stretch) => score(reference, stretch));
    columns.push(
      POSITIONS.slice(1).map((bound, at) => perplexity(losses.flatMap((loss) => loss.slice(POSITIONS[at], bound)))),
    );
    console.error(`${window ? 'window' : 'all tokens'}: perplexity ${columns.at(-1).map((value) => value.toFixed(2))}`);
  }
  const perplexities = POSITIONS.slice(1).map(
    (bound, at) =>
      `| ${POSITIONS[at]} to ${bound - 1} | ${columns.map((column) => column[at].toFixed(2)).join(' | ')} |`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'composer-long-'));
  try {
    await packImages(folder, exportDesign(windowed, folder), weights, calibration);
    const binary = await compile(folder);
    const reference = await loadReference(weights, windowed.recipe, calibration, WINDOW);
    const rows = [];
    for (const length of LENGTHS) {
      const prompt = ids.slice(0, length);
      if (prompt.length < length) throw new Error(`the held-out text has ${prompt.length} tokens`);
      const begun = Date.now();
      const result = await simulate(folder, binary, [prompt], { tokens: TOKENS });
      const simulated = (Date.now() - begun) / 1000;
      const wanted = generate(reference, prompt, TOKENS);
      const got = result.ids[0] ?? [];
      if (JSON.stringify(got) !== JSON.stringify(wanted))
        throw new Error(`${length} tokens: ${JSON.stringify(got)}, the reference says ${JSON.stringify(wanted)}`);
      const slowest = (stage) => {
        const passes = new Map();
        for (const count of result.counts)
          if (count.stage === stage) passes.set(count.pass, Math.max(passes.get(count.pass) ?? 0, count.cycles));
        return [...passes.values()].reduce((sum, cycles) => sum + cycles, 0);
      };
      const cells = [
        length,
        launchCount(own.stages.prefill, length),
        slowest('prefill'),
        Math.round(slowest('decode') / got.length),
        prefillTime(own, length).counted,
        prefillTime(all, length).counted,
        Math.round(decodeTime(own, length, TOKENS).counted / TOKENS),
        Math.round(decodeTime(all, length, TOKENS).counted / TOKENS),
        Math.round(cacheBytes(windowed, length) / 1024),
        Math.round(cacheBytes(all.design, length) / 1024),
      ];
      console.error(`${length} tokens: equal, ${simulated.toFixed(1)} s of C-simulation`);
      rows.push(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`);
    }
    writeFileSync(
      join(ROOT, 'docs/long-context.md'),
      `# Long context

Prompts of the sample model moby-llama-1m, which was trained for ${MOBY_LLAMA_1M.maxPositions} positions, with an attention window of ${WINDOW.sinks} sinks and ${WINDOW.recent} recent tokens
and prefill in chunks of ${CHUNK} tokens (w4a4kv8, style hybrid). Text: the begin of \`heldout.txt\`. In C-simulation each prompt generates ${TOKENS} tokens, which equal
those of the reference. Columns *simulated* are cycles that the C-simulation counted, the slowest process of every pass. Those beside them are counted by the formulas, with fill of the passes but without latencies: of the window,
and for comparison of attention to all tokens before, as if the model had been trained for that (not simulated). Written by \`npm run long-context\`.

| prompt, tokens | launches | prefill, simulated | per token of decode, simulated | prefill, window | prefill, all tokens | per token of decode, window | per token of decode, all tokens | keys and values, window, KiB | keys and values, all tokens, KiB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Perplexity by position

The reference on ${STRETCHES} stretches of ${POSITIONS.at(-1)} tokens of the same text, each behind a begin token, teacher-forced. Lower is better. Attention to all tokens is what the model was
trained for up to position ${MOBY_LLAMA_1M.maxPositions - 1}; behind that it meets distances that it has never seen.

| positions | all tokens | window |
| --- | --- | --- |
${perplexities.join('\n')}
`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
