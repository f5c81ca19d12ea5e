import {
  type Architecture,
  FUSED_ROLES,
  isFused,
  type LinearRole,
  linearShape,
  type MatrixRole,
  type NormRole,
  partsOf,
} from './architecture.ts';
import type { ProjectionRole } from './memory-weights.ts';
import type { Recipe, Sparsity, WeightFormat } from './recipe.ts';
import type { Segmentation } from './segments.ts';

/** Channel order of a decode stream; see docs/runtime.md, section 2. */
export type LaneOrder = 'blocked' | 'interleaved';

/** Attention tensors with one static scale per head and layer. */
export type HeadScaleRole = 'q' | 'k' | 'v' | 'probs' | 'scores' | 'attn';

/** Channels of a decode stream: `lanes` wide, in `order`. Channel of lane i, step s: see `laneChannel`. */
export interface Lanes {
  readonly lanes: number;
  readonly order: LaneOrder;
}

/** How an engine skips zeros: the channels that outputs keep, and whether pairs of outputs keep the same. */
export type StoredSparsity = Pick<Sparsity, 'keep' | 'of' | 'pairs'>;

/**
 * Weights as `linear_prefill` reads them: word (tile, k), element j = output column tile*wp + port*wp/ports + j. With `group`
 * words of scales lie among those of a tile (weight-groups.ts), in groups of so many input channels. With `sparsity` a tile has a
 * word for each stored channel, and words of indices in front of them (weight-indices.ts).
 */
export interface LinearPrefillLayout {
  readonly kind: 'weight_columns';
  readonly format: WeightFormat;
  readonly group?: number;
  readonly sparsity?: StoredSparsity;
  readonly wp: number;
  readonly ports: number;
  readonly port: number;
}

/**
 * The query head of the model at a place of decode. Where the KV cache lies in `memories` that hold several KV heads each,
 * the heads of a memory go by their place in their group first, then by KV head: so the lanes of a memory work on one KV
 * head at a time, whose keys and values they share. Layouts that are arranged so have the field `queryMemories`.
 */
export function queryHead(
  { heads, kvHeads }: Pick<Architecture, 'heads' | 'kvHeads'>,
  memories: number,
  place: number,
): number {
  const held = kvHeads / memories;
  const group = heads / kvHeads;
  const first = Math.floor(place / (held * group)) * held * group;
  const within = place - first;
  return first + (within % held) * group + Math.floor(within / held);
}

/**
 * Weights as `linear_decode` reads them: word (tile, step, lane) holds, for input channel (step, lane) of `input`,
 * element e = output lane port*bp/ports + floor(e/wp), output step tile*wp + e%wp in `output` (bp lanes).
 */
export interface LinearDecodeLayout {
  readonly kind: 'weight_lanes';
  readonly format: WeightFormat;
  readonly wp: number;
  readonly ports: number;
  readonly port: number;
  readonly input: Lanes;
  readonly output: Lanes;
  readonly queryMemories?: number;
}

/**
 * Weights as slice `port` of `ports` of `linear_slices` reads them: word (tile, step) holds, for `kp` neighbouring positions
 * (step*kp + i) of `input`, element e = i*wp + j: position i, lane j of vector tile*ports + port of `output` (wp lanes).
 * `group` as above: each group is a run of positions of `input`. `sparsity` as above, positions being those of stored channels;
 * a matrix that the recipe leaves dense has no indices, and of/keep neighbouring words have the same kp*of/keep positions of
 * `input`, of each block of `of` the first `keep`, then the next.
 */
export interface LinearSlicesLayout {
  readonly kind: 'weight_slices';
  readonly format: WeightFormat;
  readonly group?: number;
  readonly sparsity?: StoredSparsity;
  readonly kp: number;
  readonly ports: number;
  readonly port: number;
  readonly input: Lanes;
  readonly output: Lanes;
  readonly queryMemories?: number;
}

/**
 * Layouts of weight matrices. Words are those of the image, but for weights of 6 bits: then they have sixBytes(elements) bytes,
 * and those of a segment and layer follow one another without gaps from the beginning of a word of the image (weight-words.ts).
 */
export type WeightLayout = LinearPrefillLayout | LinearDecodeLayout | LinearSlicesLayout;

/**
 * Pairs {s_w, w_sum} per output channel. `lanes` null (prefill): natural order, one pair per word.
 * Otherwise per step ceil(lanes/pairs) words of `pairs` pairs, lane order; padding pairs are 0.
 */
