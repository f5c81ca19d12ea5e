import { expect, test } from 'vitest';
import { MOBY_LLAMA_1M } from './samples.ts';
import { calibrate } from './calibrate.ts';
import { quantizeRows, readQuantizedMatrix } from './quantize.ts';
import { type LinearRecipe, type Recipe, recipeByName, type Sparsity } from './recipe.ts';
import { compressRows, keptChannels, spreadRows } from './sparsity.ts';
import { syntheticWeights } from './synthetic.ts';
import { withIndices } from './weight-indices.ts';

const of = (keep: 1 | 2 | 4, of: 2 | 4 | 8, pairs = false, by: Sparsity['by'] = 'magnitude'): Sparsity => ({
  keep,
  of,
  by,
  pairs,
});

test('the largest weights of each block are kept, in the order of their channels', () => {
  const rows = Float32Array.of(1, -4, 2, 3, 0, 0, 0, 5);
  expect([...keptChannels(rows, 8, of(2, 4))]).toEqual([1, 3, 0, 3]);
  expect([...keptChannels(rows, 8, of(1, 8))]).toEqual([7]);
  expect([...compressRows(rows, keptChannels(rows, 8, of(2, 4)), of(2, 4))]).toEqual([-4, 3, 0, 5]);
  // A large activation makes a small weight matter.
  expect([...keptChannels(rows, 8, of(2, 4, false, 'activations'), [9, 1, 1, 1, 1, 1, 1, 1])]).toEqual([0, 1, 0, 3]);
});

test('pairs of outputs keep what both need most; an odd last one keeps its own', () => {
  const rows = Float32Array.of(5, 1, 0, 0, 0, 2, 0, 4, 1, 2, 3, 4);
  expect([...keptChannels(rows, 4, of(2, 4, true))]).toEqual([0, 3, 0, 3, 2, 3]);
});

test('weights that leave out others already come out unchanged', () => {
  const rows = Float32Array.of(0, 3, 0, -2, 7, 0, 0, 1);
  const kept = keptChannels(rows, 8, of(2, 4));
  const { values, scales } = quantizeRows(compressRows(rows, kept, of(2, 4)), 4, 'int4');
  expect(scales[0]).toBe(1);
  expect([...spreadRows(values as Int8Array, kept, of(2, 4))]).toEqual([...rows]);
});

test('indices in front of the words of their weights, three bits side by side, fewer words at the end of a run', () => {
  const weights = Uint8Array.of(91, 92, 93);
  const place = (word: number, element: number): number => (word * 2 + element) % 8;
  // Of two weights per word those of one word fit a byte.
  expect([...withIndices(weights, 1, 3, 2, of(4, 8), place)]).toEqual([0o10, 91, 0o32, 92, 0o54, 93]);
  // Pairs: those of two words, and of one at the end.
  expect([...withIndices(weights, 1, 3, 2, of(4, 8, true), place)]).toEqual([0o20, 91, 92, 0o4, 93]);
  // Across bytes: nine bits of three words of one weight.
  expect([...withIndices(Uint8Array.of(1, 0, 2, 0, 3, 0), 2, 3, 1, of(4, 8), (word) => word + 4)]).toEqual([
    ...[0o654 & 255, 0o654 >> 8],
    ...[1, 0, 2, 0, 3, 0],
  ]);
});

test('a matrix is the quantized one of pruned weights; by activations it needs norms of a calibration for the recipe', async () => {
  const weights = syntheticWeights({
    ...MOBY_LLAMA_1M,
    layers: 1,
    hidden: 32,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    ffn: 32,
  });
  const base = recipeByName('w4a8kv8') as Recipe;
  const recipe = (sparsity: Sparsity): Recipe => {
    const linear: LinearRecipe = { ...base.qkvo, sparsity };
    return { ...base, qkvo: linear, ffn: linear };
  };
  const pruned = await weights.linearRows('q_proj', 0, 0, 32);
  for (let block = 0; block < pruned.length; block += 4) {
    const sizes = [...pruned.subarray(block, block + 4)].map(Math.abs).sort((a, b) => b - a);
    for (let i = block; i < block + 4; i++) if (Math.abs(pruned[i] as number) < (sizes[1] as number)) pruned[i] = 0;
  }
  const dense = quantizeRows(pruned, 32, 'int4');
  expect(await readQuantizedMatrix(weights, recipe(of(2, 4)), null, 'q_proj', 0)).toEqual(dense);
  const wanda = recipe(of(2, 4, true, 'activations'));
  const read = readQuantizedMatrix(weights, wanda, await calibrate(weights, [0, 5]), 'q_proj', 0);
  await expect(read).rejects.toThrow('calibrate the model again for this recipe');
  const calibration = await calibrate(weights, [0, 5], undefined, undefined, wanda);
  expect(calibration.layers[0]?.norms).toMatchObject({ q_proj: { length: 32 }, down_proj: { length: 32 } });
  await readQuantizedMatrix(weights, wanda, calibration, 'down_proj', 0);
});
