/**
 * The core's part of npm run bench, in a process of its own as it is in a browser: beside the server that bundles the sources,
 * its garbage would be collected with theirs. Argument: the bundle of tests/bench-entry.ts.
 */
import { pathToFileURL } from 'node:url';
import { measure, percentile, report, slowOnes } from './bench-measure.mjs';

const {
  analyze,
  programOf,
  countProcesses,
  curveLengths,
  decodeCurve,
  estimateReport,
  prefillCurve,
  rooflines,
  sampleById,
  stressed,
} = await import(pathToFileURL(process.argv[2]).href);
const design = (id) => sampleById(id).design();

const largest = design('llama-3.2-1b-v80');
const counted = (document) => {
  const analysis = analyze(document);
  for (const stage of Object.values(analysis.stages))
    countProcesses(programOf(stage), { layer: 0, blocks: 64, length: 1024, position: 1023 });
};
// Copies, of which nothing is known: as when a design is opened.
const copies = Array.from({ length: 260 }, () => structuredClone(largest));
report(
  'analysis, schedule and counts of llama-3.2-1b-v80, median (below 5 ms)',
  percentile(
    measure(() => counted(copies.pop())),
    0.5,
  ),
  'ms',
  (ms) => ms < 5,
);

/** An edit: a new document, everything derived anew, all figures of the dashboards. */
const all = (document) => {
  const analysis = analyze(document);
  if (!analysis.legal) throw new Error(analysis.problems[0]?.message);
  estimateReport(analysis);
  rooflines(analysis);
  prefillCurve(analysis, curveLengths(document.limits.prompt));
  decodeCurve(analysis, curveLengths(document.limits.context));
};
const edit = (document) => (index) =>
  all({ ...document, workload: { ...document.workload, prompt: document.workload.prompt - (index % 50) } });
/** Edits of one parameter: the engines of both stages in turn get half of their weight parallelism and get it back. */
const turn = (document) => {
  const turned = (before, stage, id, wp) => {
    const graph = before.stages[stage];
    const instances = graph.instances.map((instance) =>
      instance.id === id
        ? { ...instance, params: { ...instance.params, wp: instance.params.wp === wp ? wp / 2 : wp } }
        : instance,
    );
    return { ...before, stages: { ...before.stages, [stage]: { ...graph, instances } } };
  };
  const engines = ['prefill', 'decode']
    .flatMap((stage) =>
      document.stages[stage].instances
        .filter(({ params }) => params.wp)
        .map(({ id, params }) => [stage, id, params.wp]),
    )
    .filter((engine) => analyze(turned(document, ...engine)).legal);
  let current = document;
  return (index) => {
    current = turned(current, ...engines[index % engines.length]);
    all(current);
  };
};
const stress = stressed(design('llama-3.2-1b-u280'), 500);
const edits = (name, document) => {
  for (const [what, work] of [
    ['an edit of the workload', edit(document)],
    ['an edit of a parameter', turn(document)],
  ]) {
    const samples = measure(work);
    report(
      `all figures after ${what}, ${name}, 95th percentile (below 16 ms; median ${percentile(samples, 0.5).toFixed(1)})`,
      percentile(samples, 0.95),
      'ms',
      (ms) => ms < 16,
    );
  }
};
edits('llama-3.2-1b-v80', largest);
const instances = stress.stages.prefill.instances.length + stress.stages.decode.instances.length;
edits(`stress design of ${instances} instances`, stress);

process.exitCode = slowOnes() > 0 ? 1 : 0;
