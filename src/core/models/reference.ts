/**
 * The reference of the generated hardware: one token at a time with a KV cache, in exactly the arithmetic of
 * docs/runtime.md, section 1, for any mix of number formats.
 */
import {
  type Architecture,
  groupSize,
  LINEAR_ROLES,
  type LinearRole,
  linearShape,
  type NormRole,
} from './architecture.ts';
import {
  cacheInFourBits,
  dequantize,
  fixedDot,
  hadamard,
  integerDot,
  inverseSum,
  powers,
  quantizeDynamic,
  quantizeStatic,
  rmsNorm,
  rotate,
  silu,
  softmax,
  type TokenScale,
} from './arithmetic.ts';
import { type Calibration, headScaleValues, needsCalibration } from './calibrate.ts';
import { found } from './diagnostics.ts';
import { ModelError } from './model-error.ts';
import { checkRecipe, type QuantizedRows, readQuantizedMatrix } from './quantize.ts';
import { type LinearRecipe, linearRecipe, normalisesResult, type Recipe, valueGroup } from './recipe.ts';
import { ropeRows } from './rope.ts';
import { type ReferenceMemory, referenceMemory } from './memory-weights.ts';
import type { Segmentation } from './segments.ts';
import { rowsPerRead, type WeightSource } from './weights.ts';

const NO_SCALE: TokenScale = { scale: 1, offset: 0 };
const ATTENTION_ROLES = ['q', 'k', 'v', 'probs', 'scores', 'attn'] as const;
type AttentionScales = Readonly<Record<(typeof ATTENTION_ROLES)[number], Float32Array>>;

interface Layer {
  readonly linear: Readonly<Record<Exclude<LinearRole, 'lm_head'>, QuantizedRows>>;
  readonly attnNorm: Float32Array;
  readonly ffnNorm: Float32Array;
  /** Null: attention in fp32, of which only `scoreScale` matters. */
  readonly scales: AttentionScales | null;
  readonly scoreScale: Float32Array;
}

/** The first tokens of a text, and the most recent ones up to the token itself. */
export interface AttentionWindow {
  readonly sinks: number;
  readonly recent: number;
}

