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
  /** Key-value heads: see `kvHeadOf`. */
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

/** The KV head that a query head reads: neighbouring query heads share one (GQA). */
export const kvHeadOf = ({ heads, kvHeads }: Pick<Architecture, 'heads' | 'kvHeads'>, head: number): number =>
  Math.floor((head * kvHeads) / heads);

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

/**
 * Weight matrices that take the same input and may be multiplied as one operation: `runs`, the results of one after those of
 * the other; `turns`, a vector of each in turn.
 */
export const FUSED_ROLES = {
  qkv_proj: { parts: ['q_proj', 'k_proj', 'v_proj'], order: 'runs' },
  gate_up_proj: { parts: ['gate_proj', 'up_proj'], order: 'turns' },
} as const satisfies Readonly<Record<string, { parts: readonly LinearRole[]; order: 'runs' | 'turns' }>>;
export type FusedRole = keyof typeof FUSED_ROLES;

/** What a linear engine multiplies by: a matrix, or several as one. */
export type MatrixRole = LinearRole | FusedRole;

export const isFused = (role: string): role is FusedRole => Object.hasOwn(FUSED_ROLES, role);

/** The matrices of a role, in order. */
export const partsOf = (role: MatrixRole): readonly LinearRole[] => (isFused(role) ? FUSED_ROLES[role].parts : [role]);

export const NORM_ROLES = ['attn_norm', 'ffn_norm', 'final_norm'] as const;
export type NormRole = (typeof NORM_ROLES)[number];

/** Input and output channels of what an engine multiplies by. */
export function matrixShape(model: Architecture, role: MatrixRole): { k: number; n: number } {
  const shapes = partsOf(role).map((part) => linearShape(model, part));
  return { k: shapes[0]?.k ?? 0, n: shapes.reduce((sum, { n }) => sum + n, 0) };
}

/** Vectors of `lanes` channels in which the results of a role leave: each matrix fills whole vectors. */
export const matrixSteps = (model: Architecture, role: MatrixRole, lanes: number): number =>
  partsOf(role).reduce((sum, part) => sum + Math.ceil(linearShape(model, part).n / lanes), 0);

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
