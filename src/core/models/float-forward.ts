/**
 * The ordinary forward pass of a Llama model in double precision (weights fp32), whole sequences at a time. Written
 * without any of the hardware's arithmetic: it is the yardstick for the references and the pass that calibrates.
 */
import { type Architecture, kvHeadOf, type LinearRole, linearShape } from './architecture.ts';
import { type WeightSource, wholeMatrix } from './weights.ts';

/** The weights of one layer, rows are output channels. */
export interface LayerWeights {
  readonly attnNorm: Float32Array;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly o: Float32Array;
  readonly ffnNorm: Float32Array;
  readonly gate: Float32Array;
  readonly up: Float32Array;
  readonly down: Float32Array;
}

/** Sees queries and keys after RoPE, and values: [tokens][heads or kvHeads][headDim]. */
export type AttentionObserver = (q: Float64Array, k: Float64Array, v: Float64Array) => void;

export async function loadLayer(weights: WeightSource, layer: number): Promise<LayerWeights> {
  return {
    attnNorm: await weights.norm('attn_norm', layer),
    q: await wholeMatrix(weights, 'q_proj', layer),
    k: await wholeMatrix(weights, 'k_proj', layer),
    v: await wholeMatrix(weights, 'v_proj', layer),
    o: await wholeMatrix(weights, 'o_proj', layer),
    ffnNorm: await weights.norm('ffn_norm', layer),
    gate: await wholeMatrix(weights, 'gate_proj', layer),
    up: await wholeMatrix(weights, 'up_proj', layer),
    down: await wholeMatrix(weights, 'down_proj', layer),
  };
}

/**
 * The large parts of a layer. `layerMath` computes them here and now; whoever has threads may spread them, each result
 * being computed as there.
 */
export interface LayerMath {
  /** `y[t][o] = sum_i x[t][i] * w[o][i]` with the weights of a matrix of the layer. */
  product(role: LayerRole, x: Float64Array): Promise<Float64Array>;
  /** Causal attention of q, k and v after RoPE: [tokens][heads][headDim]. */
  attend(q: Float64Array, k: Float64Array, v: Float64Array): Promise<Float64Array>;
}

/** The matrices of a layer. */
export type LayerRole = Exclude<LinearRole, 'lm_head'>;

const FIELDS = {
  q_proj: 'q',
  k_proj: 'k',
  v_proj: 'v',
  o_proj: 'o',
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
} as const satisfies Record<LayerRole, keyof LayerWeights>;

/** One layer in this thread, its weights in memory. */
export function layerMath(model: Architecture, w: LayerWeights): LayerMath {
  return {
    product: async (role, x) => {
      const { k, n } = linearShape(model, role);
      return matmul(x, w[FIELDS[role]], x.length / k, k, new Float64Array((x.length / k) * n));
    },
    attend: async (q, k, v) => attend(model, q, k, v, 0, model.heads, new Float64Array(q.length)),
  };
}

/** Tokens that share each weight that is read. */
const GROUP = 8;

/**
 * `y[t][first + o] = sum_i x[t][i] * w[o][i]`.
 * @param y results of all tokens, which may be those of more rows than `w` has.
 */
export function matmul(
  x: Float64Array,
  w: Float32Array,
  tokens: number,
  k: number,
  y: Float64Array,
  first = 0,
): Float64Array {
  const rows = w.length / k;
  const n = y.length / tokens;
  // The activations of a group of tokens side by side, so that the inner loop reads one stretch of memory.
  const side = new Float64Array(k * GROUP);
  const sums = new Float64Array(GROUP);
  for (let t = 0; t < tokens; t += GROUP) {
    const count = Math.min(GROUP, tokens - t);
    side.fill(0);
    for (let j = 0; j < count; j++) for (let i = 0; i < k; i++) side[i * GROUP + j] = x[(t + j) * k + i] as number;
    for (let o = 0; o < rows; o++) {
      dotGroup(w, o * k, side, k, sums);
      for (let j = 0; j < count; j++) y[(t + j) * n + first + o] = sums[j] as number;
    }
  }
  return y;
}

/** Dot products of one weight row with the GROUP interleaved vectors in `side`. */
function dotGroup(w: Float32Array, start: number, side: Float64Array, k: number, sums: Float64Array): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  for (let i = 0, p = 0; i < k; i++, p += GROUP) {
    const weight = w[start + i] as number;
    s0 += weight * (side[p] as number);
    s1 += weight * (side[p + 1] as number);
    s2 += weight * (side[p + 2] as number);
    s3 += weight * (side[p + 3] as number);
    s4 += weight * (side[p + 4] as number);
    s5 += weight * (side[p + 5] as number);
    s6 += weight * (side[p + 6] as number);
    s7 += weight * (side[p + 7] as number);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  sums[4] = s4;
  sums[5] = s5;
  sums[6] = s6;
  sums[7] = s7;
}

export function normalise(x: Float64Array, gamma: Float32Array, epsilon: number): Float64Array {
  const width = gamma.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (x[start + i] as number) ** 2;
    const root = Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) y[start + i] = ((x[start + i] as number) / root) * (gamma[i] as number);
  }
  return y;
}

