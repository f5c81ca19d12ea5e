/** Attention windows: sinks and recent tokens in a ring of rows; tokens of the reference at any length, exact counts, constant cost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design, Window } from '../src/core/design/types.ts';
import { adapt } from '../src/core/edit/adapt.ts';
import { assign } from '../src/core/edit/assignments.ts';
import { applyEdit, isRefused } from '../src/core/edit/edit.ts';
import { launchRun } from '../src/core/estimate/pass/runs.ts';
import { machineOf } from '../src/core/estimate/stage/machine.ts';
import { decodeStepCycles, decodeTime, loadCycles, prefillTime } from '../src/core/estimate/workload/timing.ts';
import { programOf } from '../src/core/lower/program.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { type Recipe, RECIPES } from '../src/core/models/recipe.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { DesignAnalysis } from '../src/core/schedule/types.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compile, exportDesign, packImages, QUICK, simulate, weightsOf } from './harness.ts';
import { heldoutTokens, mobyDesign } from './moby.ts';
import { SMALL } from './whole-design.ts';

const WINDOW: Window = { sinks: 16, recent: 43 };
const CHUNK = 32;
/** Within the window, at its end, and several times as long. */
const LENGTHS = [1, 17, 58, 59, 60, 97, 300];
const TOKENS = 6;

const design = (style: TemplateStyle, recipe: string, window: Window | undefined = WINDOW): Design =>
  mobyDesign(style, recipe, { name: 'window', limits: { prompt: 320, context: 400, chunk: CHUNK }, window });

describe('in simulation', () => {
  let folder = '';
  let weights: WeightSource;
  let calibration: Calibration;
  let prompts: readonly (readonly number[])[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'composer-window-'));
    weights = await weightsOf(MOBY_LLAMA_1M);
    const ids = await heldoutTokens(2000);
    prompts = LENGTHS.map((length) => ids.slice(0, length));
    calibration = await calibrate(weights, ids.slice(0, 128));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['hybrid', 'w4a4kv8'],
    ['fast', 'w8a8kv8'],
  ] as const)(
    '%s, %s: tokens of the reference at any length, counts are exact',
    { timeout: 300_000 },
    async (style, recipe) => {
      const windowed = design(style, recipe);
      const project = join(folder, `${style}-${recipe}`);
      await packImages(project, exportDesign(windowed, project), weights, calibration);
      const result = await simulate(project, await compile(project, 'g++', QUICK), prompts, { tokens: TOKENS });
      const reference = await loadReference(weights, windowed.recipe, calibration, windowed.window);
      expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, TOKENS)));
      // Within the window nothing changes; behind it something is forgotten, of one prompt at least.
      const all = await loadReference(weights, windowed.recipe, calibration);
      const wanted = prompts.map((prompt) => generate(all, prompt, TOKENS));
      expect(result.ids.slice(0, 2)).toEqual(wanted.slice(0, 2));
      expect(result.ids).not.toEqual(wanted);
      const { stages } = analyze(windowed);
      expect(measuredCounts(result.counts)).toEqual(
        expectedCounts(
          programOf(stages.prefill),
          programOf(stages.decode),
          LENGTHS,
          result.ids.map((ids) => ids.length),
        ),
      );
    },
  );
});

describe('the reference', () => {
  /** One layer, so that what a token does not attend to cannot reach it through others. */
  const model = { ...SMALL, layers: 1, maxPositions: 256 };
  const fp32 = RECIPES.find(({ name }) => name === 'fp32') as Recipe;
  const text = Array.from({ length: 40 }, (_, at) => (at * 17 + 3) % model.vocab);
  const window = { sinks: 3, recent: 6 };
  const last = async (ids: readonly number[], of: Window | undefined): Promise<number[]> => {
    const session = (await loadReference(syntheticWeights(model, 3), fp32, null, of)).session(64);
    let logits: ArrayLike<number> = [];
    for (const id of ids) logits = session.step(id);
    return Array.from(logits);
  };
  const changed = (at: number): number[] => text.map((id, other) => (other === at ? (id + 1) % model.vocab : id));

  test('attends to sinks and recent tokens, and to nothing else', async () => {
    const own = await last(text, window);
    for (let at = 0; at < text.length; at += 1) {
      const seen = at < window.sinks || at >= text.length - window.recent;
      const other = await last(changed(at), window);
      if (seen) expect(other, `token ${at}`).not.toEqual(own);
      else expect(other, `token ${at}`).toEqual(own);
    }
  });

  test('a window that holds the whole text is no window', async () => {
    expect(await last(text, { sinks: 4, recent: 60 })).toEqual(await last(text, undefined));
  });

  test('the distance to the sinks does not grow beyond the window', async () => {
    // The same recent tokens, nearer to the sinks and further away from them: what they see is the same.
    const middle = Array.from({ length: 20 }, (_, at) => (at * 5 + 1) % model.vocab);
    const near = [...text.slice(0, 3), ...middle.slice(0, 7), ...text.slice(-6)];
    const far = [...text.slice(0, 3), ...middle, ...text.slice(-6)];
    const [one, other] = [await last(near, window), await last(far, window)];
    // Recent tokens are rotated at their own positions: equal distances, but for the rounding of the angles.
    one.forEach((logit, at) => {
      expect(other[at]).toBeCloseTo(logit, 4);
    });
    // Without the cap they would not be.
    const [free, further] = [await last(near, undefined), await last(far, undefined)];
    expect(Math.max(...free.map((logit, at) => Math.abs(logit - (further[at] as number))))).toBeGreaterThan(1e-3);
  });
});

