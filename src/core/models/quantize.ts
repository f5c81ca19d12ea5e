import { type LinearRole, linearShape } from './architecture.ts';
import { hadamard } from './arithmetic.ts';
import { found } from './diagnostics.ts';
import { ModelError } from './model-error.ts';
import { linearRecipe, type Recipe, type WeightFormat } from './recipe.ts';
import { recipeProblems } from './recipe-problems.ts';
import { rowsPerRead, type WeightSource } from './weights.ts';

/** Rows of a weight matrix in the format of a recipe, [count][k]. */
export interface QuantizedRows {
  /** Integers for int8 and int4 (one per element), fp32 values otherwise. */
  readonly values: Int8Array | Float32Array;
  /** Per row `s_w` (1 for fp32). */
  readonly scales: Float32Array;
  /** Per row `w_sum` = s_w * sum(q) (0 for fp32). */
  readonly sums: Float32Array;
}

/** Largest integer of a weight format. */
export function weightLimit(format: 'int8' | 'int4'): number {
  return format === 'int8' ? 127 : 7;
}

/** A word as a number and as bits. */
const word = new Float32Array(1);
const wordBits = new Int32Array(word.buffer);

/**
 * Quantizes rows of `k` weights symmetrically, one scale per row: `s_w = max|w| / limit` (1 if 0, rounded to fp32),
 * `q = w / s_w` rounded half away from zero.
 */
export function quantizeRows(rows: Float32Array, k: number, format: WeightFormat): QuantizedRows {
  const count = rows.length / k;
  const scales = new Float32Array(count).fill(1);
  const sums = new Float32Array(count);
  if (format === 'fp32') return { values: rows, scales, sums };
  const limit = weightLimit(format);
  const values = new Int8Array(rows.length);
  // Magnitudes and signs are taken from the bits, where nothing depends on random signs: models have 10^9 weights.
  const bits = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
  for (let r = 0; r < count; r++) {
    const from = r * k;
    const to = from + k;
    let top = 0;
    for (let i = from; i < to; i++) {
      const magnitude = (bits[i] as number) & 0x7fffffff;
      if (magnitude > top) top = magnitude;
    }
    wordBits[0] = top;
    const scale = Math.fround((word[0] as number) / limit) || 1;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const whole = (Math.abs(rows[i] as number) / scale + 0.5) | 0;
      // biome-ignore lint/complexity/useMathMinMax: Math.min makes the loop half as slow again
      const bounded = whole > limit ? limit : whole;
      const sign = (bits[i] as number) >> 31;
      const q = (bounded ^ sign) - sign;
      values[i] = q;
      sum = (sum + q) | 0;
    }
    scales[r] = scale;
    sums[r] = scale * sum;
  }
  return { values, scales, sums };
}

/** Rotates every row of `k` weights in place (w' = H w, so that w' . Hx = w . x). */
export function rotateRows(rows: Float32Array, k: number): void {
  for (let start = 0; start < rows.length; start += k) hadamard(rows.subarray(start, start + k));
}

/** @throws ModelError with the problems of `recipeProblems`. */
export function checkRecipe(recipe: Recipe, ffn: number): void {
  const problems = recipeProblems(recipe, ffn);
  if (problems.length > 0)
    throw new ModelError(found('recipe-impossible', { problems: problems.map(({ message }) => message) }));
}

/** Rows `start` to `start + count - 1` of a weight matrix, rotated and quantized as the recipe says. */
export async function readQuantizedRows(
  weights: WeightSource,
  recipe: Recipe,
  role: LinearRole,
  layer: number,
  start: number,
  count: number,
): Promise<QuantizedRows> {
  const { k } = linearShape(weights.model, role);
  let rows = await weights.linearRows(role, layer, start, count);
  if (role === 'down_proj' && recipe.downHadamard) {
    rows = rows.slice();
    rotateRows(rows, k);
  }
  return quantizeRows(rows, k, linearRecipe(recipe, role).weights);
}

/** A whole weight matrix, rotated and quantized. */
export async function readQuantizedMatrix(
  weights: WeightSource,
  recipe: Recipe,
  role: LinearRole,
  layer: number,
): Promise<QuantizedRows> {
  const { k, n } = linearShape(weights.model, role);
  const fp32 = linearRecipe(recipe, role).weights === 'fp32';
  const values = fp32 ? new Float32Array(n * k) : new Int8Array(n * k);
  const scales = new Float32Array(n);
  const sums = new Float32Array(n);
  const step = rowsPerRead(k);
  for (let row = 0; row < n; row += step) {
    const part = await readQuantizedRows(weights, recipe, role, layer, row, Math.min(step, n - row));
    values.set(part.values, row * k);
    scales.set(part.scales, row);
    sums.set(part.sums, row);
  }
  return { values, scales, sums };
}
