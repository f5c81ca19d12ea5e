import { fixedDot, rmsNorm, softmax } from './arithmetic.ts';
import type { Architecture } from './architecture.ts';

/** The matrices by which states become queries and keys, [hidden][hidden]. */
export interface Projections {
  readonly query: Float32Array;
  readonly key: Float32Array;
}

/**
 * The queue of memories of the hierarchical memory, in the arithmetic of the hardware: states are normalised to a root mean
 * square of 1, a search weighs the memories by softmax(query . key / sqrt(hidden)). Queries and keys are projections of
 * states; the states themselves where there are none.
 */
export class SegmentMemory {
  /** Memories appended so far; the queue holds the last ones. */
  appended = 0;
  private readonly rows: Float32Array;
  private readonly keys: Float32Array;
  private readonly room: number;
  private readonly hidden: number;
  private readonly epsilon: number;
  private readonly gain: number;
  private readonly ones: Float32Array;

  private readonly projections: Projections | undefined;

  /** @param gain what is retrieved is multiplied by it. */
  constructor({ hidden, normEpsilon }: Architecture, memories: number, gain: number, projections?: Projections) {
    this.room = memories;
    this.hidden = hidden;
    this.epsilon = normEpsilon;
    this.gain = gain;
    this.rows = new Float32Array(memories * hidden);
    this.projections = projections;
    this.keys = projections ? new Float32Array(memories * hidden) : this.rows;
    this.ones = new Float32Array(hidden).fill(1);
  }

  private normalised(state: Float32Array): Float32Array {
    const out = new Float32Array(this.hidden);
    rmsNorm(state, this.ones, this.epsilon, out);
    return out;
  }

  private projected(state: Float32Array, matrix: Float32Array): Float32Array {
    return Float32Array.from(state, (_, n) => fixedDot(state, 0, matrix, n * this.hidden, this.hidden));
  }

  /** Remembers the state of the last layer at the end of a segment; the oldest memory makes room. */
  append(state: Float32Array): void {
    const memory = this.normalised(state);
    const at = (this.appended % this.room) * this.hidden;
    this.rows.set(memory, at);
    if (this.projections) this.keys.set(this.projected(memory, this.projections.key), at);
    this.appended += 1;
  }

  /** What the memory has for a state: an embedding. */
  search(state: Float32Array): Float32Array {
    const found = new Float32Array(this.hidden);
    const summary = this.normalised(state);
    const query = this.projections ? this.projected(summary, this.projections.query) : summary;
    const count = Math.min(this.appended, this.room);
    const weights = new Float32Array(count);
    const scale = Math.fround(1 / Math.sqrt(this.hidden));
    for (let j = 0; j < count; j += 1) weights[j] = fixedDot(query, 0, this.keys, j * this.hidden, this.hidden) * scale;
    softmax(weights, count);
    for (let c = 0; c < this.hidden; c += 1)
      found[c] = fixedDot(weights, 0, this.rows, c, count, 1, this.hidden) * this.gain;
    return found;
  }
}