describe('estimates', () => {
  const long = (window: Window | undefined): DesignAnalysis => {
    const short = design('fast', 'w4a4kv8', window);
    const model = { ...short.model, maxPositions: 65_536 };
    const { window: _, ...rest } = short;
    const limits = { prompt: 32_768, context: 65_536, chunk: 64 };
    return analyze({ ...rest, ...(window ? { window } : {}), model, limits });
  };
  const windowed = long(WINDOW);

  test('a token costs the same at any length, a launch of prefill too', () => {
    const { decode, prefill } = windowed.stages;
    const machine = machineOf(windowed, 'decode');
    const full = WINDOW.sinks + WINDOW.recent;
    const step = (position: number): number => decodeStepCycles(decode, position, machine);
    expect(step(full - 2)).toBeLessThan(step(full - 1));
    expect([step(full), step(1000), step(60_000)]).toEqual(Array(3).fill(step(full - 1)));
    const cycles = (launches: number): number => prefillTime(windowed, launches * 64 + 1).cycles;
    expect(cycles(500)).toBeCloseTo(cycles(4) + (500 - 4) * (cycles(5) - cycles(4)), -3);
    expect(launchRun(prefill, 32_001, 499).length).toBe(launchRun(prefill, 32_001, 3).length);
    // The sum over an answer is that of its tokens, on both sides of the end of the window.
    let sum = loadCycles(windowed, 'decode');
    for (let position = 40; position < 90; position += 1) sum += step(position);
    expect(decodeTime(windowed, 41, 50).cycles).toBe(Math.round(sum));
  });

  test('cache and rows on chip have the size of the window', () => {
    const bytes = (analysis: DesignAnalysis): number =>
      programOf(analysis.stages.decode).memories.reduce(
        (sum, { spec: { content } }) =>
          content.kind === 'buffer' && content.buffer.kind === 'kv_cache' ? sum + content.buffer.bytes : sum,
        0,
      );
    const rows = WINDOW.sinks + Math.ceil((WINDOW.recent - 1) / 4) * 4 + 64;
    expect(bytes(windowed) / bytes(long(undefined))).toBeCloseTo(rows / 65_536, 10);
    expect(windowed.stages.decode.context.maxKeys).toBe(WINDOW.sinks + WINDOW.recent);
    expect(windowed.stages.prefill.context.maxKeys).toBe(rows);
  });
});

describe('what a design may say', () => {
  const problems = (window: Window): string[] =>
    analyze(design('hybrid', 'w4a4kv8', window)).problems.map(({ severity, message }) => `${severity}: ${message}`);

  test('sinks are whole blocks and tiles, the window is not longer than what the model knows', () => {
    expect(problems(WINDOW)).toEqual([]);
    expect(problems({ sinks: 6, recent: 40 })[0]).toBe(
      'error: Prefill writes whole blocks of tokens to the KV cache, and 6 sinks would end inside one; set the sinks of the attention window to a multiple of 4.',
    );
    expect(problems({ sinks: 16, recent: 500 })).toEqual([
      'error: The attention window of 16 sinks and 500 recent tokens spans more than the 512 positions that moby-llama-1m attends to; make it shorter, 512 together at most.',
    ]);
    const tiles = design('hybrid', 'w4a4kv8', WINDOW);
    expect(analyze({ ...tiles, window: { sinks: 8, recent: 40 } }).problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/Key parallelism .* 16/),
    ]);
  });

  test('with a window the context may exceed what the model was trained for: a warning', () => {
    const within = design('hybrid', 'w4a4kv8');
    const beyond = analyze({ ...within, limits: { ...within.limits, context: 2048 } });
    expect(beyond.legal).toBe(true);
    expect(beyond.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning context-beyond-training',
    ]);
    const { window: _, ...without } = within;
    expect(analyze({ ...without, limits: { ...within.limits, context: 2048 } }).legal).toBe(false);
  });

  test('it is set and taken away by assignments, and repaired', () => {
    const { window: _, ...whole } = design('hybrid', 'w4a4kv8');
    const set = (to: Design, text: string): Design => {
      const edit = assign(to, text);
      if (isRefused(edit)) throw new Error(edit.refused);
      return applyEdit(to, edit).design;
    };
    const windowed = set(whole, 'window=32,100');
    expect(windowed.window).toEqual({ sinks: 32, recent: 100 });
    expect(analyze(windowed).legal).toBe(true);
    expect(set(windowed, 'window=none')).toEqual(whole);
    expect(assign(whole, 'window=32')).toHaveProperty('refused');
    const adapted = adapt(set(whole, 'window=30,100'), whole, new Set());
    expect(isRefused(adapted) ? adapted.refused : adapted.steps[0]).toMatch(/^attention window → (28|32) \+ 100$/);
  });
});
