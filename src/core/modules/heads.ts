import type { Architecture } from '../models/architecture.ts';
import { found } from './diagnostics.ts';
import { type DesignContext, Refusal, type StreamType } from './types.ts';

/** Heads per lane of a decode head stream; refuses lanes and orders that do not keep a head in one lane. */
export function headsPerLane(type: StreamType, heads: number, port: string): number {
  if (type.order === 'interleaved') {
    throw new Refusal(found('order-interleaved', { port }), { port });
  }
  if (heads % type.lanes !== 0) {
    throw new Refusal(found('heads-indivisible', { port, lanes: type.lanes, heads }), { port });
  }
  return heads / type.lanes;
}

/**
 * Memories by which the query heads of decode are arranged (`queryHead` in models/manifest.ts): those of the KV cache, where
 * each holds several KV heads and several query heads share one. Undefined: the heads are in the order of the model.
 */
export const queryMemories = ({ stage, model, cachePorts }: DesignContext): number | undefined =>
  stage === 'decode' && model.kvHeads > cachePorts && model.heads > model.kvHeads ? cachePorts : undefined;

/**
 * Whether query heads that are arranged by `memories` part the channels of a group of the input of o_proj: it is neither
 * within a head nor of all heads of a memory.
 */
export const mixesHeads = ({ heads, headDim }: Architecture, memories: number, group: number): boolean =>
  headDim % group !== 0 && group % ((heads / memories) * headDim) !== 0;

/** The same as the field of an image's layout. */
export function headOrder(design: DesignContext): { readonly queryMemories?: number } {
  const memories = queryMemories(design);
  return memories === undefined ? {} : { queryMemories: memories };
}

/** Heads of an attention tensor. */
export function headsOf(model: Architecture, role: string): number {
  return role === 'k' || role === 'v' ? model.kvHeads : model.heads;
}
