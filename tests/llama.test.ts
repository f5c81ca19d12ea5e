/** The Llama-3.2-1B designs: they generate and compile, and one full-width layer of each stage equals the reference. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { checkSyntax, compile, exportDesign, packImages, simulate } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-llama-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sample(id: string): Design {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
}

/** The design for one layer of full width and a small vocabulary. */
function oneLayer(design: Design): Design {
  return { ...design, model: { ...design.model, layers: 1, vocab: 500, bos: 0, eos: [1] }, limits: { prompt: 32, context: 64 }, workload: { prompt: 17, generate: 4, batch: 1 } };
}

describe.each(['llama-3.2-1b-u280', 'llama-3.2-1b-v80'])('%s', (id) => {
  test('the whole design compiles without warnings under both compilers', { timeout: 300_000 }, async () => {
    const project = join(folder, id);
    exportDesign(sample(id), project);
    await checkSyntax(project, 'g++');
    await checkSyntax(project, 'clang++');
  });

  test('one full-width layer: 16 tokens of prefill and 4 of decode equal the reference', { timeout: 600_000 }, async () => {
    const design = oneLayer(sample(id));
    const weights = syntheticWeights(design.model, 5);
    const prompt = Array.from({ length: 17 }, (_, index) => (index * 37) % design.model.vocab);
    const calibration = await calibrate(weights, prompt);
    const project = join(folder, `${id}-layer`);
    await packImages(project, exportDesign(design, project), weights, calibration);
    const result = await simulate(project, await compile(project), [prompt], { tokens: 4 });
    const reference = await loadReference(weights, design.recipe, calibration);
    expect(result.ids[0]).toEqual(generate(reference, prompt, 4));
  });
});