export interface ChannelScalesLayout {
  readonly kind: 'channel_scales';
  readonly lanes: Lanes | null;
  readonly pairs: number;
  readonly queryMemories?: number;
}

/** RMSNorm weights. `lanes` null (prefill): one float per word. Else per step ceil(lanes/width) words of `width` floats. */
export interface GammaLayout {
  readonly kind: 'gamma';
  readonly lanes: Lanes | null;
  readonly width: number;
}

/** {cos, sin} pairs [position][headDim/2], one pair per word. */
export interface RopeLayout {
  readonly kind: 'rope_angles';
  /** First position; 0 when absent. */
  readonly first?: number;
  readonly positions: number;
}

/** One float per head and word: the multiplier of static quantization or scaling (docs/runtime.md, section 1). */
export interface HeadScalesLayout {
  readonly kind: 'head_scales';
  readonly queryMemories?: number;
}

/** fp32 embedding table [vocab][ceil(hidden/width)*width], zero padded; with `topic` the row of the topic token behind it. */
export interface EmbeddingLayout {
  readonly kind: 'embedding_rows';
  readonly width: number;
  readonly topic?: true;
}

/** One float: what the hierarchical memory retrieves is multiplied by it. */
export interface MemoryGainLayout {
  readonly kind: 'memory_gain';
}

/** fp32 matrices by which states of the hierarchical memory become queries and keys, [hidden][ceil(hidden/width)*width], zero padded. */
export interface MemoryProjectionLayout {
  readonly kind: 'memory_projections';
  readonly width: number;
}

/**
 * Small constants of a kernel one after another, each as an image of its own would have it, in rows of `row` floats: a
 * row holds whole words, the last one is padded with zeros.
 */
export interface ConstantsLayout {
  readonly kind: 'constants';
  readonly tables: readonly {
    readonly wordBytes: number;
    readonly row: number;
    readonly layout: Exclude<ImageLayout, ConstantsLayout>;
    readonly segments: readonly ImageSegment[];
  }[];
}

export type ImageLayout =
  | ConstantsLayout
  | WeightLayout
  | ChannelScalesLayout
  | GammaLayout
  | RopeLayout
  | HeadScalesLayout
  | EmbeddingLayout
  | MemoryGainLayout
  | MemoryProjectionLayout;

/** Whether an image holds the weights of a matrix, not a table of scales, angles or norms. */
export const isWeights = (layout: ImageLayout): layout is WeightLayout =>
  layout.kind === 'weight_columns' || layout.kind === 'weight_lanes' || layout.kind === 'weight_slices';

export type SegmentRole = MatrixRole | NormRole | HeadScaleRole | ProjectionRole | 'table';

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

/** Which way a stream of another kernel runs, seen from this one. */
export type LinkDirection = 'receive' | 'send';

/** An argument of a kernel, in the order of its C++ parameters. `index` is what host APIs call the argument by. */
export type KernelArgument =
  | {
      readonly index: number;
      readonly name: string;
      readonly kind: 'memory';
      /** AXI bundle; the port is `m_axi_<bundle>`. */
      readonly bundle: string;
      readonly direction: 'read' | 'write';
      /** Image or buffer behind it: a name of `images` or `buffers`. */
      readonly memory: string;
      /** As the linker's configuration names it: `HBM[3]`, `HBM[3:6]`, `DDR[0]`, `HBM12`. */
      readonly bank: string;
    }
  | {
      readonly index: number;
      readonly name: string;
      readonly kind: 'scalar';
      readonly type: 'int' | 'float' | 'unsigned';
    }
  | {
      readonly index: number;
      readonly name: string;
      readonly kind: 'stream';
      readonly direction: LinkDirection;
      /** Width of the AXI4-Stream in bits. */
      readonly bits: number;
      /** `<kernel>.<argument>` at the other end. */
      readonly peer: string;
    };

/** One kernel: a C++ function that becomes one .xo (U280) or one packaged IP (V80). Its only instance is `<name>_1` (U280) or `<name>_0` (V80). */
export interface KernelSpec {
  /** Top function. */
  readonly name: string;
  readonly stage: 'prefill' | 'decode';
  /** SLR that it is assigned to; null leaves it to the tools. */
  readonly slr: number | null;
  /** Files relative to the project: source, configuration of v++ and vitis-run, script of vitis_hls (null where that tool cannot be used). */
  readonly source: string;
  readonly config: string;
  readonly script: string | null;
  readonly arguments: readonly KernelArgument[];
}

