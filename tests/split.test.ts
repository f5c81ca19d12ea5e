/** Stages that are split into several kernels: the same tokens, and the counts of the same processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { kernelsOf } from '../src/core/generate/kernels.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { heldoutTokens } from './moby.ts';
import { Random } from './random-design.ts';

const LENGTHS = [1, 17, 31, 100];

let folder = '';
let weights: WeightSource;
let calibration: Calibration;
let text: readonly number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-split-'));
  weights = await weightsOf(MOBY_LLAMA_1M);
  text = await heldoutTokens(2000);
  calibration = await calibrate(weights, text.slice(0, 256));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A sample with every instance in the SLR that `slr` says, as one kernel per SLR. */
function split(sample: string, slr: (stage: string, index: number) => number): Design {
  const design = sampleById(sample)?.design();
  if (!design) throw new Error('no sample');
  const stages = Object.fromEntries(
    Object.entries(design.stages).map(([stage, graph]) => [
      stage,
      { ...graph, instances: graph.instances.map((instance, index) => ({ ...instance, slr: slr(stage, index) })) },
    ]),
  );
  return { ...design, split: 'slr', stages: stages as unknown as Design['stages'] };
}

const random = new Random(7);
const CASES: readonly (readonly [string, string, (stage: string, index: number) => number])[] = [
  ['moby-u280', 'thirds in program order', (_stage, index) => Math.floor(index / 12) % 3],
  ['moby-u280', 'scattered over three SLRs', () => random.int(0, 2)],
  ['moby-spatial', 'prefill whole, decode in two', (stage, index) => (stage === 'prefill' ? 1 : index % 2)],
  ['moby-temporal', 'scattered over two SLRs', () => random.int(0, 1)],
];

test.each(CASES)('%s, %s', { timeout: 300_000 }, async (sample, name, slr) => {
  // Once with the runner's optimization.
  const flags = name === 'thirds in program order' ? undefined : QUICK;
  const design = split(sample, slr);
  const analysis = analyze(design);
  expect(analysis.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  const { stages, kernels } = kernelsOf(analysis);
  expect(kernels.length).toBeGreaterThan(2);
  const project = join(folder, `${sample}-${name.replaceAll(' ', '-')}`);
  await packImages(project, exportDesign(design, project), weights, calibration);
  const prompts = LENGTHS.map((length) => text.slice(0, length));
  const result = await simulate(project, await compile(project, 'g++', flags), prompts, { tokens: 8 });
  const reference = await loadReference(weights, design.recipe, calibration);
  expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, 8)));
  const counts = new Map<string, number>();
  const generated = result.ids.map((ids) => ids.length);
  for (const prefill of stages.prefill.programs)
    for (const decode of stages.decode.programs)
      for (const [key, cycles] of expectedCounts(prefill, decode, LENGTHS, generated)) counts.set(key, cycles);
  expect(measuredCounts(result.counts)).toEqual(counts);
});
