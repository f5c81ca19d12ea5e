import { type Architecture, type LinearRole, linearShape } from './architecture.ts';
import { hadamard } from './arithmetic.ts';
import { type Calibration, channelFactors, channelNorms } from './calibrate.ts';
import { found } from './diagnostics.ts';
import { ModelError } from './model-error.ts';
import { GROUP_LIMIT, type LinearRecipe, linearRecipe, type Recipe, STORED_BITS, type WeightFormat } from './recipe.ts';
import { recipeProblems } from './recipe-problems.ts';
import { compressRows, keptChannels, spreadRows } from './sparsity.ts';
import { rowsPerRead, type WeightSource } from './weights.ts';

/** Rows of a weight matrix in the format of a recipe, [count][k]; with sparsity, of the channels that are kept. */
export interface QuantizedRows {
  /** Integers (one per element), fp32 values for fp32. */
  readonly values: Int8Array | Float32Array;
  /** Per row `s_w` (1 for fp32). */
  readonly scales: Float32Array;
  /** Per row `w_sum` = s_w * sum(m*q) (0 for fp32), `m` being 1 without groups. */
  readonly sums: Float32Array;
  /** Per row and group of input channels `m`, an integer from 0 to GROUP_LIMIT: a weight is `s_w * m * q`. */
  readonly groups?: Uint8Array | undefined;
  /** With sparsity: of each value the place of its input channel among those that it was chosen from. */
  readonly kept?: Uint8Array | undefined;
}

/** Largest integer of a weight format. */
export function weightLimit(format: Exclude<WeightFormat, 'fp32'>): number {
  return format === 'int2' ? 3 : 2 ** (STORED_BITS[format] - 1) - 1;
}

/** A word as a number and as bits. */
const word = new Float32Array(1);
const wordBits = new Int32Array(word.buffer);

/**
 * Quantizes rows of `k` weights symmetrically, one scale per row: `s_w = max|w| / limit` (1 if 0, rounded to fp32),
 * `q = w / s_w` rounded half away from zero. With `group`, and for int2 and ternary: see quantizeGroups.
 */
export function quantizeRows(rows: Float32Array, k: number, format: WeightFormat, group?: number): QuantizedRows {
  if (format !== 'fp32' && (format === 'int2' || format === 'ternary' || group !== undefined))
    return quantizeGroups(rows, k, format, group);
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

/** Most rounds of the search for the scale of 2-bit and ternary weights; it ends as soon as no weight changes its level. */
const MOST_ROUNDS = 20;

/**
 * The step of least squared error, from `first` on: levels for a step and the step for levels in turn. Magnitudes above `split`
 * steps take the large level; `stepOf` says what the step is when so many, of that sum, do.
 */
function settledStep(
  rows: Float32Array,
  from: number,
  to: number,
  first: number,
  split: number,
  stepOf: (large: number, sum: number) => number,
): number {
  let step = first;
  let before = -1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let large = 0;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const w = Math.abs(rows[i] as number);
      if (w > split * step) {
        large++;
        sum += w;
      }
    }
    if (large === before) break;
    before = large;
    step = stepOf(large, sum);
  }
  return step;
}

/** The step `s` for which weights that are rounded to the levels -3s, -s, s and 3s are nearest to themselves. */
function twoBitStep(rows: Float32Array, from: number, to: number): number {
  let squares = 0;
  let magnitudes = 0;
  for (let i = from; i < to; i++) {
    const w = Math.abs(rows[i] as number);
    squares += w * w;
    magnitudes += w;
  }
  const first = 0.5 * Math.sqrt(squares / (to - from));
  return settledStep(rows, from, to, first, 2, (large, sum) => (magnitudes + 2 * sum) / (to - from + 8 * large));
}

/** Weights below this part of their mean magnitude begin as 0 (ternary weight networks, arXiv 1605.04711). */
const FIRST_ZEROS = 0.7;

