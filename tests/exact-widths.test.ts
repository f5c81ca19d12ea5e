/** Counts, addresses and registers that are as narrow as in hardware: the same tokens and counted cycles, so nothing is cut off. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadTokenizer, withBegin } from '../hls-runtime/runner/tokenizer.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { compile, exportDesign, MOBY, packImages, QUICK, simulate, weightsOf } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-widths-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One of them prefills in chunks, whose positions are counted too. */
const CHUNKS: Readonly<Record<string, { readonly chunk?: number }>> = {
  'moby-u280': { chunk: 64 },
  'moby-spatial': {},
};

test.each(Object.keys(CHUNKS))('%s', { timeout: 300_000 }, async (sample) => {
  const plain = sampleById(sample)?.design();
  if (!plain) throw new Error('no sample');
  const design = { ...plain, limits: { ...plain.limits, ...CHUNKS[sample] } };
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const text = withBegin(
    (await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos)).encode(
      readFileSync(join(MOBY, 'heldout.txt'), 'utf8').slice(0, 4000),
    ),
    MOBY_LLAMA_1M.bos,
  );
  const project = join(folder, sample);
  await packImages(project, exportDesign(design, project), weights, await calibrate(weights, text.slice(0, 256)));
  // The longest prompt as well: its counts and addresses are the largest.
  const prompts = [1, 17, design.limits.prompt].map((length) => text.slice(0, length));
  const wide = await simulate(project, await compile(project, 'g++', QUICK), prompts, { tokens: 6 });
  const exact = await simulate(project, await compile(project, 'g++', [...QUICK, '-DFLEXLLM_EXACT_WIDTHS']), prompts, {
    tokens: 6,
  });
  expect(exact).toEqual(wide);
});
