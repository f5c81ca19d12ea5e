import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programOf } from '../src/core/lower/program.ts';
import { calibrate, needsCalibration } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { checkSyntax, compile, compileByBoth, exportDesign, packImages, QUICK, simulate } from './harness.ts';
import { Random, randomDesign, randomModel, randomRecipe } from './random-design.ts';

/** Designs per run; every one is compiled by both compilers. DESIGNS=100 is the large campaign. */
const DESIGNS = Number(process.env['DESIGNS'] ?? 28);
const PROMPTS = [1, 2, 7, 13, 24];
const TOKENS = 8;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-random-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('random legal designs compile under both compilers, give the tokens of the reference and count the cycles of the formulas', () => {
  for (let seed = 1; seed <= DESIGNS; seed += 1) {
    test.concurrent(`design ${seed}`, { timeout: 300_000 }, async () => {
      const random = new Random(seed);
      const model = randomModel(random);
      const recipe = randomRecipe(random);
      const design = randomDesign(random, model, recipe, `random-${seed}`);
      const weights = syntheticWeights(model, seed);
      const text = Array.from({ length: 24 }, (_, index) => (index === 0 ? 0 : random.int(2, model.vocab - 1)));
      const calibration = needsCalibration(design.recipe)
        ? await calibrate(weights, text, undefined, undefined, design.recipe)
        : null;
      const project = join(folder, `d${seed}`);
      const manifest = exportDesign(design, project);
      await packImages(project, manifest, weights, calibration);
      // Making code takes g++ long, so it does that for every sixth design and only checks the others.
      if (seed % 6 === 0) await checkSyntax(project, 'clang++');
      const binary = seed % 6 === 0 ? await compile(project, 'g++', QUICK) : await compileByBoth(project);
      const prompts = PROMPTS.map((length) => text.slice(0, length));
      const result = await simulate(project, binary, prompts, { tokens: TOKENS });
      const reference = await loadReference(weights, design.recipe, calibration, design.window, design.hmt);
      expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, TOKENS)));
      const analysis = analyze(design);
      const expected = expectedCounts(
        programOf(analysis.stages.prefill),
        programOf(analysis.stages.decode),
        prompts.map((prompt) => prompt.length),
        result.ids.map((ids) => ids.length),
      );
      expect(measuredCounts(result.counts)).toEqual(expected);
    });
  }
});
