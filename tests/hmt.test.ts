/** Texts in segments with a hierarchical memory: tokens of the reference at every length, exact counts, what a design may say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack, type PackOptions, withLastPack } from '../hls-runtime/runner/pack.ts';
import { readProject } from '../hls-runtime/runner/project.ts';
import type { Design } from '../src/core/design/types.ts';
import { adapt } from '../src/core/edit/adapt.ts';
import { assign } from '../src/core/edit/assignments.ts';
import { setSegments } from '../src/core/edit/settings.ts';
import { applyEdit, isRefused } from '../src/core/edit/edit.ts';
import { wholeTextCurve } from '../src/core/edit/whole-text.ts';
import { decodeStart, launchCount, segmentRuns } from '../src/core/estimate/pass/runs.ts';
import { prefillSeconds, prefillTime } from '../src/core/estimate/workload/timing.ts';
import { prefillCurve, segmentOverhead } from '../src/core/estimate/workload/workload.ts';
import { programOf } from '../src/core/lower/program.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate, score, scoreInSegments } from '../src/core/models/generation.ts';
import { openMemoryFile, type TrainedMemory } from '../src/core/models/memory-weights.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { SegmentMemory } from '../src/core/models/segment-memory.ts';
import type { Segmentation } from '../src/core/models/segments.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleDesign } from '../src/core/templates/samples.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, MOBY, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { type Float32Tensor, safetensorsOf } from './model-folder.ts';
import { heldoutTokens, mobyDesign } from './moby.ts';
import { Random } from './random-design.ts';

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
    // Likelihoods say more than tokens: what was retrieved is in them.
    const text = ids.slice(0, 6 * segment + 9);
    const binary = 'build/testbench-g++';
    const scored = await simulate(folder, binary, [text], { score: true, promptLength: 6 * segment + 3 });
    const { memory } = reference;
    if (!memory) throw new Error('no memory');
    const forgetful = { ...reference, memory: { ...memory, weights: { ...memory.weights, gain: 0 } } };
    const [exact, without] = [reference, forgetful].map((one) => score(one, text, 6 * segment + 3));
    scored.nll[0]?.forEach((value, at) => {
      expect(value).toBeCloseTo(exact?.[at] as number, 7);
      expect(Math.abs(value - (without?.[at] as number))).toBeGreaterThan(1e-5);
    });
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

describe('trained weights of the memory', () => {
  const model = MOBY_LLAMA_1M;
  const { hidden } = model;
  const trainedSizes: Segmentation = { ...SIZES, projections: true };
  let weights: WeightSource;
  beforeAll(async () => {
    weights = await weightsOf(model);
  });

  /** Tensors as training leaves them, drawn. */
  function tensors(): Record<string, Float32Tensor> {
    const random = new Random(7);
    const drawn = (shape: readonly number[], spread: number): Float32Tensor => ({
      shape,
      values: Float32Array.from(
        { length: shape.reduce((all, size) => all * size, 1) },
        () => (2 * random.next() - 1) * spread,
      ),
    });
    return {
      'hmt.topic': drawn([hidden], 0.1),
      'hmt.gain': { shape: [1], values: Float32Array.of(0.05) },
      'hmt.query.weight': drawn([hidden, hidden], 4 / Math.sqrt(hidden)),
      'hmt.key.weight': drawn([hidden, hidden], 4 / Math.sqrt(hidden)),
    };
  }
  const opened = async (of: Record<string, Float32Tensor>): Promise<TrainedMemory> => {
    const bytes = safetensorsOf(of);
    const source = { size: bytes.length, read: async (at: number, count: number) => bytes.subarray(at, at + count) };
    return openMemoryFile(model, source, 'memory.safetensors');
  };

  test('a file of projections gives the likelihoods of the reference, others than the identity; counts are exact', {
    timeout: 300_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'composer-projections-'));
    const projected = design('temporal', 'fp32', trainedSizes);
    const trained = { ...weights, memory: await opened(tensors()) };
    const length = 4 * segment + 3;
    const text = (await heldoutTokens(1000)).slice(0, length + 6);
    exportDesign(projected, folder);
    const project = await readProject(folder);
    expect((await pack(project, { model: MOBY })).notes).toEqual([expect.stringMatching(/identity.*--memory/)]);
    const file = join(folder, 'memory.safetensors');
    writeFileSync(file, safetensorsOf(tensors()));
    expect(await pack(project, { model: MOBY, memory: file })).toMatchObject({ packed: true, notes: [] });
    const again = await withLastPack<PackOptions>(project, {});
    expect((await pack(project, again)).packed).toBe(false);
    const binary = await compile(folder, 'g++', QUICK);
    const scored = await simulate(folder, binary, [text], { score: true, promptLength: length });
    const reference = await loadReference(trained, projected.recipe, null, undefined, trainedSizes);
    const { query, key } = { query: tensors()['hmt.query.weight'], key: tensors()['hmt.key.weight'] };
    expect(reference.memory?.projections).toEqual({ query: query?.values, key: key?.values });
    const { memory } = reference;
    if (!memory?.projections) throw new Error('no projections');
    // The same topic token and gain: the projections alone make the difference.
    const identity = { ...reference, memory: { ...memory, projections: undefined } };
    const [exact, plain] = [reference, identity].map((one) => score(one, text, length));
    scored.nll[0]?.forEach((value, at) => {
      expect(value).toBeCloseTo(exact?.[at] as number, 7);
      expect(Math.abs(value - (plain?.[at] as number))).toBeGreaterThan(1e-6);
    });
    const result = await simulate(folder, 'build/testbench-g++', [text.slice(0, length)], { tokens: 2 });
    const { stages } = analyze(projected);
    expect(measuredCounts(result.counts)).toEqual(
      expectedCounts(programOf(stages.prefill), programOf(stages.decode), [length], [result.ids[0]?.length ?? 0]),
    );
    rmSync(folder, { recursive: true, force: true });
  });

  test('without a file projections are the identity: the memory is that of the states', async () => {
    const { recipe } = design('hybrid', 'fp32');
    const text = (await heldoutTokens(1000)).slice(0, segment + 8);
    const [projected, plain] = await Promise.all(
      [trainedSizes, SIZES].map(async (sizes) =>
        scoreInSegments(await loadReference(weights, recipe, null, undefined, sizes), text),
      ),
    );
    projected?.forEach((value, at) => {
      expect(value).toBeCloseTo(plain?.[at] as number, 4);
    });
  });

  test('a file that cannot be used is refused in a sentence', async () => {
    const { 'hmt.gain': _, ...without } = tensors();
    await expect(opened(without)).rejects.toThrow(
      'memory.safetensors: the weights of the memory cannot be used: Tensor "hmt.gain" is missing beside hmt.topic, hmt.query.weight, hmt.key.weight. Give a file that was trained with this model.',
    );
    await expect(opened({ ...tensors(), 'hmt.topic': { shape: [2], values: new Float32Array(2) } })).rejects.toThrow(
      `Tensor "hmt.topic" has shape [2], but the configuration asks for [${hidden}].`,
    );
    await expect(opened({ ...tensors(), 'hmt.gain': { shape: [1], values: Float32Array.of(NaN) } })).rejects.toThrow(
      'NaN',
    );
    const { 'hmt.key.weight': __, ...halved } = tensors();
    await expect(opened(halved)).rejects.toThrow('Tensor "hmt.key.weight" is missing');
    const bad = tensors()['hmt.key.weight'] as Float32Tensor;
    bad.values[hidden + 3] = Infinity;
    const { recipe } = design('hybrid', 'fp32');
    const load = async (of: Record<string, Float32Tensor>, sizes: Segmentation) =>
      loadReference({ ...weights, memory: await opened(of) }, recipe, null, undefined, sizes);
    await expect(load({ ...tensors(), 'hmt.key.weight': bad }, trainedSizes)).rejects.toThrow('row 1');
    await expect(load(tensors(), SIZES)).rejects.toThrow('switch the projections of the memory on');
    const { 'hmt.query.weight': ___, ...states } = Object.fromEntries(
      Object.entries(tensors()).filter(([name]) => name !== 'hmt.key.weight'),
    );
    await expect(load(states, trainedSizes)).rejects.toThrow('has projections in front of the search');
    await expect(opened({ other: { shape: [1], values: new Float32Array(1) } })).rejects.toThrow(
      'memory.safetensors has no weights of a memory',
    );
  });
});

