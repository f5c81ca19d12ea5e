import { expect, test } from 'vitest';
import type { Architecture } from './architecture.ts';
import { calibrate } from './calibrate.ts';
import { renderImage } from './images.ts';
import type { ImageSpec, Lanes } from './manifest.ts';
import { type LinearRecipe, type Recipe, recipeByName } from './recipe.ts';
import { MOBY_LLAMA_1M } from './samples.ts';
import { syntheticWeights } from './synthetic.ts';
import { quantizedTensors } from './tensors.ts';
import { withScales } from './weight-groups.ts';

const MODEL: Architecture = { ...MOBY_LLAMA_1M, layers: 1, hidden: 32, heads: 4, kvHeads: 2, headDim: 8, ffn: 32 };

test('scales of groups: those of several groups in front of their weights, in as many words as they take', () => {
  const scale = (group: number, output: number): number => 1 + group * 4 + output;
  // A word of 4 bytes has room for the scales of two groups of three outputs.
  const weights = Uint8Array.from({ length: 24 }, (_, i) => 100 + i);
  expect([...withScales(weights, 4, 3, 3, scale)]).toEqual([
    ...[0x21, 0x53, 0x76, 0],
    ...weights.subarray(0, 16),
    ...[0xa9, 0x0b, 0, 0],
    ...weights.subarray(16),
  ]);
  // A word of 1 byte has room for two of three.
  expect([...withScales(Uint8Array.of(91, 92, 93, 94), 1, 2, 3, scale)]).toEqual([
    ...[0x21, 0x03, 91, 92],
    ...[0x65, 0x07, 93, 94],
  ]);
});

test('groups of input channels that lie apart in a stream are refused', async () => {
  const base = recipeByName('w4a8kv8') as Recipe;
  const linear: LinearRecipe = { ...base.qkvo, group: 16 };
  const own = syntheticWeights(MODEL);
  const tensors = quantizedTensors(
    own,
    { ...base, qkvo: linear, ffn: linear, lmHead: linear },
    await calibrate(own, [0, 5]),
  );
  const spec = (order: Lanes['order'], group = 16): ImageSpec => ({
    name: 'w',
    stage: 'decode',
    wordBytes: 2,
    layout: {
      kind: 'weight_slices',
      format: 'int4',
      group,
      kp: 2,
      ports: 1,
      port: 0,
      input: { lanes: 4, order },
      output: { lanes: 2, order: 'interleaved' },
    },
    segments: [{ role: 'o_proj', layers: 1, words: 16 * (16 + 1) }],
  });
  const render = (image: ImageSpec): Promise<void> => renderImage(image, tensors, () => undefined);
  await render(spec('interleaved'));
  await expect(render(spec('blocked'))).rejects.toThrow('do not follow one another');
  await expect(render(spec('interleaved', 32))).rejects.toThrow('int4 in groups of 32');
});
