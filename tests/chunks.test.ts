/** Prefill in chunks: the same tokens as in one launch, exact counts, and times that add up over the launches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { assign } from '../src/core/edit/assignments.ts';
import { applyEdit, isRefused } from '../src/core/edit/edit.ts';
import { portBytes } from '../src/core/estimate/pass/pass-time.ts';
import { launchCount, launchRun, passRuns } from '../src/core/estimate/pass/runs.ts';
import { loadCycles, prefillSeconds, prefillTime } from '../src/core/estimate/workload/timing.ts';
import { printSource } from '../src/core/generate/kernel.ts';
import { programOf } from '../src/core/lower/program.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { heldoutTokens, mobyDesign } from './moby.ts';

const CHUNK = 32;
const LENGTHS = [1, CHUNK, CHUNK + 1, CHUNK + 2, 2 * CHUNK + 1, 4 * CHUNK + 6];
const TOKENS = 6;

const design = (style: TemplateStyle, recipe: string, chunk?: number): Design =>
  mobyDesign(style, recipe, {
    name: 'chunks',
    limits: { prompt: 160, context: 256, ...(chunk === undefined ? {} : { chunk }) },
  });

describe('in simulation', () => {
  let folder = '';
  let weights: WeightSource;
  let calibration: Calibration;
  let prompts: readonly (readonly number[])[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'composer-chunks-'));
    weights = await weightsOf(MOBY_LLAMA_1M);
    const ids = await heldoutTokens(2000);
    prompts = LENGTHS.map((length) => ids.slice(0, length));
    calibration = await calibrate(weights, ids.slice(0, 128));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('prompts of every length around the chunk give the tokens of one launch and of the reference; counts are exact', {
    timeout: 300_000,
  }, async () => {
    const chunked = design('hybrid', 'w4a4kv8', CHUNK);
    const run = async (what: Design, name: string) => {
      const project = join(folder, name);
      await packImages(project, exportDesign(what, project), weights, calibration);
      return simulate(project, await compile(project, 'g++', QUICK), prompts, { tokens: TOKENS });
    };
    const result = await run(chunked, 'chunked');
    const whole = await run(design('hybrid', 'w4a4kv8'), 'whole');
    const reference = await loadReference(weights, chunked.recipe, calibration);
    expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, TOKENS)));
    expect(result.ids).toEqual(whole.ids);
    const { stages } = analyze(chunked);
    expect(measuredCounts(result.counts)).toEqual(
      expectedCounts(
        programOf(stages.prefill),
        programOf(stages.decode),
        LENGTHS,
        result.ids.map((ids) => ids.length),
      ),
    );
  });
});

describe('estimates', () => {
  const chunked = analyze(design('fast', 'w4a4kv8', CHUNK));
  const whole = analyze(design('fast', 'w4a4kv8'));

  test('a prompt that fits a chunk takes the time of one launch, a longer one that of all of its launches', () => {
    for (const prompt of [1, 2, CHUNK + 1])
      expect(prefillTime(chunked, prompt).counted).toBe(prefillTime(whole, prompt).counted);
    const prompt = 4 * CHUNK + 6;
    const { prefill } = chunked.stages;
    expect(launchCount(prefill, prompt)).toBe(5);
    expect(launchRun(prefill, prompt, 4)).toEqual({
      layer: 0,
      blocks: Math.ceil(5 / chunked.design.tokenParallelism),
      length: 4 * CHUNK + Math.ceil(5 / chunked.design.tokenParallelism) * chunked.design.tokenParallelism,
      position: 4 * CHUNK,
    });
    const time = prefillTime(chunked, prompt);
    const steps = [1, 2, 3, 4].map(
      (launches) =>
        prefillTime(chunked, launches * CHUNK + 1).cycles - prefillTime(chunked, (launches - 1) * CHUNK + 1).cycles,
    );
    // Later launches have more keys to attend to; each loads the constants again.
    for (let at = 1; at < steps.length; at += 1) expect(steps[at]).toBeGreaterThan(steps[at - 1] as number);
    expect(time.cycles).toBeGreaterThan(prefillTime(chunked, 4 * CHUNK + 1).cycles + loadCycles(chunked, 'prefill'));
    expect(prefillSeconds(chunked, prompt)).toBe(time.seconds);
  });

  test('weights are read per block of tokens as in one launch; keys of earlier chunks are read, those of later ones not', () => {
    const bytes = (analysis: typeof chunked, prompt: number, port: RegExp): number => {
      const stage = analysis.stages.prefill;
      let sum = 0;
      for (let index = 0; index < launchCount(stage, prompt); index += 1)
        for (const pass of stage.passes.slice(-1))
          for (const [name, moved] of portBytes(stage, pass, launchRun(stage, prompt, index)))
            if (port.test(name)) sum += passRuns(stage, pass) * moved;
      return sum;
    };
    const prompt = 4 * CHUNK + 1;
    const weights = /_w\d+$/;
    const keys = /^k_cache/;
    // Weights pass through prefill once per block of TP tokens, in whatever launch it is.
    expect(bytes(chunked, prompt, weights)).toBe(bytes(whole, prompt, weights));
    const [some, all] = [bytes(chunked, prompt, keys), bytes(whole, prompt, keys)];
    expect(all).toBeGreaterThan(0);
    // Chunk i of 4 reads i quarters of the keys that one launch reads for its tokens.
    expect(some / all).toBeCloseTo((1 + 2 + 3 + 4) / 16, 10);
  });
});

describe('what a design may say', () => {
  const problems = (chunk: number): string[] =>
    analyze(design('hybrid', 'w4a4kv8', chunk)).problems.map(({ path, message }) => `${path}: ${message}`);

  test('a chunk is a multiple of TP and at most the prompt limit', () => {
    expect(problems(CHUNK)).toEqual([]);
    const tp = design('hybrid', 'w4a4kv8').tokenParallelism;
    expect(problems(CHUNK + 1)).toEqual([
      `limits.chunk: Prefill works on ${tp} tokens side by side, and a launch of 33 would end inside such a block; set the prefill chunk to a multiple of ${tp}.`,
    ]);
    expect(problems(192)).toEqual([
      'limits.chunk: A launch of prefill would take 192 tokens, but prompts have at most 160; lower the prefill chunk, or leave it out to prefill in one launch.',
    ]);
    // A chunk as long as any prompt is one launch.
    const source = (of: Design): string => printSource(programOf(analyze(of).stages.prefill));
    expect(source(design('hybrid', 'w4a4kv8', 160))).toBe(source(design('hybrid', 'w4a4kv8')));
  });

  test('it is set and taken away by assignments', () => {
    const whole = design('hybrid', 'w4a4kv8');
    const set = (to: Design, text: string): Design => {
      const edit = assign(to, text);
      if (isRefused(edit)) throw new Error(edit.refused);
      return applyEdit(to, edit).design;
    };
    const chunked = set(whole, 'limits.chunk=64');
    expect(chunked.limits).toEqual({ prompt: 160, context: 256, chunk: 64 });
    expect(set(chunked, 'limits.chunk=none')).toEqual(whole);
  });

  test('memories of hidden states hold a chunk', () => {
    const hidden = (of: Design): number =>
      programOf(analyze(of).stages.prefill).memories.reduce(
        (sum, { spec: { content } }) =>
          content.kind === 'buffer' && content.buffer.kind === 'hidden' ? sum + content.buffer.bytes : sum,
        0,
      );
    expect(hidden(design('hybrid', 'w4a4kv8', CHUNK)) / hidden(design('hybrid', 'w4a4kv8'))).toBe(CHUNK / 160);
  });
});
