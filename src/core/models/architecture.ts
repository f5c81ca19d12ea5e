/** Frequency scaling of RoPE as introduced with Llama 3 (config.json: rope_scaling.rope_type = "llama3"). */
export interface RopeScaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaxPositions: number;
}

/** The dimensions of a decoder-only language model of the Llama family. */
export interface Architecture {
  readonly name: string;
  readonly layers: number;
  /** Width of the residual stream. */
  readonly hidden: number;
  /** Query heads. */
  readonly heads: number;
  /** Key-value heads; query head h reads KV head floor(h / (heads / kvHeads)). */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of the SwiGLU feed-forward network. */
  readonly ffn: number;
  readonly vocab: number;
  /** Longest context: the positions it was trained for, or its attention window where that is shorter. */
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
  readonly normEpsilon: number;
  /** The output head shares the embedding table. */
  readonly tiedHead: boolean;
  readonly bos: number | null;
  /** Generation stops at any of these. */
  readonly eos: readonly number[];
}

/** The eight weight matrices with an operation of their own, in the order of the forward pass. */
export const LINEAR_ROLES = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
  'lm_head',
] as const;
export type LinearRole = (typeof LINEAR_ROLES)[number];

export const NORM_ROLES = ['attn_norm', 'ffn_norm', 'final_norm'] as const;
export type NormRole = (typeof NORM_ROLES)[number];

/** Input and output channels of a weight matrix. */
export function linearShape(model: Architecture, role: LinearRole): { k: number; n: number } {
  const attention = model.heads * model.headDim;
  const kv = model.kvHeads * model.headDim;
  switch (role) {
    case 'q_proj':
      return { k: model.hidden, n: attention };
    case 'k_proj':
    case 'v_proj':
      return { k: model.hidden, n: kv };
    case 'o_proj':
      return { k: attention, n: model.hidden };
    case 'gate_proj':
    case 'up_proj':
      return { k: model.hidden, n: model.ffn };
    case 'down_proj':
      return { k: model.ffn, n: model.hidden };
    case 'lm_head':
      return { k: model.hidden, n: model.vocab };
  }
}

/** Query heads that share one key-value head. */
export function groupSize(model: Architecture): number {
  return model.heads / model.kvHeads;
}
