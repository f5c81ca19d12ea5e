import type { Architecture } from './architecture.ts';

/**
 * Angular frequency (radians per position) of every channel pair, headDim/2 values, in double. With Llama 3 scaling
 * long wavelengths are stretched by `factor`, short ones kept, those between blended linearly in the number of turns
 * that fit into the original context (published with Llama 3.1, "rope_type": "llama3").
 */
export function ropeFrequencies(model: Pick<Architecture, 'headDim' | 'ropeTheta' | 'ropeScaling'>): Float64Array {
  const half = model.headDim / 2;
  const out = new Float64Array(half);
  const scaling = model.ropeScaling;
  for (let c = 0; c < half; c++) {
    const frequency = model.ropeTheta ** ((-2 * c) / model.headDim);
    if (scaling === null) {
      out[c] = frequency;
      continue;
    }
    const turns = (scaling.originalMaxPositions * frequency) / (2 * Math.PI);
    const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
    const keep = turns < low ? 0 : turns > high ? 1 : (turns - low) / (high - low);
    out[c] = keep * frequency + (1 - keep) * (frequency / scaling.factor);
  }
  return out;
}

/**
 * Rows `start` to `start + count - 1` of the RoPE table: per position headDim/2 pairs {cos, sin}, computed in double
 * and rounded to fp32.
 */
export function ropeRows(
  model: Pick<Architecture, 'headDim' | 'ropeTheta' | 'ropeScaling'>,
  start: number,
  count: number,
): Float32Array {
  const frequencies = ropeFrequencies(model);
  const half = frequencies.length;
  const out = new Float32Array(count * half * 2);
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < half; c++) {
      const angle = (start + row) * (frequencies[c] as number);
      out[(row * half + c) * 2] = Math.cos(angle);
      out[(row * half + c) * 2 + 1] = Math.sin(angle);
    }
  }
  return out;
}