/** A model prepared for a recipe; it is not changed by its sessions. */
export interface Reference {
  /** What a token attends to; all tokens before it when absent. */
  readonly window?: AttentionWindow | undefined;
  /** How a text goes through prefill in segments, and what its memory works with; in one piece when absent. */
  readonly memory?: ReferenceMemory | undefined;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** A fresh KV cache of `capacity` positions (default: the model's, at most 4096). */
  session(capacity?: number): Session;
}

/** One sequence of tokens and its KV cache. */
export interface Session {
  /** Tokens seen so far. */
  readonly position: number;
  /** Residual stream after the last layer of the last token, before the final norm, [hidden]. Overwritten by `step`. */
  readonly hidden: Float32Array;
  /**
   * Processes one token, or an embedding [hidden] in place of one. The logits [vocab] are overwritten by the next step; without
   * `wantLogits` they are not computed. @throws RangeError for an unknown token or a full cache.
   */
  step(token: number | Float32Array, wantLogits?: boolean): Float32Array;
}

/**
 * Reads and quantizes all weights.
 * @param calibration may be null when the recipe's attention is fp32 and no weights are pruned by activations.
 * @param window what a token attends to; all tokens before it when absent.
 * @param segmentation how a text goes through prefill in segments; in one piece when absent.
 * @throws ModelError when the recipe cannot be computed or the calibration is missing or of another model.
 */
export async function loadReference(
  weights: WeightSource,
  recipe: Recipe,
  calibration: Calibration | null,
  window?: AttentionWindow,
  segmentation?: Segmentation,
): Promise<Reference> {
  const { model } = weights;
  checkRecipe(recipe, model);
  const scales = recipe.attention === 'int8' ? calibration : null;
  if (needsCalibration(recipe) && calibration === null) {
    throw new ModelError(found('calibration-missing', { recipe: recipe.name }));
  }
  const layers: Layer[] = [];
  for (let layer = 0; layer < model.layers; layer++) {
    const matrices: Partial<Record<LinearRole, QuantizedRows>> = {};
    for (const role of LINEAR_ROLES) {
      if (role !== 'lm_head') matrices[role] = await readQuantizedMatrix(weights, recipe, calibration, role, layer);
    }
    const norm = (role: NormRole): Promise<Float32Array> => weights.norm(role, layer);
    const table = (role: (typeof ATTENTION_ROLES)[number]): Float32Array =>
      headScaleValues(model, recipe, scales, role, layer);
    layers.push({
      linear: matrices as Layer['linear'],
      attnNorm: await norm('attn_norm'),
      ffnNorm: await norm('ffn_norm'),
      scales:
        scales === null
          ? null
          : {
              q: table('q'),
              k: table('k'),
              v: table('v'),
              probs: table('probs'),
              scores: table('scores'),
              attn: table('attn'),
            },
      scoreScale: table('scores'),
    });
  }
  const embedding = new Float32Array(model.vocab * model.hidden);
  const step = rowsPerRead(model.hidden);
  for (let row = 0; row < model.vocab; row += step) {
    embedding.set(await weights.embeddingRows(row, Math.min(step, model.vocab - row)), row * model.hidden);
  }
  const head = await readQuantizedMatrix(weights, recipe, calibration, 'lm_head', 0);
  const finalNorm = await weights.norm('final_norm', 0);
  const parts = { model, recipe, window, layers, embedding, head, finalNorm };
  return {
    model,
    recipe,
    window,
    memory: segmentation && (await referenceMemory(model, weights.memory, segmentation, weights.embeddingRows, step)),
    session: (capacity = Math.min(model.maxPositions, 4096)) => new ReferenceSession(parts, capacity),
  };
}

interface Parts {
  readonly model: Architecture;
  readonly recipe: Recipe;
  readonly window: AttentionWindow | undefined;
  readonly layers: readonly Layer[];
  readonly embedding: Float32Array;
  readonly head: QuantizedRows;
  readonly finalNorm: Float32Array;
}

/** Activations in front of one or more weight matrices. */
interface Activations {
  readonly recipe: LinearRecipe;
  readonly values: Float32Array;
  readonly integers: Int32Array;
  readonly token: TokenScale;
}

class ReferenceSession implements Session {
  position = 0;
  readonly hidden: Float32Array;
  private readonly parts: Parts;
  private readonly capacity: number;
  private readonly table: Float32Array;
  /** [layer][kv head][position][headDim] */
  private readonly keys: (Float32Array | Int8Array)[] = [];
  private readonly values: (Float32Array | Int8Array)[] = [];
  private readonly normed: Float32Array;
  private readonly q: Float32Array;
  /** Queries for the sinks. */
  private readonly far: Float32Array;
  /** Rows of the cache. */
  private readonly rows: number;
  private readonly k: Float32Array;
  private readonly v: Float32Array;
  private readonly heads: Float32Array;
  private readonly delta: Float32Array;
  private readonly gate: Float32Array;
  private readonly up: Float32Array;
  private readonly probabilities: Float32Array;
  private readonly logits: Float32Array;

  constructor(parts: Parts, capacity: number) {
    const { model, recipe } = parts;
    this.parts = parts;
    this.capacity = capacity;
    this.table = ropeRows(model, 0, capacity);
    const { window } = parts;
    this.rows = window ? Math.min(capacity, window.sinks + window.recent) : capacity;
    const rows = model.kvHeads * this.rows * model.headDim;
    for (let layer = 0; layer < model.layers; layer++) {
      this.keys.push(recipe.attention === 'int8' ? new Int8Array(rows) : new Float32Array(rows));
      this.values.push(recipe.attention === 'int8' ? new Int8Array(rows) : new Float32Array(rows));
    }
    this.hidden = new Float32Array(model.hidden);
    this.normed = new Float32Array(model.hidden);
    this.q = new Float32Array(model.heads * model.headDim);
    this.far = new Float32Array(model.heads * model.headDim);
    this.k = new Float32Array(model.kvHeads * model.headDim);
    this.v = new Float32Array(model.kvHeads * model.headDim);
    this.heads = new Float32Array(model.heads * model.headDim);
    this.delta = new Float32Array(model.hidden);
    this.gate = new Float32Array(model.ffn);
    this.up = new Float32Array(model.ffn);
    this.probabilities = new Float32Array(this.rows);
    this.logits = new Float32Array(model.vocab);
  }