/**
 * The step `s` for which weights that are rounded to -s, 0 and s are nearest to themselves. Of weights that are ternary already it
 * is their magnitude, exactly.
 */
function ternaryStep(rows: Float32Array, from: number, to: number): number {
  let magnitudes = 0;
  for (let i = from; i < to; i++) magnitudes += Math.abs(rows[i] as number);
  const first = (2 * FIRST_ZEROS * magnitudes) / (to - from);
  return settledStep(rows, from, to, first, 0.5, (large, sum) => (large === 0 ? first : sum / large));
}

/** The step between levels of `int4` weights: the largest magnitude is a level. */
function fourBitStep(rows: Float32Array, from: number, to: number): number {
  let top = 0;
  for (let i = from; i < to; i++) top = Math.max(top, Math.abs(rows[i] as number));
  return top / weightLimit('int4');
}

/**
 * Quantizes rows of `k` weights with a scale per group of `group` input channels, in integers `m` of 4 bits times one scale
 * `s_w` per row; without `group` there is no `m`. Every group has a step of its own that suits its weights, the largest one of
 * a row is GROUP_LIMIT * s_w. int2: `q` is the odd number from -3 to 3 that is nearest to `w / (m * s_w)`, ternary: -1, 0 or 1; int4 as
 * in quantizeRows. A row, or a group, of zeros has the scale 0.
 */
function quantizeGroups(
  rows: Float32Array,
  k: number,
  format: Exclude<WeightFormat, 'fp32'>,
  group: number | undefined,
): QuantizedRows {
  const count = rows.length / k;
  const size = group ?? k;
  const perRow = k / size;
  const scales = new Float32Array(count);
  const sums = new Float32Array(count);
  const values = new Int8Array(rows.length);
  const groups = new Uint8Array(count * perRow).fill(1);
  const stepOf = format === 'int2' ? twoBitStep : format === 'ternary' ? ternaryStep : fourBitStep;
  const steps = new Float64Array(perRow);
  const limit = weightLimit(format);
  for (let r = 0; r < count; r++) {
    let most = 0;
    for (let g = 0; g < perRow; g++) {
      const from = r * k + g * size;
      steps[g] = stepOf(rows, from, from + size);
      most = Math.max(most, steps[g] as number);
    }
    const scale = Math.fround(group === undefined ? most : most / GROUP_LIMIT);
    let sum = 0;
    for (let g = 0; g < perRow; g++) {
      const multiple = scale === 0 ? 0 : Math.round((steps[g] as number) / scale);
      if (group !== undefined) groups[r * perRow + g] = Math.min(multiple, GROUP_LIMIT);
      const unit = (groups[r * perRow + g] as number) * scale;
      let own = 0;
      for (let i = r * k + g * size; i < r * k + (g + 1) * size; i++) {
        const w = rows[i] as number;
        let q: number;
        if (format === 'int2') q = Math.abs(w) > 2 * unit ? 3 : 1;
        else q = unit === 0 ? 0 : Math.min(limit, Math.floor(Math.abs(w) / unit + 0.5));
        values[i] = w < 0 ? -q : q;
        own += values[i] as number;
      }
      sum += (groups[r * perRow + g] as number) * own;
    }
    scales[r] = scale;
    sums[r] = scale * sum;
  }
  return { values, scales, sums, ...(group === undefined ? {} : { groups }) };
}

/** Integers of rows of `k` weights as they count in a sum of products: times the scales of their groups. */
function multiplied({ values, groups }: QuantizedRows): Int8Array | Float32Array {
  if (groups === undefined) return values;
  const size = values.length / groups.length;
  return (values as Int8Array).map((value, i) => value * (groups[Math.floor(i / size)] as number));
}

/** Rotates every row of `k` weights in place (w' = H w, so that w' . Hx = w . x). */
export function rotateRows(rows: Float32Array, k: number): void {
  for (let start = 0; start < rows.length; start += k) hadamard(rows.subarray(start, start + k));
}

