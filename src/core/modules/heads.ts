import type { Architecture } from '../models/architecture.ts';
import { Refusal, type StreamType } from './types.ts';

/** Heads per lane of a decode head stream; refuses lanes and orders that do not keep a head in one lane. */
export function headsPerLane(type: StreamType, heads: number, port: string): number {
  if (type.order === 'interleaved') {
    throw new Refusal(
      `Input '${port}' needs the blocked order, in which a head stays in one lane; set the order of the producer to blocked or insert a lane adapter.`,
      { port },
    );
  }
  if (heads % type.lanes !== 0) {
    throw new Refusal(
      `Input '${port}' has ${type.lanes} lanes, but ${heads} heads do not divide over them; insert a lane adapter to a divisor of ${heads}.`,
      { port },
    );
  }
  return heads / type.lanes;
}

/** Heads of an attention tensor. */
export function headsOf(model: Architecture, role: string): number {
  return role === 'k' || role === 'v' ? model.kvHeads : model.heads;
}
