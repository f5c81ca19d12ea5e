/** Texts in segments with a hierarchical memory: tokens of the reference at every length, exact counts, what a design may say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { programOf } from '../src/core/lower/program.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import type { Segmentation } from '../src/core/models/segments.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { heldoutTokens, mobyDesign } from './moby.ts';

const SIZES: Segmentation = { segment: 24, summary: 11, recall: 5, memories: 3 };
const { segment } = SIZES;
/** One segment, whole segments, a last one of one token, and more segments than the queue remembers. */
const LENGTHS = [1, segment - 1, segment, segment + 1, 2 * segment, 3 * segment + 7, 6 * segment + 1];
const TOKENS = 5;

const design = (style: TemplateStyle, recipe: string, hmt: Segmentation | undefined = SIZES): Design =>
  mobyDesign(style, recipe, { name: 'segments', limits: { prompt: 40, context: 96 }, ...(hmt ? { hmt } : {}) });

describe('in simulation', () => {
  let folder = '';
  let weights: WeightSource;
  let calibration: Calibration;
  let ids: readonly number[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'composer-segments-'));
    weights = await weightsOf(MOBY_LLAMA_1M);
    ids = await heldoutTokens(2000);
    calibration = await calibrate(weights, ids.slice(0, 128));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('prompts of every length around segments give the tokens of the reference; counts are exact', {
    timeout: 300_000,
  }, async () => {
    const segmented = design('hybrid', 'w4a4kv8');
    const prompts = LENGTHS.map((length) => ids.slice(0, length));
    await packImages(folder, exportDesign(segmented, folder), weights, calibration);
    const result = await simulate(folder, await compile(folder, 'g++', QUICK), prompts, { tokens: TOKENS });
    const reference = await loadReference(weights, segmented.recipe, calibration, undefined, SIZES);
    expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, TOKENS)));
    const { stages } = analyze(segmented);
    expect(measuredCounts(result.counts)).toEqual(
      expectedCounts(
        programOf(stages.prefill),
        programOf(stages.decode),
        LENGTHS,
        result.ids.map((some) => some.length),
      ),
    );
  });
});
