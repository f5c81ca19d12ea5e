/** A model that the product has never seen: sharded bfloat16, untied head, odd sizes; from its folder to tokens with the shipped programs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import type { Calibration } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { command, newArguments, ROOT } from './harness.ts';
import { writeModelFolder } from './model-folder.ts';

const MODEL: Architecture = {
  name: 'foreign',
  layers: 2,
  hidden: 72,
  heads: 6,
  kvHeads: 2,
  headDim: 16,
  ffn: 176,
  vocab: 1024,
  maxPositions: 256,
  ropeTheta: 50000,
  ropeScaling: { factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 64 },
  normEpsilon: 1e-6,
  tiedHead: false,
  bos: 1022,
  eos: [1023],
};

let folder = '';
let source = '';
let weights: WeightSource;

/** Rounds to bfloat16 by cutting, as fp32 again. */
const cut = (x: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  view.setUint16(2, 0);
  return view.getFloat32(0);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-foreign-'));
  source = join(folder, 'model');
  const full = syntheticWeights(MODEL, 11);
  weights = {
    model: MODEL,
    linearRows: async (...args) => (await full.linearRows(...args)).map(cut),
    norm: async (...args) => (await full.norm(...args)).map(cut),
    embeddingRows: async (...args) => (await full.embeddingRows(...args)).map(cut),
  };
  await writeModelFolder(source, weights, 2);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['fp32', 'u280', 'temporal'],
  ['w4a4kv8', 'v80', 'hybrid'],
] as const)(
  '%s on %s, %s: new, export, pack and csim give the tokens of the reference',
  { timeout: 300_000 },
  async (recipe, target, style) => {
    const file = join(folder, `${recipe}.json`);
    const project = join(folder, recipe);
    const composer = join(ROOT, 'build/cli/composer.mjs');
    const run = async (args: readonly string[], cwd = folder): Promise<string> => {
      const result = await command(process.execPath, args, cwd);
      expect(result.code, result.stderr).toBe(0);
      return result.stdout;
    };
    await run([
      composer,
      ...newArguments(source, target, recipe, style, file),
      ...['--prompt', '64', '--context', '128'],
    ]);
    await run([composer, 'export', file, '--out', project]);
    await run(['run.mjs', 'pack', '--model', source, '--json'], project);
    const answer = JSON.parse(
      await run(['run.mjs', 'csim', '--prompt', 'Call me Ishmael. "; rm -rf /', '--tokens', '24', '--json'], project),
    ) as { ids: number[]; promptIds: number[]; cycles: { prefill: number; decode: number } };
    const record = JSON.parse(readFileSync(join(project, 'build/pack.json'), 'utf8')) as {
      calibration: Calibration | null;
    };
    const design = JSON.parse(readFileSync(file, 'utf8')) as Design;
    const reference = await loadReference(weights, design.recipe, record.calibration);
    expect(answer.ids).toEqual(generate(reference, answer.promptIds, 24));
    expect(answer.cycles.prefill).toBeGreaterThan(0);
    expect(answer.cycles.decode).toBeGreaterThan(0);
  },
);

test('the files of the tokenizer decide whether the prompt begins with a begin token', {
  timeout: 300_000,
}, async () => {
  const project = join(folder, 'fp32');
  const settings = join(source, 'tokenizer_config.json');
  const given = JSON.parse(readFileSync(settings, 'utf8')) as object;
  const promptIds = async (): Promise<number[]> => {
    const result = await command(
      process.execPath,
      ['run.mjs', 'csim', '--model', source, '--prompt', 'Call me', '--tokens', '1', '--json'],
      project,
    );
    expect(result.code, result.stderr).toBe(0);
    return (JSON.parse(result.stdout) as { promptIds: number[] }).promptIds;
  };
  const [first, ...rest] = await promptIds();
  expect(first).toBe(MODEL.bos);
  writeFileSync(settings, JSON.stringify({ ...given, add_bos_token: false }));
  expect(await promptIds()).toEqual(rest);
});
