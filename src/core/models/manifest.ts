import type { Architecture, LinearRole, NormRole } from './architecture.ts';
import type { Recipe, WeightFormat } from './recipe.ts';

/** Channel order of a decode stream; see docs/runtime.md, section 2. */
export type LaneOrder = 'blocked' | 'interleaved';

/** Attention tensors with one static scale per head and layer. */
export type HeadScaleRole = 'q' | 'k' | 'v' | 'probs' | 'scores' | 'attn';

/** Channels of a decode stream: `lanes` wide, in `order`. Channel of lane i, step s: see `laneChannel`. */
export interface Lanes {
  readonly lanes: number;
  readonly order: LaneOrder;
}

/** Weights as `linear_prefill` reads them: word (tile, k), element j = output column tile*wp + port*wp/ports + j. */
export interface LinearPrefillLayout {
  readonly kind: 'linear_prefill';
  readonly format: WeightFormat;
  readonly wp: number;
  readonly ports: number;
  readonly port: number;
}

/**
 * Weights as `linear_decode` reads them: word (tile, step, lane) holds, for input channel (step, lane) of `input`,
 * element e = output lane port*bp/ports + floor(e/wp), output step tile*wp + e%wp in `output` (bp lanes).
 */
export interface LinearDecodeLayout {
  readonly kind: 'linear_decode';
  readonly format: WeightFormat;
  readonly wp: number;
  readonly ports: number;
  readonly port: number;
  readonly input: Lanes;
  readonly output: Lanes;
}

/**
 * Pairs {s_w, w_sum} per output channel. `lanes` null (prefill): natural order, one pair per word.
 * Otherwise per step ceil(lanes/pairs) words of `pairs` pairs, lane order; padding pairs are 0.
 */
export interface ChannelScalesLayout {
  readonly kind: 'channel_scales';
  readonly lanes: Lanes | null;
  readonly pairs: number;
}

/** RMSNorm weights. `lanes` null (prefill): one float per word. Else per step ceil(lanes/width) words of `width` floats. */
export interface GammaLayout {
  readonly kind: 'gamma';
  readonly lanes: Lanes | null;
  readonly width: number;
}

/** {cos, sin} pairs [position][headDim/2], one pair per word. */
export interface RopeLayout {
  readonly kind: 'rope';
  readonly positions: number;
}

/** One float per head and word: the multiplier of static quantization or scaling (docs/runtime.md, section 1). */
export interface HeadScalesLayout {
  readonly kind: 'head_scales';
}

/** fp32 embedding table [vocab][ceil(hidden/width)*width], zero padded. */
export interface EmbeddingLayout {
  readonly kind: 'embedding';
  readonly width: number;
}

export type ImageLayout = LinearPrefillLayout | LinearDecodeLayout | ChannelScalesLayout | GammaLayout | RopeLayout | HeadScalesLayout | EmbeddingLayout;

export type SegmentRole = LinearRole | NormRole | HeadScaleRole | 'table';

/** One tensor role inside an image: `layers` times `words` words, layer outer. */
export interface ImageSegment {
  readonly role: SegmentRole;
  /** Layers it holds: the model's, or 1 for tensors that exist once. */
  readonly layers: number;
  /** Words per layer. */
  readonly words: number;
}

/** One memory image: what one m_axi pointer of a kernel reads. Segments follow one another without gaps. */
export interface ImageSpec {
  /** C++-safe argument name, unique in the project; the file is `<name>.bin`. */
  readonly name: string;
  readonly stage: 'prefill' | 'decode';
  readonly wordBytes: number;
  readonly layout: ImageLayout;
  readonly segments: readonly ImageSegment[];
}

/** A buffer that the kernels fill themselves: hidden states, KV cache, tokens, logits, carries. Zeroed at start. */
export interface BufferSpec {
  readonly name: string;
  readonly bytes: number;
}

/** What `manifest.json` of an exported project says: all that `pack` and the test bench need to know. */
export interface Manifest {
  readonly format: 'flexllm-manifest';
  readonly version: 1;
  readonly design: string;
  readonly target: string;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** Tokens that buffers hold, and the largest k of top-k sampling. */
  readonly limits: { readonly prompt: number; readonly context: number; readonly topK: number };
  readonly images: readonly ImageSpec[];
  readonly buffers: readonly BufferSpec[];
  /** C++ sources of the C-simulation, relative to the project. */
  readonly csim: { readonly sources: readonly string[]; readonly includes: readonly string[]; readonly fallbackIncludes: readonly string[] };
}

/** Channel carried by lane `lane` at step `step` of a stream of `channels` channels; may be >= channels (padding). */
export function laneChannel(lanes: Lanes, channels: number, step: number, lane: number): number {
  return lanes.order === 'blocked' ? lane * Math.ceil(channels / lanes.lanes) + step : step * lanes.lanes + lane;
}