describe('the memory', () => {
  test('it has the model of what was read: what is retrieved changes what comes next', async () => {
    const weights = await weightsOf(MOBY_LLAMA_1M);
    const recipe = design('hybrid', 'fp32').recipe;
    const text = (await heldoutTokens(1000)).slice(0, 4 * segment);
    const reference = await loadReference(weights, recipe, null, undefined, SIZES);
    const { memory } = reference;
    if (!memory) throw new Error('no memory');
    const without = { ...reference, memory: { ...memory, weights: { ...memory.weights, gain: 0 } } };
    const [some, none] = [scoreInSegments(reference, text), scoreInSegments(without, text)];
    expect(some).toHaveLength(text.length - 1);
    // Nothing is retrieved for the first segment.
    expect(some.slice(0, segment - 1)).toEqual(none.slice(0, segment - 1));
    expect(some.slice(segment)).not.toEqual(none.slice(segment));
    const whole = await loadReference(weights, recipe, null);
    expect(some.slice(0, segment - 1)).toEqual(score(whole, text).slice(0, segment - 1));
  });

  test('it finds the memory that is most like a state, and forgets the oldest', () => {
    const model = { ...MOBY_LLAMA_1M, hidden: 16 };
    const state = (at: number): Float32Array => Float32Array.from({ length: 16 }, (_, c) => (c === at ? 9 : 0));
    const queue = new SegmentMemory(model, 2, 1);
    for (const at of [0, 1, 2]) queue.append(state(at));
    const found = queue.search(state(2));
    expect(found[2]).toBeGreaterThan(20 * (found[1] as number));
    expect(found[1]).toBeGreaterThan(0);
    expect(found[0]).toBe(0);
    // Likeness counts, not size.
    expect(queue.search(state(2).map((value) => value * 1000))[1]).toBeCloseTo(found[1] as number, 5);
  });
});

