/** Counts, addresses and registers that are as narrow as in hardware: the same tokens and counted cycles, so nothing is cut off. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { compile, exportDesign, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { heldoutTokens } from './moby.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-widths-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Positions are counted too: of chunks, and of the rows of a window. */
const LONG: Readonly<Record<string, (design: Design) => Design>> = {
  // Its passes are as many as a power of two.
  'moby-temporal': (design) => design,
  'moby-u280': (design) => ({ ...design, limits: { ...design.limits, chunk: 64 } }),
  'moby-spatial': (design) => ({
    ...design,
    limits: { ...design.limits, chunk: 32 },
    window: { sinks: 16, recent: 90 },
  }),
};

test.each(Object.entries(LONG))('%s', { timeout: 300_000 }, async (sample, form) => {
  const plain = sampleById(sample)?.design();
  if (!plain) throw new Error('no sample');
  const design = form(plain);
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const text = await heldoutTokens(4000);
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
