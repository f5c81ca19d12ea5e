/**
 * npm run long-context: long prompts on the sample model with an attention window, and in segments with a memory (HMT), in
 * C-simulation against the reference, and what they count; writes docs/long-context.md. Takes some minutes. `-- window` or
 * `-- segments` writes that part anew and leaves the other; `-- beside` only the estimates beside the paper, `-- plots` only
 * draws what the page says.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';
import { plotsOf, plotTags } from './long-context-plots.mjs';

const WINDOW = { sinks: 64, recent: 192 };
const CHUNK = 128;
const LENGTHS = [250, 1000, 4000, 16000];
const TOKENS = 16;
/** Bounds of the positions by which perplexity is taken, and stretches of the text for it. */
const POSITIONS = [0, 256, 512, 1024, 2048, 4096];
const STRETCHES = 2;
const PAGE = join(ROOT, 'docs/long-context.md');
/** Begin of the second part of the page. */
const SEGMENTS = '## In segments with a memory (HMT)\n';
/** Begin of its end: estimates beside the paper. */
const BESIDE = "### Beside FlexLLM's memory\n";
/** Begin of the third part. */
const PLOTS = '## Plots\n';
const asked = process.argv.slice(2);
const writes = (part) => asked.length === 0 || asked.includes(part);

await withSources(async (load) => {
  const { recipeByName } = await load('/src/core/models/recipe.ts');
  const { MOBY_LLAMA_1M } = await load('/src/core/models/samples.ts');
  const { calibrate } = await load('/src/core/models/calibrate.ts');
  const { generate, perplexity, score, scoreInSegments, scoringWindows } = await load('/src/core/models/generation.ts');
  const { loadReference } = await load('/src/core/models/reference.ts');
  const { CALIBRATION_TEXT } = await load('/hls-runtime/runner/calibration-text.ts');
  const { loadTokenizer, withBegin } = await load('/hls-runtime/runner/tokenizer.ts');
  const { analyze } = await load('/src/core/schedule/analyze.ts');
  const { composeDesign } = await load('/src/core/templates/compose.ts');
  const { targetById } = await load('/src/core/targets/targets.ts');
  const { launchCount } = await load('/src/core/estimate/pass/runs.ts');
  const { prefillTime, decodeTime } = await load('/src/core/estimate/workload/timing.ts');
  const { cacheBytes, segmentOverhead } = await load('/src/core/estimate/workload/workload.ts');
  const { boundsOf } = await load('/src/core/estimate/design/bounds.ts');
  const { applyEdit } = await load('/src/core/edit/edit.ts');
  const { setSegments } = await load('/src/core/edit/settings.ts');
  const { designResources } = await load('/src/core/estimate/design/design-resources.ts');
  const { sampleDesign } = await load('/src/core/templates/samples.ts');
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
  const { hmt } = sampleDesign('moby-hmt');
  const launch = sampleDesign('moby-hmt').limits.prompt;
  const segmented = composeDesign({
    name: 'long-context-segments',
    model: MOBY_LLAMA_1M,
    target: targetById('u280'),
    recipe: recipeByName('w4a4kv8'),
    prefill: 'hybrid',
    decode: 'hybrid',
    limits: { prompt: launch, context: launch + TOKENS },
    hmt,
    workload: { prompt: most, generate: TOKENS, batch: 1 },
  });
  const remembering = analyze(segmented);
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const codec = await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos);
  const ids = withBegin(codec.encode(readFileSync(join(MOBY, 'heldout.txt'), 'utf8')), MOBY_LLAMA_1M.bos);
  const calibration = await calibrate(
    weights,
    withBegin(codec.encode(CALIBRATION_TEXT), MOBY_LLAMA_1M.bos).slice(0, 512),
  );
  const stretches = scoringWindows(ids.slice(1, 1 + STRETCHES * POSITIONS.at(-1)), POSITIONS.at(-1), MOBY_LLAMA_1M.bos);
  /** Perplexity by position, a column for each way to score a stretch. */
  const byPosition = (...scores) => {
    const columns = scores.map((scored) => {
      const losses = stretches.map(scored);
      const column = POSITIONS.slice(1).map((bound, at) =>
        perplexity(losses.flatMap((loss) => loss.slice(POSITIONS[at], bound))).toFixed(2),
      );
      console.error(`perplexity ${column}`);
      return column;
    });
    return POSITIONS.slice(1)
      .map((bound, at) => `| ${POSITIONS[at]} to ${bound - 1} | ${columns.map((column) => column[at]).join(' | ')} |`)
      .join('\n');
  };
  /** The sample of the published accelerator with its memory, and the same without. */
  function llamaFigures() {
    const design = sampleDesign('llama-3.2-1b-u280-hmt');
    const tokens = design.hmt.memories * design.hmt.segment;
    const without = {
      ...sampleDesign('llama-3.2-1b-u280'),
      limits: { prompt: tokens, context: tokens + 1024 },
      workload: { prompt: tokens, generate: 1024, batch: 1 },
    };
    const projections = applyEdit(design, setSegments({ ...design.hmt, projections: true })).design;
    const [segmented, projected, plain, short] = [design, projections, without, sampleDesign('llama-3.2-1b-u280')].map(
      analyze,
    );
    const kinds = ['lut', 'ff', 'dsp', 'bram18', 'uram'];
    const others = designResources(short);
    const own = (analysis) => {
      const { prefill, budget } = designResources(analysis);
      const shares = kinds.map((kind) => (prefill.total[kind] - others.prefill.total[kind]) / budget[kind]);
      return {
        overhead: `${(segmentOverhead(analysis).seconds * 1e3).toFixed(3)} ms`,
        share: `${(segmentOverhead(analysis).share * 100).toPrecision(2)} %`,
        resources: shares.map((share) => `${(share * 100).toFixed(1)} %`).join(', '),
        seconds: `${prefillTime(analysis, tokens).seconds.toFixed(0)} s`,
      };
    };
    return {
      tokens,
      own: own(segmented),
      projected: own(projected),
      seconds: prefillTime(segmented, tokens).seconds,
      bound: boundsOf(plain).prefill(tokens),
      whole: prefillTime(plain, tokens).seconds,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'composer-long-'));
  try {
    /** Simulates all lengths, holds the tokens against the reference, and makes a row of each. */
    const simulated = async (what, name, reference, cellsOf) => {
      const project = join(folder, name);
      await packImages(project, exportDesign(what, project), weights, calibration);
      const binary = await compile(project);
      const rows = [];
      for (const length of LENGTHS) {
        const prompt = ids.slice(0, length);
        if (prompt.length < length) throw new Error(`the held-out text has ${prompt.length} tokens`);
        const begun = Date.now();
        const result = await simulate(project, binary, [prompt], { tokens: TOKENS });
        const taken = (Date.now() - begun) / 1000;
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
        console.error(`${name}, ${length} tokens: equal, ${taken.toFixed(1)} s of C-simulation`);
        const cells = cellsOf(length, slowest('prefill'), Math.round(slowest('decode') / got.length));
        rows.push(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`);
      }
      return rows;
    };
    const perToken = (analysis, length) => Math.round(decodeTime(analysis, length, TOKENS).counted / TOKENS);
    /** Cells of a row: what was simulated, and beside it what the formulas count, also of attention to all tokens. */
    const countedCells = (analysis, length, prefill, decode) => [
      length,
      launchCount(analysis.stages.prefill, length),
      prefill,
      decode,
      prefillTime(analysis, length).counted,
      prefillTime(all, length).counted,
      perToken(analysis, length),
      perToken(all, length),
    ];
    /** The part of the page about windows. */
    const windowPart = async () => {
      const plain = await loadReference(weights, windowed.recipe, calibration);
      const reference = await loadReference(weights, windowed.recipe, calibration, WINDOW);
      const rows = await simulated(windowed, 'window', reference, (length, prefill, decode) => [
        ...countedCells(own, length, prefill, decode),
        Math.round(cacheBytes(windowed, length) / 1024),
        Math.round(cacheBytes(all.design, length) / 1024),
      ]);
      const perplexities = byPosition(
        (stretch) => score(plain, stretch),
        (stretch) => score(reference, stretch),
      );
      return `# Long context

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
${perplexities}

`;
    };
    const besidePart = () => {
      const llama = llamaFigures();
      return `${BESIDE}
Sample \`llama-3.2-1b-u280-hmt\`, modelled at ${sampleDesign('llama-3.2-1b-u280-hmt').clocks.prefill} MHz as entered; the paper (arXiv 2601.15710) measured on U280.

| | here, modelled | with projections, modelled | paper |
| --- | --- | --- | --- |
| overhead per segment | ${llama.own.overhead} | ${llama.projected.overhead} | 8.44 ms |
| share of the time of a segment | ${llama.own.share} | ${llama.projected.share} | < 0.6 % of end-to-end latency |
| LUT, FF, DSP, BRAM, URAM of the memory | ${llama.own.resources} | ${llama.projected.resources} | 5.3 %, 1.9 %, 1.5 %, 4.3 %, 3.8 % (CLB 7.5 %) |
| prefill of ${llama.tokens.toLocaleString('en')} tokens | ${llama.own.seconds} | ${llama.projected.seconds} | |
| in one piece, by the paper's formula | ${llama.bound.toFixed(0)} s, ${(llama.bound / llama.seconds).toFixed(1)} times as long | | up to 23.23 times |
| in one piece, modelled | ${llama.whole.toFixed(0)} s, ${(llama.whole / llama.seconds).toFixed(1)} times as long | | |
| text per memory | ${(llama.tokens / 1024).toFixed(1)} times the launch; any longer text forgets the oldest segments | the same | > 64 times |

Why they differ: FlexLLM's memory has projections, but copies every sequence through a loader of its own (1.17 million cycles per segment, not overlapped) and multiplies by two matrices of 2,048 x 2,048 in fp32 with 32 products per cycle (0.26 million cycles);
here the host writes ids, the embedding reads them as always, and the state of one token is read where the last layer left it. The projections are ours with 16 products per cycle: two matrices of 262,144 words, each word of 64 bytes, as fast as one
pseudo-channel of HBM delivers them. Ours has no time for the starts of the kernel by the host (two per segment). A segment has one token less, for the begin token in front of it.
`;
    };
    /** The part about segments. */
    const segmentsPart = async () => {
      const reference = await loadReference(weights, segmented.recipe, calibration, undefined, hmt);
      const segments = await simulated(segmented, 'segments', reference, (...counted) =>
        countedCells(remembering, ...counted),
      );
      const perplexities = byPosition((stretch) => scoreInSegments(reference, stretch));
      return `${SEGMENTS}
The same prompts in segments of ${hmt.segment} tokens, a summary of ${hmt.summary}, ${hmt.recall} recalled tokens and ${hmt.memories} memories: no launch is longer than ${launch} tokens, and no more than ${launch + TOKENS} positions are used ([decision](adr/0021-segments-with-a-memory.md)).
Columns as above; the C-simulation equals the reference token for token.

| prompt, tokens | launches | prefill, simulated | per token of decode, simulated | prefill, segments | prefill, all tokens | per token of decode, segments | per token of decode, all tokens |
| --- | --- | --- | --- | --- | --- | --- | --- |
${segments.join('\n')}

Perplexity by position on the same stretches, each token scored in the launch of its segment, with what was recalled and retrieved in front of it. Projections are the identity and nothing was trained for the memory, so what is retrieved changes little
either way ([measured](adr/0021-segments-with-a-memory.md)); what counts is the text that a token sees. All positions of a launch are among those that the model was trained for.

| positions | segments with memory |
| --- | --- |
${perplexities}

${besidePart()}`;
    };
    const [before, after = ''] = readFileSync(PAGE, 'utf8').split(PLOTS)[0]?.split(SEGMENTS) ?? [];
    const first = writes('window') ? await windowPart() : `${before.trimEnd()}\n\n`;
    const rest = writes('beside') ? `${after.split(BESIDE)[0]}${besidePart()}` : after;
    const second = writes('segments') ? await segmentsPart() : `${SEGMENTS}${rest}`;
    const page = `${first}${second.trimEnd()}\n\n${PLOTS}\n${plotTags}\n`;
    writeFileSync(PAGE, page);
    for (const [name, svg] of Object.entries(plotsOf(page))) writeFileSync(join(ROOT, 'docs/pictures', name), svg);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
