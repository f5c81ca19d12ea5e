/**
 * npm run bench: how fast the product itself is; every line says what is expected of it. Options: --quick leaves out the
 * C-simulations, --whole adds the whole Llama 3.2 1B (bench-whole.mjs).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { ROOT } from './ensure.mjs';
import { benchBrowser } from './bench-browser.mjs';
import { benchWhole } from './bench-whole.mjs';
import { measure, percentile, report, slowOnes } from './bench-measure.mjs';
import { withSources } from './load.mjs';

const quick = process.argv.includes('--quick');
const whole = process.argv.includes('--whole');

console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);

/** The sources bundled as the app and the terminal program bundle them. */
async function bundle() {
  const outDir = join(ROOT, 'build/bench');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, 'tests/bench-entry.ts'),
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'bench.mjs' } },
    },
  });
  return join(outDir, 'bench.mjs');
}

const path = await bundle();
const core = spawnSync(process.execPath, [join(ROOT, 'scripts/bench-core.mjs'), path], { stdio: 'inherit' });
const bundled = await import(pathToFileURL(path).href);
const { analyze, calibrate, generateProject, loadReference, recipeByName, score, syntheticWeights, sampleById } =
  bundled;
await withSources(async (load) => {
  const harness = await load('/tests/harness.ts');
  const design = (id) => sampleById(id).design();
  const largest = design('llama-3.2-1b-v80');
  const assets = harness.assets();
  const analysis = analyze(largest);
  report(
    'the largest project generated, median (below 300 ms)',
    percentile(
      measure(() => generateProject(analysis, assets), 20, 5),
      0.5,
    ),
    'ms',
    (ms) => ms < 300,
  );
  await benchBrowser(bundled, report);
  if (quick) return;

  const folder = mkdtempSync(join(tmpdir(), 'composer-bench-'));
  try {
    const moby = design('moby-u280');
    const weights = await harness.weightsOf(moby.model);
    const text = Array.from({ length: 64 }, (_, index) => (index * 37) % moby.model.vocab);
    const calibration = await calibrate(weights, text);
    const reference = await loadReference(weights, recipeByName('w8a8kv8'), calibration);
    const seconds =
      percentile(
        measure(() => score(reference, text), 5, 1),
        0.5,
      ) / 1e3;
    report(
      'the reference in the arithmetic of the hardware, moby-u280, w8a8kv8 (at least 150 tokens/s)',
      text.length / seconds,
      'tokens/s',
      (rate) => rate >= 150,
    );
    // Side by side: the published structure and the fast one.
    for (const id of ['moby-u280', 'moby-u280-fast']) {
      const sample = design(id);
      const project = join(folder, id);
      await harness.packImages(project, harness.exportDesign(sample, project), weights, calibration);
      const binary = await harness.compile(project);
      const tokens = 128;
      const from = performance.now();
      await harness.simulate(project, binary, [text.slice(0, 8)], { tokens });
      report(
        `C-simulation of ${id}, ${sample.recipe.name} (at least 100 tokens/s)`,
        (1e3 * tokens) / (performance.now() - from),
        'tokens/s',
        (rate) => rate >= 100,
      );
    }

    const llama = design('llama-3.2-1b-u280');
    const model = { ...llama.model, name: 'one-layer', layers: 1, vocab: 512, maxPositions: 64, bos: 0, eos: [1] };
    const layer = {
      ...llama,
      name: 'one-layer',
      model,
      limits: { prompt: 32, context: 64 },
      workload: { prompt: 17, generate: 1, batch: 1 },
    };
    const wide = join(folder, 'layer');
    const random = syntheticWeights(model, 1);
    const ids = Array.from({ length: 17 }, (_, index) => (index * 29 + 3) % model.vocab);
    await harness.packImages(wide, harness.exportDesign(layer, wide), random, await calibrate(random, ids));
    const program = await harness.compile(wide);
    const started = performance.now();
    await harness.simulate(wide, program, [ids], { tokens: 1 });
    report(
      'C-simulation of one layer of Llama 3.2 1B at full width: prefill of 16 tokens and one token of decode (below 120 s)',
      (performance.now() - started) / 1e3,
      's',
      (seconds) => seconds < 120,
    );
    if (whole) await benchWhole(load, report, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

process.exitCode = slowOnes() > 0 || core.status !== 0 ? 1 : 0;
