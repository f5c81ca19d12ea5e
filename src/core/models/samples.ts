import type { Architecture } from './architecture.ts';

/** The small model that comes with the application: trained on Moby-Dick, CC0 1.0 (public/models/moby-llama-1m). */
export const MOBY_LLAMA_1M: Architecture = {
  name: 'moby-llama-1m',
  layers: 4,
  hidden: 128,
  heads: 8,
  kvHeads: 4,
  headDim: 16,
  ffn: 512,
  vocab: 1024,
  maxPositions: 512,
  ropeTheta: 10000,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tiedHead: true,
  bos: 1022,
  eos: [1023],
};

/** Dimensions of meta-llama/Llama-3.2-1B (its config.json; eos as in the instruct model's generation_config.json). */
export const LLAMA_3_2_1B: Architecture = {
  name: 'Llama-3.2-1B',
  layers: 16,
  hidden: 2048,
  heads: 32,
  kvHeads: 8,
  headDim: 64,
  ffn: 8192,
  vocab: 128256,
  maxPositions: 131072,
  ropeTheta: 500000,
  ropeScaling: { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8192 },
  normEpsilon: 1e-5,
  tiedHead: true,
  bos: 128000,
  eos: [128001, 128008, 128009],
};

/** Dimensions of meta-llama/Llama-2-7b-hf (its config.json). */
export const LLAMA_2_7B: Architecture = {
  name: 'Llama-2-7B',
  layers: 32,
  hidden: 4096,
  heads: 32,
  kvHeads: 32,
  headDim: 128,
  ffn: 11008,
  vocab: 32000,
  maxPositions: 4096,
  ropeTheta: 10000,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tiedHead: false,
  bos: 1,
  eos: [2],
};

/** Architectures offered by name. */
export const SAMPLE_MODELS: readonly Architecture[] = [MOBY_LLAMA_1M, LLAMA_3_2_1B, LLAMA_2_7B];
