import { expect, test } from 'vitest';
import { matmul } from '../../src/core/models/float-forward.ts';
import { wideProduct } from './wide-product.ts';

test('products with vector instructions are those without, bit for bit', () => {
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  for (const [tokens, k, rows, n, first] of [
    [1, 1, 1, 1, 0],
    [7, 3, 5, 9, 2],
    [8, 64, 32, 32, 0],
    [17, 129, 33, 40, 7],
    [16, 2048, 3, 3, 0],
  ] as const) {
    const x = Float64Array.from({ length: tokens * k }, random);
    const w = Float32Array.from({ length: rows * k }, random);
    const [plain, wide] = [new Float64Array(tokens * n), new Float64Array(tokens * n)];
    matmul(x, w, tokens, k, plain, first);
    wideProduct(x, w, tokens, k, wide, first);
    expect(new Uint8Array(wide.buffer)).toEqual(new Uint8Array(plain.buffer));
  }
});