  step(token: number | Float32Array, wantLogits = true): Float32Array {
    const { model, layers, embedding, finalNorm, head } = this.parts;
    if (typeof token === 'number' && (!Number.isInteger(token) || token < 0 || token >= model.vocab)) {
      throw new RangeError(`Token ${token} is not in the vocabulary of ${model.vocab}.`);
    }
    if (this.position >= this.capacity) throw new RangeError(`The KV cache of ${this.capacity} positions is full.`);
    this.hidden.set(
      typeof token === 'number' ? embedding.subarray(token * model.hidden, (token + 1) * model.hidden) : token,
    );
    for (const [index, layer] of layers.entries()) {
      this.attentionBlock(layer, index);
      this.feedForwardBlock(layer);
    }
    this.position++;
    if (wantLogits) {
      rmsNorm(this.hidden, finalNorm, model.normEpsilon, this.normed);
      this.linear('lm_head', head, this.activations('lm_head', this.normed), this.logits);
    }
    return this.logits;
  }

  /**
   * Where the cache keeps the position: with a window, all behind the sinks in a ring of the recent ones. A token takes the row of
   * the first one that it does not attend to; sums are exact, so the order of the rows does not matter.
   */
  private get row(): number {
    const { window } = this.parts;
    if (!window || this.position < window.sinks) return this.position;
    return window.sinks + ((this.position - window.sinks) % window.recent);
  }

  /** The query for a row of the cache. */
  private queryFor<Queries>(row: number, far: Queries, near: Queries): Queries {
    return row < (this.parts.window?.sinks ?? 0) ? far : near;
  }

  private attentionBlock(layer: Layer, index: number): void {
    const { model } = this.parts;
    rmsNorm(this.hidden, layer.attnNorm, model.normEpsilon, this.normed);
    const x = this.activations('q_proj', this.normed);
    this.linear('q_proj', layer.linear.q_proj, x, this.q);
    this.linear('k_proj', layer.linear.k_proj, x, this.k);
    this.linear('v_proj', layer.linear.v_proj, x, this.v);
    const { window } = this.parts;
    // To a sink the distance is at most that from the end of the window.
    const cap = window ? Math.min(this.position, window.sinks + window.recent) : this.position;
    this.far.set(this.q);
    for (let h = 0; h < model.heads; h++) {
      rotate(this.far, h * model.headDim, model.headDim, this.table, cap);
      rotate(this.q, h * model.headDim, model.headDim, this.table, this.position);
    }
    for (let h = 0; h < model.kvHeads; h++) rotate(this.k, h * model.headDim, model.headDim, this.table, this.position);
    if (layer.scales === null) this.floatAttention(layer.scoreScale, index);
    else this.integerAttention(layer.scales, index);
    this.linear('o_proj', layer.linear.o_proj, this.activations('o_proj', this.heads), this.delta);
    this.addDelta();
  }

  private feedForwardBlock(layer: Layer): void {
    const { model, recipe } = this.parts;
    rmsNorm(this.hidden, layer.ffnNorm, model.normEpsilon, this.normed);
    const x = this.activations('gate_proj', this.normed);
    this.linear('gate_proj', layer.linear.gate_proj, x, this.gate);
    this.linear('up_proj', layer.linear.up_proj, x, this.up);
    for (let i = 0; i < this.gate.length; i++) this.gate[i] = silu(this.gate[i] as number) * (this.up[i] as number);
    if (recipe.downHadamard) hadamard(this.gate);
    this.linear('down_proj', layer.linear.down_proj, this.activations('down_proj', this.gate), this.delta);
    this.addDelta();
  }

  private addDelta(): void {
    for (let i = 0; i < this.hidden.length; i++)
      this.hidden[i] = (this.hidden[i] as number) + (this.delta[i] as number);
  }

  private activations(role: LinearRole, values: Float32Array): Activations {
    const recipe = linearRecipe(this.parts.recipe, role);
    const integers = new Int32Array(recipe.activations === 'fp32' ? 0 : values.length);
    const token =
      recipe.activations === 'fp32'
        ? NO_SCALE
        : quantizeDynamic(values, recipe.activations.bits, recipe.activations.symmetric, integers);
    return { recipe, values, integers, token };
  }

  private linear(role: LinearRole, matrix: QuantizedRows, x: Activations, out: Float32Array): void {
    const { k, n } = linearShape(this.parts.model, role);
    const weights = matrix.values;
    const format = x.recipe.activations;
    if (format === 'fp32' || weights instanceof Float32Array) {
      for (let o = 0; o < n; o++) out[o] = fixedDot(x.values, 0, weights as Float32Array, o * k, k);
      return;
    }
    for (let o = 0; o < n; o++) {
      const sum = integerDot(x.integers, weights, o * k, k);
      out[o] = dequantize(sum, x.token, format.symmetric, matrix.scales[o] as number, matrix.sums[o] as number);
    }
  }

