import { type Architecture, kvHeadOf, type LinearRole } from './architecture.ts';
import { hadamard } from './arithmetic.ts';
import { found } from './diagnostics.ts';
import {
  embed,
  forwardLayer,
  layerMath,
  type LayerMath,
  type LayerRole,
  loadLayer,
  normalise,
} from './float-forward.ts';
import type { HeadScaleRole } from './manifest.ts';
import { ModelError } from './model-error.ts';
import { linearRecipe, type Recipe, sparsitiesOf } from './recipe.ts';
import type { WeightSource } from './weights.ts';

/** Static scales of one layer's attention: `absmax / 127` over the calibration text, 1 if that is 0. */
export interface LayerScales {
  /** Per query head, of q / sqrt(headDim) after RoPE. */
  readonly q: readonly number[];
  /** Per KV head, after RoPE. */
  readonly k: readonly number[];
  /** Per KV head. */
  readonly v: readonly number[];
  /** L2 norms of the input channels of matrices, over the tokens; of those that the recipe prunes by them. */
  readonly norms?: Readonly<Partial<Record<NormedInput, readonly number[]>>> | undefined;
  /** Per KV head and pair of channels that RoPE turns, [kvHeads][headDim/2]: largest key, relative to that of the head. */
  readonly pairs: readonly number[];
  /** As `q`, of queries that are multiplied by `pairs`. */
  readonly evenQ: readonly number[];
}

/** Inputs of matrices: q, k and v have one, and gate and up. */
type NormedInput = 'q_proj' | 'o_proj' | 'gate_proj' | 'down_proj';

const inputOf = (role: LayerRole): NormedInput =>
  role === 'k_proj' || role === 'v_proj' ? 'q_proj' : role === 'up_proj' ? 'gate_proj' : role;

/** The scales of a model's int8 attention. Plain JSON. */
export interface Calibration {
  /** Number of tokens they were measured on. */
  readonly tokens: number;
  readonly layers: readonly LayerScales[];
  /** L2 norms of the input channels of lm_head, if the recipe prunes by them. */
  readonly headNorms?: readonly number[] | undefined;
}

const prunes = (recipe: Recipe, role: LinearRole): boolean => linearRecipe(recipe, role).sparsity?.by === 'activations';

const prunesAny = (recipe: Recipe): boolean => sparsitiesOf(recipe).some(({ by }) => by === 'activations');

/** Whether a recipe can be computed only with what calibration measures. */
export const needsCalibration = (recipe: Recipe): boolean => recipe.attention === 'int8' || prunesAny(recipe);

/** L2 norms of `channels` neighbouring channels over all tokens; in blocks rotated as the recipe says. */
function normsOf(x: Float64Array, channels: number, rotated: boolean): number[] {
  const squares = new Float64Array(channels);
  for (let from = 0; from < x.length; from += channels) {
    const token = Float32Array.from(x.subarray(from, from + channels));
    if (rotated) hadamard(token);
    for (let i = 0; i < channels; i++) squares[i] = (squares[i] as number) + (token[i] as number) ** 2;
  }
  return Array.from(squares, Math.sqrt);
}

/** L2 norms of the input channels of a matrix over the calibration text. @throws ModelError without such a calibration */
export function channelNorms(
  calibration: Calibration | null,
  recipe: Recipe,
  role: LinearRole,
  layer: number,
): readonly number[] {
  const norms = role === 'lm_head' ? calibration?.headNorms : calibration?.layers[layer]?.norms?.[inputOf(role)];
  if (norms === undefined) throw new ModelError(found('calibration-without-norms', { recipe: recipe.name, role }));
  return norms;
}

function headScales(x: Float64Array, heads: number, headDim: number, divisor: number): number[] {
  const max = new Array<number>(heads).fill(0);
  for (let from = 0, head = 0; from < x.length; from += headDim, head = (head + 1) % heads)
    for (let i = from; i < from + headDim; i++) max[head] = Math.max(max[head] as number, Math.abs(x[i] as number));
  return max.map((m) => m / divisor / 127 || 1);
}

/** The largest key of each pair of channels, relative to that of its head; 1 where there are only zeros. Rounded to fp32. */
function keyPairs({ kvHeads, headDim }: Architecture, k: Float64Array): number[] {
  const half = headDim / 2;
  const most = new Float64Array(kvHeads * half);
  for (let i = 0; i < k.length; i++) {
    const head = Math.floor(i / headDim) % kvHeads;
    const at = head * half + (i % half);
    most[at] = Math.max(most[at] as number, Math.abs(k[i] as number));
  }
  return Array.from(most, (own, at) => {
    const from = at - (at % half);
    const top = Math.max(...most.subarray(from, from + half));
    return Math.fround(own / top) || 1;
  });
}

/** Queries times the factors of the keys that they meet. */
function evened(model: Architecture, q: Float64Array, pairs: readonly number[]): Float64Array {
  const { heads, headDim } = model;
  const half = headDim / 2;
  return q.map((x, i) => {
    const head = kvHeadOf(model, Math.floor(i / headDim) % heads);
    return x * (pairs[head * half + (i % half)] as number);
  });
}

/**
 * Measures the static scales of attention with the ordinary float forward pass. Layers are visited in order; only one
 * layer's weights and the activations of the calibration tokens are in memory.
 * @param ids one sequence from position 0 (with its begin token), at most maxPositions.
 * @param progress is called before every layer with its number and the count of layers; it may return a promise.
 * @param math computes the large parts of a layer; default: in this thread.
 * @param recipe of which weights are pruned by norms of their channels: these are measured, too.
 * @throws ModelError when there are no tokens or the model computes non-finite numbers.
 */
