import type { Architecture } from './architecture.ts';
import { found } from './diagnostics.ts';
import { embed, forwardLayer, layerMath, type LayerMath, loadLayer } from './float-forward.ts';
import type { HeadScaleRole } from './manifest.ts';
import { ModelError } from './model-error.ts';
import type { WeightSource } from './weights.ts';

/** Static scales of one layer's attention: `absmax / 127` over the calibration text, 1 if that is 0. */
export interface LayerScales {
  /** Per query head, of q / sqrt(headDim) after RoPE. */
  readonly q: readonly number[];
  /** Per KV head, after RoPE. */
  readonly k: readonly number[];
  /** Per KV head. */
  readonly v: readonly number[];
}

/** The scales of a model's int8 attention. Plain JSON. */
export interface Calibration {
  /** Number of tokens they were measured on. */
  readonly tokens: number;
  readonly layers: readonly LayerScales[];
}

function headScales(x: Float64Array, heads: number, headDim: number, divisor: number): number[] {
  const max = new Array<number>(heads).fill(0);
  for (let from = 0, head = 0; from < x.length; from += headDim, head = (head + 1) % heads)
    for (let i = from; i < from + headDim; i++) max[head] = Math.max(max[head] as number, Math.abs(x[i] as number));
  return max.map((m) => m / divisor / 127 || 1);
}

/**
 * Measures the static scales of attention with the ordinary float forward pass. Layers are visited in order; only one
 * layer's weights and the activations of the calibration tokens are in memory.
 * @param ids one sequence from position 0 (with its begin token), at most maxPositions.
 * @param progress is called before every layer with its number and the count of layers; it may return a promise.
 * @param math computes the large parts of a layer; default: in this thread.
 * @throws ModelError when there are no tokens or the model computes non-finite numbers.
 */
export async function calibrate(
  weights: WeightSource,
  ids: readonly number[],
  progress?: (layer: number, layers: number) => void | Promise<void>,
  math = async (layer: number): Promise<LayerMath> => layerMath(weights.model, await loadLayer(weights, layer)),
): Promise<Calibration> {
  const { model } = weights;
  if (ids.length === 0) throw new ModelError(found('calibration-without-text', {}));
  const x = await embed(weights, ids);
  const layers: LayerScales[] = [];
  for (let layer = 0; layer < model.layers; layer++) {
    await progress?.(layer, model.layers);
    const norms = {
      attnNorm: await weights.norm('attn_norm', layer),
      ffnNorm: await weights.norm('ffn_norm', layer),
    };
    await forwardLayer(model, norms, await math(layer), x, (q, k, v) => {
      layers.push({
        q: headScales(q, model.heads, model.headDim, Math.sqrt(model.headDim)),
        k: headScales(k, model.kvHeads, model.headDim, 1),
        v: headScales(v, model.kvHeads, model.headDim, 1),
      });
    });
    if (!x.every(Number.isFinite)) {
      throw new ModelError(found('calibration-not-finite', { layer, model: model.name }));
    }
  }
  return { tokens: ids.length, layers };
}

/**
 * Multipliers of static quantization and scaling (docs/runtime.md, section 1), one per head, fp32. Roles k and v have
 * kvHeads values, all others `heads`.
 * @param calibration null for fp32 attention, where only `scores` exists.
 */
export function headScaleValues(
  model: Architecture,
  calibration: Calibration | null,
  role: HeadScaleRole,
  layer: number,
): Float32Array {
  const { heads, kvHeads, headDim } = model;
  if (calibration === null) {
    if (role !== 'scores') throw new ModelError(found('scales-not-static', { role }));
    return new Float32Array(heads).fill(1 / Math.sqrt(headDim));
  }
  const scales = calibration.layers[layer];
  if (scales === undefined || scales.q.length !== heads || scales.k.length !== kvHeads || scales.v.length !== kvHeads) {
    throw new ModelError(found('calibration-of-other-model', { layer, model: model.name }));
  }
  const shared = (list: readonly number[], head: number): number =>
    list[Math.floor((head * kvHeads) / heads)] as number;
  switch (role) {
    case 'q':
      return Float32Array.from(scales.q, (s) => 1 / (Math.sqrt(headDim) * s));
    case 'k':
      return Float32Array.from(scales.k, (s) => 1 / s);
    case 'v':
      return Float32Array.from(scales.v, (s) => 1 / s);
    case 'probs':
      return new Float32Array(heads).fill(255);
    case 'scores':
      return Float32Array.from(scales.q, (s, head) => s * shared(scales.k, head));
    case 'attn':
      return Float32Array.from(scales.q, (_, head) => shared(scales.v, head) / 255);
  }
}
