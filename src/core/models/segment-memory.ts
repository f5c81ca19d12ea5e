import { fixedDot, rmsNorm, softmax } from './arithmetic.ts';
import type { Architecture } from './architecture.ts';

/**
 * The queue of memories of the hierarchical memory, in the arithmetic of the hardware: states are normalised to a root mean
 * square of 1, a search weighs the memories by softmax(state . memory / sqrt(hidden)).
 */
export class SegmentMemory {
  /** Memories appended so far; the queue holds the last ones. */
  appended = 0;
  private readonly rows: Float32Array;
  private readonly room: number;
  private readonly hidden: number;
  private readonly epsilon: number;
  private readonly gain: number;
  private readonly ones: Float32Array;

  /** @param gain what is retrieved is multiplied by it. */
  constructor({ hidden, normEpsilon }: Architecture, memories: number, gain: number) {
    this.room = memories;
    this.hidden = hidden;
    this.epsilon = normEpsilon;
    this.gain = gain;
    this.rows = new Float32Array(memories * hidden);
    this.ones = new Float32Array(hidden).fill(1);
  }

  private normalised(state: Float32Array): Float32Array {
    const out = new Float32Array(this.hidden);
    rmsNorm(state, this.ones, this.epsilon, out);
    return out;
  }

  /** Remembers the state of the last layer at the end of a segment; the oldest memory makes room. */
  append(state: Float32Array): void {
    this.rows.set(this.normalised(state), (this.appended % this.room) * this.hidden);
    this.appended += 1;
  }

  /** What the memory has for a state: an embedding. */
  search(state: Float32Array): Float32Array {
    const query = this.normalised(state);
    const count = Math.min(this.appended, this.room);
    const weights = new Float32Array(count);
    const scale = Math.fround(1 / Math.sqrt(this.hidden));
    for (let j = 0; j < count; j += 1) weights[j] = fixedDot(query, 0, this.rows, j * this.hidden, this.hidden) * scale;
    softmax(weights, count);
    const found = new Float32Array(this.hidden);
    for (let c = 0; c < this.hidden; c += 1)
      found[c] = fixedDot(weights, 0, this.rows, c, count, 1, this.hidden) * this.gain;
    return found;
  }
}