/** One bitstream with the kernels in it. */
export interface BitstreamSpec {
  /** `accelerator` when both stages are in it, else the stage. */
  readonly name: string;
  readonly kernels: readonly string[];
  /** Linker configuration, relative to the project. */
  readonly config: string;
  /** Kernel clock asked for, in MHz. */
  readonly clock: number;
}

/** What the composer estimates for one instance: `report` holds it against what the tools say of `processes` (C++ functions in `kernel`). */
export interface InstanceEstimate {
  readonly stage: 'prefill' | 'decode';
  readonly instance: string;
  readonly module: string;
  readonly kernel: string;
  readonly processes: readonly string[];
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
  /** Modelled cycles that the instance works in one run of all passes of its stage for the workload. */
  readonly cycles: number;
}

/** How the project becomes hardware: what the runner builds, loads and compares. */
export interface HardwareSpec {
  readonly board: 'u280' | 'v80';
  readonly part: string;
  /** Vitis platform (U280), or null. */
  readonly platform: string | null;
  /** Shell of the card as the design names it, such as `gen3x16_xdma_1_202211` or `slash_compute`. */
  readonly shell: string;
  readonly kernels: readonly KernelSpec[];
  readonly bitstreams: readonly BitstreamSpec[];
  /** C++ sources of the host program, relative to the project. */
  readonly host: {
    readonly sources: readonly string[];
    readonly includes: readonly string[];
    readonly standard: 'c++17' | 'c++20';
  };
  readonly estimate: {
    /** What the figures rest on: they are modelled. */
    readonly basis: string;
    readonly workload: { readonly prompt: number; readonly generate: number };
    readonly prefillSeconds: number;
    readonly decodeSeconds: number;
    readonly tokensPerSecond: number;
    readonly prefillWatts: number;
    readonly decodeWatts: number;
    readonly instances: readonly InstanceEstimate[];
  };
}

export const MANIFEST_FORMAT = 'flexllm-manifest';

/** What `manifest.json` of an exported project says: all that the runner, the test bench and the host program need to know. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: 1;
  readonly design: string;
  readonly target: string;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** Tokens that buffers hold, and the largest k of top-k sampling. */
  readonly limits: { readonly prompt: number; readonly context: number; readonly topK: number };
  /** How prefill reads a text in segments; absent: in one piece, of at most `limits.prompt` tokens. */
  readonly segments?: Segmentation;
  readonly images: readonly ImageSpec[];
  readonly buffers: readonly BufferSpec[];
  /** C++ sources of the C-simulation, relative to the project. */
  readonly csim: {
    readonly sources: readonly string[];
    readonly includes: readonly string[];
    readonly fallbackIncludes: readonly string[];
  };
  /** What the steps beyond C-simulation need. */
  readonly hardware: HardwareSpec;
}

/** Channel carried by lane `lane` at step `step` of a stream of `channels` channels; may be >= channels (padding). */
export function laneChannel(lanes: Lanes, channels: number, step: number, lane: number): number {
  return lanes.order === 'blocked' ? lane * Math.ceil(channels / lanes.lanes) + step : step * lanes.lanes + lane;
}

/**
 * The matrix that lane `lane` of vector `step` of the results of a role belongs to, and the channel of that matrix; may be
 * beyond its channels (padding). Matrices that are multiplied as one fill whole vectors each (FUSED_ROLES).
 */
export function matrixChannel(
  model: Architecture,
  role: MatrixRole,
  lanes: Lanes,
  step: number,
  lane: number,
): { readonly part: LinearRole; readonly channel: number; readonly channels: number } {
  const parts = partsOf(role);
  let own = step;
  let at = 0;
  if (isFused(role) && FUSED_ROLES[role].order === 'turns') {
    at = step % parts.length;
    own = Math.floor(step / parts.length);
  } else
    while (at < parts.length - 1) {
      const steps = Math.ceil(linearShape(model, parts[at] as LinearRole).n / lanes.lanes);
      if (own < steps) break;
      own -= steps;
      at += 1;
    }
  const part = parts[at] as LinearRole;
  const { n } = linearShape(model, part);
  return { part, channel: laneChannel(lanes, n, own, lane), channels: n };
}