  private floatAttention(scoreScale: Float32Array, index: number): void {
    const { heads, kvHeads, headDim } = this.parts.model;
    const keys = this.keys[index] as Float32Array;
    const values = this.values[index] as Float32Array;
    const p = this.probabilities;
    const length = Math.min(this.position + 1, this.rows);
    for (let h = 0; h < kvHeads; h++) {
      const at = (h * this.rows + this.row) * headDim;
      keys.set(this.k.subarray(h * headDim, (h + 1) * headDim), at);
      values.set(this.v.subarray(h * headDim, (h + 1) * headDim), at);
    }
    for (let h = 0; h < heads; h++) {
      const base = Math.floor(h / groupSize(this.parts.model)) * this.rows * headDim;
      const scale = scoreScale[h] as number;
      for (let t = 0; t < length; t++) {
        const query = this.queryFor(t, this.far, this.q);
        p[t] = fixedDot(query, h * headDim, keys, base + t * headDim, headDim) * scale;
      }
      const weigh = normalisesResult(this.parts.recipe) ? powers : softmax;
      weigh(p, length);
      for (let d = 0; d < headDim; d++)
        this.heads[h * headDim + d] = fixedDot(p, 0, values, base + d, length, 1, headDim);
      if (weigh === powers) this.normaliseHead(h, inverseSum(p, length));
    }
  }

  private integerAttention(scales: AttentionScales, index: number): void {
    const { heads, kvHeads, headDim } = this.parts.model;
    const group = valueGroup(this.parts.recipe, headDim);
    const keys = this.keys[index] as Int8Array;
    const values = this.values[index] as Int8Array;
    const p = this.probabilities;
    const length = Math.min(this.position + 1, this.rows);
    for (let h = 0; h < kvHeads; h++) {
      const at = (h * this.rows + this.row) * headDim;
      for (let d = 0; d < headDim; d++) {
        const key = quantizeStatic(this.k[h * headDim + d] as number, scales.k[h] as number, false);
        keys[at + d] = group === undefined ? key : Math.max(-8, Math.min(7, key));
        values[at + d] = quantizeStatic(this.v[h * headDim + d] as number, scales.v[h] as number, false);
      }
      if (group !== undefined) cacheInFourBits(values.subarray(at, at + headDim), group);
    }
    const query = new Int32Array(headDim);
    const far = new Int32Array(headDim);
    const weight = new Int32Array(length);
    for (let h = 0; h < heads; h++) {
      const base = Math.floor(h / groupSize(this.parts.model)) * this.rows * headDim;
      for (let d = 0; d < headDim; d++) {
        query[d] = quantizeStatic(this.q[h * headDim + d] as number, scales.q[h] as number, false);
        far[d] = quantizeStatic(this.far[h * headDim + d] as number, scales.q[h] as number, false);
      }
      const scale = scales.scores[h] as number;
      for (let t = 0; t < length; t++) {
        p[t] = Math.fround(integerDot(this.queryFor(t, far, query), keys, base + t * headDim, headDim)) * scale;
      }
      const weigh = normalisesResult(this.parts.recipe) ? powers : softmax;
      weigh(p, length);
      for (let t = 0; t < length; t++) weight[t] = quantizeStatic(p[t] as number, scales.probs[h] as number, true);
      for (let d = 0; d < headDim; d++) {
        let sum = 0;
        for (let t = 0; t < length; t++) sum += (weight[t] as number) * (values[base + t * headDim + d] as number);
        this.heads[h * headDim + d] = sum;
      }
      if (weigh === powers) this.normaliseHead(h, inverseSum(p, length));
      for (let d = 0; d < headDim; d++) {
        const at = h * headDim + d;
        this.heads[at] = (this.heads[at] as number) * (scales.attn[h] as number);
      }
    }
  }

  /** Multiplies the result of a head by the inverse of the sum of its weights. */
  private normaliseHead(head: number, inverse: number): void {
    const { headDim } = this.parts.model;
    for (let at = head * headDim; at < (head + 1) * headDim; at++)
      this.heads[at] = (this.heads[at] as number) * inverse;
  }
}
