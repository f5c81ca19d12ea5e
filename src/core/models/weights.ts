import { type Architecture, type LinearRole, linearShape, type NormRole } from './architecture.ts';
import type { Finding } from '../diagnostics/diagnostic.ts';
import { found, type ModelCode } from './diagnostics.ts';
import type { TrainedMemory } from './memory-weights.ts';
import { ModelError } from './model-error.ts';
import type { TensorStore } from './safetensors.ts';

/** The weights of a model by role. All of them finite; shapes agree with `model`. Rows are output channels. */
export interface WeightSource {
  readonly model: Architecture;
  /** Rows of a weight matrix, [count][k]. `layer` is ignored for lm_head. */
  linearRows(role: LinearRole, layer: number, start: number, count: number): Promise<Float32Array>;
  /** RMSNorm weights, [hidden]. `layer` is ignored for final_norm. */
  norm(role: NormRole, layer: number): Promise<Float32Array>;
  /** Rows of the embedding table, [count][hidden]. */
  embeddingRows(start: number, count: number): Promise<Float32Array>;
  /** The trained hierarchical memory that came with them. */
  readonly memory?: TrainedMemory | undefined;
}

const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';

/** The Hugging Face tensor name of a weight matrix. */
export function linearTensorName(model: Architecture, role: LinearRole, layer: number): string {
  switch (role) {
    case 'lm_head':
      return model.tiedHead ? EMBEDDING : HEAD;
    case 'q_proj':
    case 'k_proj':
    case 'v_proj':
    case 'o_proj':
      return `model.layers.${layer}.self_attn.${role}.weight`;
    default:
      return `model.layers.${layer}.mlp.${role}.weight`;
  }
}

/** The Hugging Face tensor name of RMSNorm weights. */
export function normTensorName(role: NormRole, layer: number): string {
  if (role === 'final_norm') return 'model.norm.weight';
  return `model.layers.${layer}.${role === 'attn_norm' ? 'input_layernorm' : 'post_attention_layernorm'}.weight`;
}

/** Every tensor an architecture needs and its shape. */
export function expectedTensors(model: Architecture): Map<string, readonly number[]> {
  const out = new Map<string, readonly number[]>([
    [EMBEDDING, [model.vocab, model.hidden]],
    [normTensorName('final_norm', 0), [model.hidden]],
  ]);
  const add = (role: LinearRole, layer: number): void => {
    const { k, n } = linearShape(model, role);
    out.set(linearTensorName(model, role, layer), [n, k]);
  };
  add('lm_head', 0);
  for (let layer = 0; layer < model.layers; layer++) {
    for (const role of ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const)
      add(role, layer);
    for (const role of ['attn_norm', 'ffn_norm'] as const) out.set(normTensorName(role, layer), [model.hidden]);
  }
  return out;
}

/** What the tensors of a file lack for an architecture, at most ten findings. */
export function tensorProblems(model: Architecture, store: TensorStore): Finding<ModelCode>[] {
  const problems: Finding<ModelCode>[] = [];
  const types = new Set(['F32', 'F16', 'BF16']);
  for (const [name, shape] of expectedTensors(model)) {
    const info = store.info(name);
    if (info === undefined)
      problems.push(found(name === HEAD ? 'tensor-head-missing' : 'tensor-missing', { tensor: name }));
    else if (info.shape.join() !== shape.join()) {
      problems.push(found('tensor-shape', { tensor: name, shape: info.shape, expected: shape }));
    } else if (!types.has(info.dtype)) {
      problems.push(found('tensor-type', { tensor: name, type: info.dtype }));
    }
  }
  for (const name of store.names) {
    if (name.endsWith('.bias')) problems.push(found('tensor-bias', { tensor: name }));
  }
  return problems.length > 10
    ? [...problems.slice(0, 9), found('tensors-more', { more: problems.length - 9 })]
    : problems;
}

/**
 * The weights of `model` in `store`.
 * @throws ModelError naming the tensors that are missing or of a wrong shape or type.
 */
export function openWeights(model: Architecture, store: TensorStore): WeightSource {
  const problems = tensorProblems(model, store);
  if (problems.length > 0) {
    throw new ModelError(
      found('weights-of-other-model', { model: model.name, problems: problems.map(({ message }) => message) }),
    );
  }
  return {
    model,
    linearRows: (role, layer, start, count) => store.rows(linearTensorName(model, role, layer), start, count),
    norm: (role, layer) => store.rows(normTensorName(role, layer), 0, model.hidden),
    embeddingRows: (start, count) => store.rows(EMBEDDING, start, count),
  };
}

/** All rows of a weight matrix in one array, [n][k], read in stretches of a few megabytes. */
export async function wholeMatrix(weights: WeightSource, role: LinearRole, layer: number): Promise<Float32Array> {
  const { k, n } = linearShape(weights.model, role);
  const out = new Float32Array(n * k);
  const step = rowsPerRead(k);
  for (let row = 0; row < n; row += step) {
    out.set(await weights.linearRows(role, layer, row, Math.min(step, n - row)), row * k);
  }
  return out;
}

/** Rows of `k` values that make about 4 MB of fp32. */
export function rowsPerRead(k: number): number {
  return Math.max(1, Math.floor(1_048_576 / k));
}