/** @throws ModelError with the problems of `recipeProblems`. */
export function checkRecipe(recipe: Recipe, model: Architecture): void {
  const problems = recipeProblems(recipe, model);
  if (problems.length > 0)
    throw new ModelError(found('recipe-impossible', { problems: problems.map(({ message }) => message) }));
}

/** Rows that start at `start`, each times the factor of its output channel. */
function timesFactors(rows: QuantizedRows, k: number, factors: Float32Array, start: number): QuantizedRows {
  const { values } = rows;
  if (values instanceof Float32Array)
    return { ...rows, values: values.map((w, i) => w * (factors[start + Math.floor(i / k)] as number)) };
  const times = (list: Float32Array): Float32Array => list.map((x, r) => x * (factors[start + r] as number));
  return { ...rows, scales: times(rows.scales), sums: times(rows.sums) };
}

/**
 * Rows `start` to `start + count - 1` of a weight matrix, rotated, pruned and quantized as the recipe says.
 * @param calibration needed where weights are kept by their activations, or where the KV cache has 4 bits: then the results of
 * some matrices are multiplied by a factor per output channel (those of the weights, or of their scales).
 */
export async function readQuantizedRows(
  weights: WeightSource,
  recipe: Recipe,
  calibration: Calibration | null,
  role: LinearRole,
  layer: number,
  start: number,
  count: number,
): Promise<QuantizedRows> {
  const { k, n } = linearShape(weights.model, role);
  const { weights: format, group, sparsity }: LinearRecipe = linearRecipe(recipe, role);
  // Of outputs that keep the same channels both are read.
  const paired = sparsity?.pairs === true;
  const first = paired ? start - (start % 2) : start;
  const end = paired ? Math.min(n, start + count + ((start + count) % 2)) : start + count;
  let rows = await weights.linearRows(role, layer, first, end - first);
  if (role === 'down_proj' && recipe.downHadamard) {
    rows = rows.slice();
    rotateRows(rows, k);
  }
  const factors = channelFactors(weights.model, recipe, calibration, role, layer);
  const scaled = (quantized: QuantizedRows): QuantizedRows =>
    factors ? timesFactors(quantized, k, factors, start) : quantized;
  if (sparsity === undefined) return scaled(quantizeRows(rows, k, format, group));
  const norms = sparsity.by === 'activations' ? channelNorms(calibration, recipe, role, layer) : undefined;
  const all = keptChannels(rows, k, sparsity, norms);
  const stored = all.length / (end - first);
  const kept = all.subarray((start - first) * stored, (start - first + count) * stored);
  const own = rows.subarray((start - first) * k, (start - first + count) * k);
  return { ...scaled(quantizeRows(compressRows(own, kept, sparsity), stored, format, group)), kept };
}

/** A whole weight matrix, rotated, pruned and quantized. The integers are multiplied by the scales of their groups. */
export async function readQuantizedMatrix(
  weights: WeightSource,
  recipe: Recipe,
  calibration: Calibration | null,
  role: LinearRole,
  layer: number,
): Promise<QuantizedRows> {
  const { k, n } = linearShape(weights.model, role);
  const { weights: format, sparsity } = linearRecipe(recipe, role);
  const values = format === 'fp32' ? new Float32Array(n * k) : new Int8Array(n * k);
  const scales = new Float32Array(n);
  const sums = new Float32Array(n);
  const step = rowsPerRead(k);
  for (let row = 0; row < n; row += step) {
    const part = await readQuantizedRows(weights, recipe, calibration, role, layer, row, Math.min(step, n - row));
    const own = multiplied(part);
    values.set(part.kept && sparsity && own instanceof Int8Array ? spreadRows(own, part.kept, sparsity) : own, row * k);
    scales.set(part.scales, row);
    sums.set(part.sums, row);
  }
  return { values, scales, sums };
}