export async function calibrate(
  weights: WeightSource,
  ids: readonly number[],
  progress?: (layer: number, layers: number) => void | Promise<void>,
  math = async (layer: number): Promise<LayerMath> => layerMath(weights.model, await loadLayer(weights, layer)),
  recipe?: Recipe,
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
    const measured: Partial<Record<NormedInput, readonly number[]>> = {};
    const plain = await math(layer);
    const observed: LayerMath = {
      attend: (q, k, v) => plain.attend(q, k, v),
      product: (role, input) => {
        if (recipe !== undefined && prunes(recipe, role))
          measured[inputOf(role)] ??= normsOf(
            input,
            input.length / ids.length,
            role === 'down_proj' && recipe.downHadamard,
          );
        return plain.product(role, input);
      },
    };
    await forwardLayer(model, norms, observed, x, (q, k, v) => {
      const pairs = keyPairs(model, k);
      const scalesOf = (queries: Float64Array): number[] =>
        headScales(queries, model.heads, model.headDim, Math.sqrt(model.headDim));
      layers.push({
        q: scalesOf(q),
        pairs,
        evenQ: scalesOf(evened(model, q, pairs)),
        k: headScales(k, model.kvHeads, model.headDim, 1),
        v: headScales(v, model.kvHeads, model.headDim, 1),
        ...(recipe !== undefined && prunesAny(recipe) ? { norms: measured } : {}),
      });
    });
    if (!x.every(Number.isFinite)) {
      throw new ModelError(found('calibration-not-finite', { layer, model: model.name }));
    }
  }
  if (recipe === undefined || !prunes(recipe, 'lm_head')) return { tokens: ids.length, layers };
  const last = normalise(x, await weights.norm('final_norm', 0), model.normEpsilon);
  return { tokens: ids.length, layers, headNorms: normsOf(last, model.hidden, false) };
}

/** The part of the largest keys of the calibration text that is the largest level of 4 bits: what few exceed is cut off. */
const KEY_CLIP = 0.85;

/** Largest value of a cached group, 7 levels of the largest scale, 16. */
const MOST_CACHED = 112;

/**
 * Multipliers of static quantization and scaling (docs/runtime.md, section 1), one per head, fp32. Roles k and v have
 * kvHeads values, all others `heads`.
 * @param calibration null for fp32 attention, where only `scores` exists.
 */
export function headScaleValues(
  model: Architecture,
  recipe: Pick<Recipe, 'cache'>,
  calibration: Calibration | null,
  role: HeadScaleRole,
  layer: number,
): Float32Array {
  const { heads, headDim } = model;
  if (calibration === null) {
    if (role !== 'scores') throw new ModelError(found('scales-not-static', { role }));
    return new Float32Array(heads).fill(1 / Math.sqrt(headDim));
  }
  const scales = scalesOfLayer(model, calibration, layer);
  const four = recipe.cache !== undefined;
  const q = four ? scales.evenQ : scales.q;
  const k = four ? scales.k.map((s) => (s * 127 * KEY_CLIP) / 7) : scales.k;
  const v = four ? scales.v.map((s) => (s * 127) / MOST_CACHED) : scales.v;
  const shared = (list: readonly number[], head: number): number => list[kvHeadOf(model, head)] as number;
  switch (role) {
    case 'q':
      return Float32Array.from(q, (s) => 1 / (Math.sqrt(headDim) * s));
    case 'k':
      return Float32Array.from(k, (s) => 1 / s);
    case 'v':
      return Float32Array.from(v, (s) => 1 / s);
    case 'probs':
      return new Float32Array(heads).fill(255);
    case 'scores':
      return Float32Array.from(q, (s, head) => s * shared(k, head));
    case 'attn':
      return Float32Array.from(q, (_, head) => shared(v, head) / 255);
  }
}

function scalesOfLayer(
  { name, heads, kvHeads, headDim }: Architecture,
  calibration: Calibration,
  layer: number,
): LayerScales {
  const scales = calibration.layers[layer];
  if (
    scales === undefined ||
    scales.q.length !== heads ||
    scales.k.length !== kvHeads ||
    scales.v.length !== kvHeads ||
    scales.pairs.length !== (kvHeads * headDim) / 2
  )
    throw new ModelError(found('calibration-of-other-model', { layer, model: name }));
  return scales;
}

/**
 * Factors of the output channels of q_proj and k_proj with a KV cache of 4 bits: keys are divided by the largest one of their
 * pair of channels, and queries multiplied by it. Both channels that RoPE turns have the same, so that scores stay what they are.
 */
export function channelFactors(
  model: Architecture,
  recipe: Pick<Recipe, 'cache'>,
  calibration: Calibration | null,
  role: LinearRole,
  layer: number,
): Float32Array | undefined {
  if (!recipe.cache || calibration === null || (role !== 'q_proj' && role !== 'k_proj')) return undefined;
  const { heads, kvHeads, headDim } = model;
  const { pairs } = scalesOfLayer(model, calibration, layer);
  const half = headDim / 2;
  const own = role === 'k_proj' ? kvHeads : heads;
  return Float32Array.from({ length: own * headDim }, (_, channel) => {
    const head = Math.floor(channel / headDim);
    const shared = role === 'k_proj' ? head : kvHeadOf(model, head);
    const factor = pairs[shared * half + (channel % half)] as number;
    return role === 'k_proj' ? 1 / factor : factor;
  });
}
