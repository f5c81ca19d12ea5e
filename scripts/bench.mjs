/** npm run bench: how fast the product itself is; every line says what is expected of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT } from './ensure.mjs';
import { benchBrowser } from './bench-browser.mjs';
import { withSources } from './load.mjs';

const quick = process.argv.includes('--quick');
let failed = 0;

function report(what, value, unit, fine) {
  const ok = fine(value);
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok  ' : 'SLOW'}  ${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit}`);
}

/** Milliseconds of `times` calls after some that warm up, ascending. */
function measure(work, times = 200, warm = 60) {
  for (let index = 0; index < warm; index += 1) work(index);
  const samples = [];
  for (let index = 0; index < times; index += 1) {
    const from = performance.now();
    work(index);
    samples.push(performance.now() - from);
  }
  return samples.sort((a, b) => a - b);
}

const percentile = (samples, share) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))];

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
    build: { ssr: join(ROOT, 'tests/bench-entry.ts'), outDir, emptyOutDir: true, minify: false, target: 'node20', rollupOptions: { output: { entryFileNames: 'bench.mjs' } } },
  });
  return import(join(outDir, 'bench.mjs'));
}

const bundled = await bundle();
const { analyze, buildProgram, calibrate, countProcesses, curveLengths, decodeCurve, estimateReport, generateProject, loadReference, prefillCurve, recipeByName, score, syntheticWeights, rooflines, SAMPLES, stressed } = bundled;
await withSources(async (load) => {
  const harness = await load('/tests/harness.ts');
  const design = (id) => SAMPLES.find((sample) => sample.id === id).design();

  const largest = design('llama-3.2-1b-v80');
  const counted = (document) => {
    const analysis = analyze(document);
    for (const stage of Object.values(analysis.stages)) countProcesses(buildProgram(stage), { layer: 0, blocks: 64, length: 1024, position: 1023 });
  };
  // Copies, of which nothing is known: as when a design is opened.
  const copies = Array.from({ length: 260 }, () => structuredClone(largest));
  report('analysis, schedule and counts of llama-3.2-1b-v80, median (below 5 ms)', percentile(measure(() => counted(copies.pop())), 0.5), 'ms', (ms) => ms < 5);

  /** An edit: a new document, everything derived anew, all figures of the dashboards. */
  const all = (document) => {
    const analysis = analyze(document);
    if (!analysis.legal) throw new Error(analysis.problems[0]?.message);
    estimateReport(analysis);
    rooflines(analysis);
    prefillCurve(analysis, curveLengths(document.limits.prompt));
    decodeCurve(analysis, curveLengths(document.limits.context));
  };
  const edit = (document) => (index) => all({ ...document, workload: { ...document.workload, prompt: document.workload.prompt - (index % 50) } });
  /** Edits of one parameter: the engines of both stages in turn get half of their weight parallelism and get it back. */
  const turn = (document) => {
    const turned = (before, stage, id, wp) => {
      const graph = before.stages[stage];
      const instances = graph.instances.map((instance) => (instance.id === id ? { ...instance, params: { ...instance.params, wp: instance.params.wp === wp ? wp / 2 : wp } } : instance));
      return { ...before, stages: { ...before.stages, [stage]: { ...graph, instances } } };
    };
    const engines = ['prefill', 'decode'].flatMap((stage) => document.stages[stage].instances.filter(({ params }) => params.wp).map(({ id, params }) => [stage, id, params.wp])).filter((engine) => analyze(turned(document, ...engine)).legal);
    let current = document;
    return (index) => {
      current = turned(current, ...engines[index % engines.length]);
      all(current);
    };
  };
  const stress = stressed(design('llama-3.2-1b-u280'), 500);
  const edits = (name, document) => {
    for (const [what, work] of [['an edit of the workload', edit(document)], ['an edit of a parameter', turn(document)]]) {
      const samples = measure(work);
      report(`all figures after ${what}, ${name}, 95th percentile (below 16 ms; median ${percentile(samples, 0.5).toFixed(1)})`, percentile(samples, 0.95), 'ms', (ms) => ms < 16);
    }
  };
  edits('llama-3.2-1b-v80', largest);
  const instances = stress.stages.prefill.instances.length + stress.stages.decode.instances.length;
  edits(`stress design of ${instances} instances`, stress);

  const assets = harness.assets();
  const analysis = analyze(largest);
  report('the largest project generated, median (below 300 ms)', percentile(measure(() => generateProject(analysis, assets), 20, 5), 0.5), 'ms', (ms) => ms < 300);
  await benchBrowser(bundled, report);
  if (quick) return;

  const folder = mkdtempSync(join(tmpdir(), 'composer-bench-'));
  try {
    const moby = design('moby-u280');
    const project = join(folder, 'moby');
    const weights = await harness.weightsOf(moby.model);
    const text = Array.from({ length: 64 }, (_, index) => (index * 37) % moby.model.vocab);
    const calibration = await calibrate(weights, text);
    const reference = await loadReference(weights, recipeByName('w8a8kv8'), calibration);
    const seconds = percentile(measure(() => score(reference, text), 5, 1), 0.5) / 1e3;
    report('the reference in the arithmetic of the hardware, moby-u280, w8a8kv8 (at least 150 tokens/s)', text.length / seconds, 'tokens/s', (rate) => rate >= 150);
    await harness.packImages(project, harness.exportDesign(moby, project), weights, calibration);
    const binary = await harness.compile(project);
    const tokens = 128;
    const from = performance.now();
    await harness.simulate(project, binary, [text.slice(0, 8)], { tokens });
    report(`C-simulation of moby-u280, ${moby.recipe.name} (at least 100 tokens/s)`, (1e3 * tokens) / (performance.now() - from), 'tokens/s', (rate) => rate >= 100);

    const llama = design('llama-3.2-1b-u280');
    const model = { ...llama.model, name: 'one-layer', layers: 1, vocab: 512, maxPositions: 64, bos: 0, eos: [1] };
    const layer = { ...llama, name: 'one-layer', model, limits: { prompt: 32, context: 64 }, workload: { prompt: 17, generate: 1, batch: 1 } };
    const wide = join(folder, 'layer');
    const random = syntheticWeights(model, 1);
    const ids = Array.from({ length: 17 }, (_, index) => (index * 29 + 3) % model.vocab);
    await harness.packImages(wide, harness.exportDesign(layer, wide), random, await calibrate(random, ids));
    const program = await harness.compile(wide);
    const started = performance.now();
    await harness.simulate(wide, program, [ids], { tokens: 1 });
    report('C-simulation of one layer of Llama 3.2 1B at full width: prefill of 16 tokens and one token of decode (below 120 s)', (performance.now() - started) / 1e3, 's', (seconds) => seconds < 120);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

process.exitCode = failed > 0 ? 1 : 0;