describe('estimates', () => {
  const analysis = analyze(sampleDesign('moby-hmt'));
  const { hmt } = analysis.design;
  if (!hmt) throw new Error('no segments');

  test('launches are few kinds, and their sum grows with the text by the time of a segment', () => {
    const { prefill } = analysis.stages;
    expect(launchCount(prefill, 1)).toBe(0);
    expect(launchCount(prefill, hmt.segment)).toBe(1);
    expect(launchCount(prefill, 4000)).toBe(37);
    const runs = segmentRuns(prefill, 4000);
    expect(runs.reduce((sum, { count }) => sum + count, 0)).toBe(37);
    expect(runs.length).toBeLessThan(7);
    const seconds = (segments: number): number => prefillSeconds(analysis, segments * hmt.segment);
    expect(seconds(60) - seconds(59)).toBeCloseTo(seconds(4) - seconds(3), 6);
    expect(prefillTime(analysis, 4000).seconds).toBe(prefillSeconds(analysis, 4000));
    // Decode goes on behind the last segment, whatever is in front of it.
    expect(decodeStart(prefill, hmt.segment)).toBe(hmt.segment - 1);
    expect(decodeStart(prefill, 40 * hmt.segment)).toBe(2 + hmt.recall + hmt.segment - 1);
  });

  test('beside texts in one piece: about the same within a launch, then ever further below', () => {
    const curve = (at: number[]) => {
      const points = prefillCurve(analysis, at);
      return [points, wholeTextCurve(analysis, points)].map((some) => some?.map(({ seconds }) => seconds) ?? []);
    };
    const [own = [], whole = []] = curve([64, 1000, 4000, 16_384]);
    expect((whole[0] as number) / (own[0] as number)).toBeCloseTo(1, 1);
    const ratios = own.map((seconds, index) => (whole[index] as number) / seconds);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    expect(ratios[3]).toBeGreaterThan(16);
    const plain = analyze(sampleDesign('moby-u280'));
    expect(wholeTextCurve(plain, prefillCurve(plain, [64]))).toBeUndefined();
  });

  test('searching and remembering take what their passes take, a small part of a segment', () => {
    const overhead = segmentOverhead(analysis);
    expect(overhead?.share).toBeLessThan(0.006);
    expect(overhead?.cycles).toBeGreaterThan(2 * hmt.memories * 8);
    expect(segmentOverhead(analyze(sampleDesign('moby-u280')))).toBeUndefined();
    // Projections: two matrices more, each a word per cycle, and still a small part.
    const design = applyEdit(analysis.design, setSegments({ ...hmt, projections: true })).design;
    const projected = segmentOverhead(analyze(design));
    const words = (design.model.hidden * design.model.hidden) / 16;
    expect((projected?.cycles ?? 0) - (overhead?.cycles ?? 0)).toBeGreaterThan(2 * words);
    expect(projected?.share).toBeLessThan(0.006);
  });
});

