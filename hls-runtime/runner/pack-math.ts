import { type Architecture, linearShape } from '../../src/core/models/architecture.ts';
import type { LayerMath } from '../../src/core/models/float-forward.ts';
import type { PackTask } from './pack-work.ts';
import type { Pool } from './threads.ts';

const DOUBLE = 8;
/** Pieces per thread: so that threads that are held up do not hold up the others. */
const PIECES = 4;

const shared = (x: Float64Array): SharedArrayBuffer => {
  const memory = new SharedArrayBuffer(x.length * DOUBLE);
  new Float64Array(memory).set(x);
  return memory;
};

/** `count` in about equal stretches, several for every thread. */
function stretches(count: number, threads: number): { start: number; end: number }[] {
  const pieces = Math.min(count, threads * PIECES);
  return Array.from({ length: pieces }, (_, i) => ({
    start: Math.floor((i * count) / pieces),
    end: Math.floor(((i + 1) * count) / pieces),
  }));
}

/** The large parts of calibration on the threads of a pool: rows of matrices, and heads. */
export const pooledMath =
  (pool: Pool, model: Architecture) =>
  async (layer: number): Promise<LayerMath> => {
    const each = (count: number, task: (part: { start: number; end: number }) => PackTask): Promise<unknown> =>
      pool.perform(stretches(count, pool.threads).map(task));
    return {
      product: async (role, input) => {
        const { k, n } = linearShape(model, role);
        const x = shared(input);
        const y = new SharedArrayBuffer((input.length / k) * n * DOUBLE);
        await each(n, (part) => ({ kind: 'product', role, layer, ...part, x, y }));
        return new Float64Array(y);
      },
      attend: async (queries, keys, values) => {
        const [q, k, v] = [shared(queries), shared(keys), shared(values)];
        const out = new SharedArrayBuffer(queries.length * DOUBLE);
        await each(model.heads, (part) => ({ kind: 'attention', ...part, q, k, v, out }));
        return new Float64Array(out);
      },
    };
  };
