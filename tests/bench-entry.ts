/** What scripts/bench.mjs measures, bundled as the app bundles it. */
export { estimateReport } from '../src/core/estimate/design/report.ts';
export { rooflines } from '../src/core/estimate/stage/roofline.ts';
export { curveLengths, decodeCurve, prefillCurve } from '../src/core/estimate/workload/workload.ts';
export { generateProject } from '../src/core/generate/project.ts';
export { programOf, countProcesses } from '../src/core/lower/program.ts';
export { score } from '../src/core/models/generation.ts';
export { recipeByName } from '../src/core/models/recipe.ts';
export { loadReference } from '../src/core/models/reference.ts';
export { calibrate } from '../src/core/models/calibrate.ts';
export { syntheticWeights } from '../src/core/models/synthetic.ts';
export { analyze } from '../src/core/schedule/analyze.ts';
export { sampleById } from '../src/core/templates/samples.ts';
export { formatDesign } from '../src/core/design/schema.ts';
export { laidOut, stressed } from './stress.ts';
