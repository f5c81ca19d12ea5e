import { type Architecture, type LinearRole, linearShape, type NormRole } from './architecture.ts';
import { type Calibration, headScaleValues, needsCalibration } from './calibrate.ts';
import type { HeadScaleRole } from './manifest.ts';
import { found } from './diagnostics.ts';
import { ModelError } from './model-error.ts';
import { checkRecipe, type QuantizedRows, readQuantizedRows } from './quantize.ts';
import type { Recipe } from './recipe.ts';
import { type MemoryWeights, memoryWeights } from './memory-weights.ts';
import { rowsPerRead, type WeightSource } from './weights.ts';

/** Everything a memory image can hold, quantized on the way; nothing large is kept. */
export interface QuantizedTensors {
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** Rows (output channels) of a weight matrix in the recipe's format. */
  linearRows(role: LinearRole, layer: number, start: number, count: number): Promise<QuantizedRows>;
  /** `s_w` and `w_sum` of all output channels. */
  channelScales(
    role: LinearRole,
    layer: number,
  ): Promise<{ readonly scales: Float32Array; readonly sums: Float32Array }>;
  norm(role: NormRole, layer: number): Promise<Float32Array>;
  embeddingRows(start: number, count: number): Promise<Float32Array>;
  /** What the hierarchical memory works with. */
  memory(): Promise<MemoryWeights>;
  /** Multipliers per head. @throws ModelError when the recipe has no such multipliers */
  headScales(role: HeadScaleRole, layer: number): Float32Array;
}

/**
 * @param calibration needed when the recipe's attention is int8 or weights are pruned by activations, ignored otherwise.
 * @throws ModelError when the recipe cannot be computed or the calibration is missing.
 */
export function quantizedTensors(
  weights: WeightSource,
  recipe: Recipe,
  calibration: Calibration | null,
): QuantizedTensors {
  const { model } = weights;
  checkRecipe(recipe, model);
  if (needsCalibration(recipe) && calibration === null) {
    throw new ModelError(found('calibration-missing', { recipe: recipe.name }));
  }
  let memory: Promise<MemoryWeights> | undefined;
  const scaleCache = new Map<string, { scales: Float32Array; sums: Float32Array }>();
  return {
    model,
    recipe,
    linearRows: (role, layer, start, count) =>
      readQuantizedRows(weights, recipe, calibration, role, layer, start, count),
    channelScales: async (role, layer) => {
      const key = `${role} ${layer}`;
      const known = scaleCache.get(key);
      if (known !== undefined) return known;
      const { k, n } = linearShape(model, role);
      const all = { scales: new Float32Array(n), sums: new Float32Array(n) };
      const step = rowsPerRead(k);
      for (let row = 0; row < n; row += step) {
        const part = await readQuantizedRows(weights, recipe, calibration, role, layer, row, Math.min(step, n - row));
        all.scales.set(part.scales, row);
        all.sums.set(part.sums, row);
      }
      scaleCache.set(key, all);
      return all;
    },
    norm: (role, layer) => weights.norm(role, layer),
    embeddingRows: (start, count) => weights.embeddingRows(start, count),
    memory: () => {
      memory ??= memoryWeights(
        model,
        weights.memory,
        (start, count) => weights.embeddingRows(start, count),
        rowsPerRead(model.hidden),
      );
      return memory;
    },
    headScales: (role, layer) =>
      headScaleValues(model, recipe, recipe.attention === 'int8' ? calibration : null, role, layer),
  };
}