describe('what a design may say', () => {
  const problems = (of: Design): string[] => analyze(of).problems.map(({ path, message }) => `${path}: ${message}`);
  const set = (to: Design, text: string): Design => {
    const edit = assign(to, text);
    if (isRefused(edit)) throw new Error(edit.refused);
    return applyEdit(to, edit).design;
  };
  const plain = mobyDesign('hybrid', 'w4a4kv8', { name: 'segments', limits: { prompt: 40, context: 96 } });

  test('segments are set with their modules and taken away with them', () => {
    const set24 = set(plain, 'hmt=24,11,5,3');
    expect(set24.hmt).toEqual(SIZES);
    expect(problems(set24)).toEqual([]);
    const ids = (of: Design): string[] => of.stages.prefill.instances.map(({ id }) => id).sort();
    expect(ids(set24)).toEqual(ids(design('hybrid', 'w4a4kv8')));
    expect(set(set24, 'hmt=none')).toEqual(plain);
    expect(assign(plain, 'hmt=24,11')).toHaveProperty('refused');
    const projected = set(set24, 'hmt=24,11,5,3,projections');
    expect(problems(projected)).toEqual([]);
    expect(ids(projected)).toContain('memory_projection');
    expect(projected.stages).toEqual(set(plain, 'hmt=24,11,5,3,projections').stages);
    expect(set(projected, 'hmt=24,11,5,3').stages).toEqual(set24.stages);
  });

  test('they fit a launch, and exclude chunks and windows; repairs say so', () => {
    const long = set(plain, 'hmt=34,17,5');
    expect(problems(long)).toEqual([
      'hmt: A segment of 34 tokens with 5 recalled ones and those of the memory takes 42 tokens of a launch, but launches are limited to 40; shorten the segment by 2 or raise the prompt limit.',
    ]);
    const adapted = adapt(long, plain, new Set());
    expect(isRefused(adapted) ? adapted.refused : adapted.steps).toEqual(['prompt limit → 42']);
    const shorter = adapt(long, plain, new Set(['limits.prompt']));
    expect(isRefused(shorter) ? shorter.refused : shorter.steps[0]).toMatch(
      /^segments → 32 tokens, summary 17, recalled 5/,
    );
    expect(problems(set(plain, 'hmt=20,21,5'))[0]).toMatch(/^hmt: The summary of 21 tokens/);
    expect(problems(set(plain, 'hmt=4,2,5'))[0]).toMatch(/^hmt: Of the segment before, 5 tokens/);
    expect(problems(set(set(plain, 'limits.chunk=8'), 'hmt=24,11,5'))[0]).toMatch(
      /^limits\.chunk: A launch takes a whole/,
    );
    expect(problems(set(set(plain, 'window=16,20'), 'hmt=24,11,5'))[0]).toMatch(
      /^window: A text that is read in segments/,
    );
  });

  test('the modules need segments, and segments the modules', () => {
    const { hmt: _, ...without } = design('hybrid', 'w4a4kv8');
    expect(problems(without)[0]).toMatch(/the design reads texts in one piece; set segments/);
    expect(problems({ ...plain, hmt: SIZES }).join('\n')).toMatch(/remembers what a segment says/);
  });
});
