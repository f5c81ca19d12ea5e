import { type Architecture, linearShape } from './architecture.ts';
import type { WeightSource } from './weights.ts';

function hash(z: number): number {
  let h = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Made-up weights for any architecture: reproducible, uniform around 0 with the usual spread, each value computed when
 * it is asked for. For trying designs and for measuring; the text such a model writes is noise.
 */
export function syntheticWeights(model: Architecture, seed = 1): WeightSource {
  const names = new Map<string, number>();
  const rows = (
    name: string,
    start: number,
    count: number,
    width: number,
    centre: number,
    spread: number,
  ): Float32Array => {
    let tensor = names.get(name);
    if (tensor === undefined) {
      tensor = seed;
      for (let i = 0; i < name.length; i++) tensor = hash(Math.imul(tensor, 31) + name.charCodeAt(i));
      names.set(name, tensor);
    }
    const out = new Float32Array(count * width);
    for (let r = 0; r < count; r++) {
      const row = hash(tensor + Math.imul(start + r + 1, 0x9e3779b9));
      for (let i = 0; i < width; i++) out[r * width + i] = centre + (hash(row + i) / 2147483648 - 1) * spread;
    }
    return out;
  };
  return {
    model,
    linearRows: async (role, layer, start, count) => {
      const { k } = linearShape(model, role);
      if (role === 'lm_head' && model.tiedHead) return rows('embed_tokens', start, count, k, 0, 1.7 / Math.sqrt(k));
      return rows(`${role} ${role === 'lm_head' ? 0 : layer}`, start, count, k, 0, 1.7 / Math.sqrt(k));
    },
    norm: async (role, layer) => rows(`${role} ${role === 'final_norm' ? 0 : layer}`, 0, 1, model.hidden, 1, 0.3),
    embeddingRows: async (start, count) =>
      rows('embed_tokens', start, count, model.hidden, 0, 1.7 / Math.sqrt(model.hidden)),
  };
}
