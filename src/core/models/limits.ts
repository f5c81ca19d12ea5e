/**
 * Largest values of a model that are accepted, wherever it comes from: a config.json, a design file, the terminal. Beyond
 * them a file is more likely damaged than real, and accumulators could overflow.
 */
export const MODEL_LIMITS = {
  /** Characters. */
  name: 100,
  layers: 512,
  /** Width of the residual stream, and of all heads together. */
  hidden: 65536,
  heads: 1024,
  headDim: 1024,
  ffn: 65536,
  vocab: 1_048_576,
  maxPositions: 16_777_216,
  ropeTheta: 1e12,
  ropeFactor: 1e6,
  /** Every token that is generated is compared with each of them. */
  endTokens: 16,
} as const;
