import type { Architecture } from '../models/architecture.ts';
import { found } from './diagnostics.ts';
import { Refusal, type StreamType } from './types.ts';

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

/** Heads of an attention tensor. */
export function headsOf(model: Architecture, role: string): number {
  return role === 'k' || role === 'v' ? model.kvHeads : model.heads;
}
