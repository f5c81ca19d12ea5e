import { expect, test } from 'vitest';
import { readDesign } from '../../core/design/schema.ts';
import { LLAMA_3_2_1B } from '../../core/models/samples.ts';
import { composeWish, usualWorkload, type Wish } from './new-design.ts';

const WISH: Wish = {
  name: 'New',
  model: LLAMA_3_2_1B,
  target: 'u280',
  recipe: 'w8a8kv8',
  workload: usualWorkload(LLAMA_3_2_1B),
  prefill: 'hybrid',
  decode: 'empty',
};

test('whatever is typed as a name, the design can be saved and opened again', () => {
  for (const [name, kept] of [
    ['  Mine ', 'Mine'],
    ['x'.repeat(300), 'x'.repeat(100)],
    ['a\nb', 'a b'],
    ['\u0000', 'design'],
    ['', 'design'],
  ] as const) {
    const design = composeWish({ ...WISH, name });
    expect(design.name).toBe(kept);
    expect(readDesign(design).ok).toBe(true);
  }
});

test('what no file could hold is refused with the range', () => {
  const workload = { prompt: 1_048_576, generate: 1_048_576 };
  expect(() => composeWish({ ...WISH, workload })).toThrow(
    'limits.context: must be a whole number from 1 to 1048576, but is 2097152',
  );
});