/** Wavelength (positions per turn) of a channel pair, stretched as Llama 3 does. */
function wavelength(model: Architecture, pair: number): number {
  const plain = 2 * Math.PI * Math.exp((Math.log(model.ropeTheta) * 2 * pair) / model.headDim);
  const scaling = model.ropeScaling;
  if (scaling === null) return plain;
  const shortest = scaling.originalMaxPositions / scaling.highFrequencyFactor;
  const longest = scaling.originalMaxPositions / scaling.lowFrequencyFactor;
  if (plain < shortest) return plain;
  if (plain > longest) return plain * scaling.factor;
  const smooth =
    (scaling.originalMaxPositions / plain - scaling.lowFrequencyFactor) /
    (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
  return 1 / ((1 - smooth) / (plain * scaling.factor) + smooth / plain);
}

function turn(model: Architecture, x: Float64Array, heads: number, tokens: number): void {
  const { headDim } = model;
  for (let pair = 0; pair < headDim / 2; pair++) {
    const step = (2 * Math.PI) / wavelength(model, pair);
    for (let t = 0; t < tokens; t++) {
      const cos = Math.cos(t * step);
      const sin = Math.sin(t * step);
      for (let h = 0; h < heads; h++) {
        const i = (t * heads + h) * headDim + pair;
        const j = i + headDim / 2;
        const re = x[i] as number;
        const im = x[j] as number;
        x[i] = re * cos - im * sin;
        x[j] = re * sin + im * cos;
      }
    }
  }
}

/** Causal attention of the heads from `first` to before `end`, into their part of `out`. */
export function attend(
  model: Architecture,
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  first: number,
  end: number,
  out: Float64Array,
): Float64Array {
  const { heads, kvHeads, headDim } = model;
  const tokens = q.length / (heads * headDim);
  const weight = new Float64Array(tokens);
  // Keys and values of a head side by side.
  const keys = new Float64Array(tokens * headDim);
  const values = new Float64Array(tokens * headDim);
  const query = new Float64Array(headDim);
  const sum = new Float64Array(headDim);
  for (let h = first; h < end; h++) {
    const shared = kvHeadOf(model, h);
    for (let s = 0; s < tokens; s++) {
      const from = (s * kvHeads + shared) * headDim;
      keys.set(k.subarray(from, from + headDim), s * headDim);
      values.set(v.subarray(from, from + headDim), s * headDim);
    }
    for (let t = 0; t < tokens; t++) {
      const place = (t * heads + h) * headDim;
      query.set(q.subarray(place, place + headDim));
      let best = -Infinity;
      for (let s = 0; s <= t; s++) {
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += (query[d] as number) * (keys[s * headDim + d] as number);
        weight[s] = dot / Math.sqrt(headDim);
        best = Math.max(best, weight[s] as number);
      }
      let total = 0;
      for (let s = 0; s <= t; s++) {
        weight[s] = Math.exp((weight[s] as number) - best);
        total += weight[s] as number;
      }
      sum.fill(0);
      for (let s = 0; s <= t; s++) {
        const share = (weight[s] as number) / total;
        for (let d = 0; d < headDim; d++) sum[d] = (sum[d] as number) + share * (values[s * headDim + d] as number);
      }
      out.set(sum, place);
    }
  }
  return out;
}

/** The norms of one layer. */
type LayerNorms = Pick<LayerWeights, 'attnNorm' | 'ffnNorm'>;

/** Runs one layer over the residual stream `x` [tokens][hidden], positions 0 to tokens - 1, in place. */
export async function forwardLayer(
  model: Architecture,
  norms: LayerNorms,
  math: LayerMath,
  x: Float64Array,
  observe?: AttentionObserver,
): Promise<void> {
  const { hidden, heads, kvHeads, normEpsilon } = model;
  const tokens = x.length / hidden;
  const a = normalise(x, norms.attnNorm, normEpsilon);
  const q = await math.product('q_proj', a);
  const k = await math.product('k_proj', a);
  const v = await math.product('v_proj', a);
  turn(model, q, heads, tokens);
  turn(model, k, kvHeads, tokens);
  observe?.(q, k, v);
  const o = await math.product('o_proj', await math.attend(q, k, v));
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + (o[i] as number);
  const b = normalise(x, norms.ffnNorm, normEpsilon);
  const gate = await math.product('gate_proj', b);
  const up = await math.product('up_proj', b);
  for (let i = 0; i < gate.length; i++) {
    const g = gate[i] as number;
    gate[i] = (g / (1 + Math.exp(-g))) * (up[i] as number);
  }
  const down = await math.product('down_proj', gate);
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + (down[i] as number);
}

/** The embeddings of `ids`, [tokens][hidden]. @throws RangeError for an id outside the vocabulary. */
export async function embed(weights: WeightSource, ids: readonly number[]): Promise<Float64Array> {
  const { hidden, vocab } = weights.model;
  const x = new Float64Array(ids.length * hidden);
  for (const [t, id] of ids.entries()) {
    if (!Number.isInteger(id) || id < 0 || id >= vocab)
      throw new RangeError(`Token ${id} is not in the vocabulary of ${vocab}.`);
    x.set(await weights.embeddingRows(id, 1), t * hidden);
  }
  return x;
}
