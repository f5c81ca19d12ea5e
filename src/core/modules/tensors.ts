import type { MatrixRole, NormRole } from '../models/architecture.ts';
import type { ProjectionRole } from '../models/memory-weights.ts';

/** Tensors that travel on streams: what one operation makes and another expects. */
export type Tensor =
  /** Hidden states: of the embedding, at the start of a layer, behind attention, at its end, behind the last layer. */
  | 'embed'
  | 'layer_in'
  | 'mid'
  | 'layer_out'
  | 'final_in'
  /** Outputs of the norms and of the weight matrices. */
  | NormRole
  | MatrixRole
  /** Attention: rotated queries and keys, values, scores before and behind their scale and mask, probabilities, result. */
  | 'q'
  | 'k'
  | 'v'
  | 'scores_raw'
  | 'scores'
  | 'masked'
  | 'probs'
  | 'attn_raw'
  | 'attn'
  /** Feed-forward network: activated gate, its product with the other branch, the same rotated. */
  | 'gate_act'
  | 'ffn_mid'
  | 'ffn_rotated'
  /** Hierarchical memory: the state at the end of a summary and of a segment, their projections, and what the memory has for a summary. */
  | 'summary_state'
  | 'memory_state'
  | ProjectionRole
  | 'retrieved';

/** Tensors that memory holds from one pass to another. */
export type MemoryTensor = 'hidden' | 'k_cache' | 'v_cache' | 'next_token' | 'memories';

/**
 * How an operation reads or writes a tensor in memory. `seen` says when a reader sees what was written: in a later pass
 * of the same layer, in the next layer, or with the next token (of prefill: in the next launch).
 */
export interface MemoryAccess {
  readonly tensor: MemoryTensor;
  readonly seen: 'later_pass' | 'next_layer' | 'next_token';
  /** Port of the stream that memory keeps as it travels: all readers and writers need the same lanes and order. */
  readonly asStreamed?: string;
}

/** The hidden state between layers, at a port. */
export const hiddenState = (port: string): MemoryAccess => ({ tensor: 'hidden', seen: 'next_layer', asStreamed: port });

/** Keys or values of the current layer. */
export const cache = (which: 'k' | 'v'): MemoryAccess => ({ tensor: `${which}_cache`, seen: 'later_pass' });

/** The token that was chosen. */
export const NEXT_TOKEN: MemoryAccess = { tensor: 'next_token', seen: 'next_token' };
