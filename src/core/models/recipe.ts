import { type Architecture, type LinearRole, type MatrixRole, partsOf } from './architecture.ts';

/**
 * Element of a weight matrix in memory. Integers are symmetric, with one scale per output channel or per group of input
 * channels. int6: docs/adr/0024-six-bits.md. int2: the odd numbers -3, -1, 1, 3 (docs/adr/0020-two-bits-in-groups.md).
 * ternary: -1, 0, 1 (docs/adr/0025-ternary-weights.md).
 */
export type WeightFormat = 'fp32' | 'int8' | 'int6' | 'int4' | 'int2' | 'ternary';

/** Bits that a weight takes in memory. */
export const STORED_BITS: Readonly<Record<WeightFormat, number>> = {
  fp32: 32,
  int8: 8,
  int6: 6,
  int4: 4,
  int2: 2,
  ternary: 2,
};

/** Activations in front of a weight matrix: fp32, or quantized dynamically per token. */
export type ActivationFormat = 'fp32' | { readonly bits: 4 | 6 | 8; readonly symmetric: boolean };

export interface LinearRecipe {
  readonly weights: WeightFormat;
  readonly activations: ActivationFormat;
  /**
   * Neighbouring input channels that share a scale: an integer of 4 bits, in units of the scale of the output channel.
   * Absent: that scale alone. For weights of 2 and 4 bits. With sparsity, of the channels that are kept.
   */
  readonly group?: GroupSize | undefined;
  /** Which weights are left out. Absent: none. For integers. */
  readonly sparsity?: Sparsity | undefined;
}

/**
 * Semi-structured sparsity: of every `of` neighbouring input channels an output keeps `keep` weights, each of which is stored
 * with its index among them (docs/adr/0022-sparse-weights.md). Weights that have such zeros already are kept as they are.
 */
export interface Sparsity {
  readonly keep: 1 | 2 | 4;
  readonly of: 2 | 4 | 8;
  /** The largest weights are kept, or those whose products are: times the norm of their channel over the calibration text. */
  readonly by: 'magnitude' | 'activations';
  /** Two neighbouring outputs keep the same channels: one index for both, and one multiplier. */
  readonly pairs: boolean;
}

/** Whether weights of a format may have scales of groups. */
export const mayHaveGroups = (weights: WeightFormat): boolean =>
  weights === 'int4' || weights === 'int2' || weights === 'ternary';

/** Patterns of sparsity: in each the channels that arrive for a weight are a whole number. */
export const SPARSITY_PATTERNS = [
  { keep: 2, of: 4 },
  { keep: 4, of: 8 },
  { keep: 1, of: 2 },
  { keep: 1, of: 4 },
  { keep: 2, of: 8 },
  { keep: 1, of: 8 },
] as const satisfies readonly Pick<Sparsity, 'keep' | 'of'>[];

/** A pattern as it is written: 2:4. */
export const patternText = ({ keep, of }: Pick<Sparsity, 'keep' | 'of'>): string => `${keep}:${of}`;

/** Of `channels` input channels those of which a weight is stored. */
export const storedChannels = (
  { sparsity }: { readonly sparsity?: Pick<Sparsity, 'keep' | 'of'> | undefined },
  channels: number,
): number => (sparsity === undefined ? channels : (channels / sparsity.of) * sparsity.keep);

/** Bits of the index of a stored weight; those of two outputs share one where pairs of outputs keep the same channels. */
export const indexBits = ({ of }: Pick<Sparsity, 'of'>): number => Math.log2(of);

/** Sizes that a group of input channels may have. */
export const GROUP_SIZES = [16, 32, 64, 128, 256] as const;
export type GroupSize = (typeof GROUP_SIZES)[number];

/** Largest scale of a group. */
export const GROUP_LIMIT = 15;

/** Sizes that a group of channels of a value in the KV cache may have. */
export const CACHE_GROUP_SIZES = [8, 16, 32, 64, 128] as const;
export type CacheGroupSize = (typeof CACHE_GROUP_SIZES)[number];

/**
 * What the KV cache keeps of int8 attention: 4 bits of each key, with scales per channel that q_proj and k_proj take over, and
 * of each value, with a scale per token and group of channels (docs/adr/0023-four-bits-in-the-cache.md).
 */
export interface CacheRecipe {
  readonly bits: 4;
  /** Neighbouring channels of a value that share a scale. Absent: all channels of a head. */
  readonly group?: CacheGroupSize | undefined;
}

/** Classes of tensors that are quantized alike. */
export const TENSOR_CLASSES = ['qkvo', 'ffn', 'lmHead'] as const;
export type TensorClass = (typeof TENSOR_CLASSES)[number];

/**
 * What softmax divides by the sum of a row: the probabilities, in front of the values, as published; or the result, behind
 * them, so that the values are weighted by `exp(score - maximum)`, of which the largest is 1 in every row.
 */
export type Normalisation = 'probabilities' | 'result';

/** The number format of every tensor class. */
export interface Recipe {
  readonly name: string;
  readonly qkvo: LinearRecipe;
  readonly ffn: LinearRecipe;
  readonly lmHead: LinearRecipe;
  /** Queries, keys, values and the KV cache: fp32, or static symmetric int8 per head (probabilities uint8). */
  readonly attention: 'fp32' | 'int8';
  /** For int8 attention. Absent: the cache keeps what attention computes with. */
  readonly cache?: CacheRecipe | undefined;
  /** Hadamard rotation in front of down_proj, in blocks of `rotationBlock`; its inverse is folded into the weights. */
  readonly downHadamard: boolean;
  /** The probabilities when absent. */
  readonly normalise?: Normalisation | undefined;
}

/** Bits that a channel of a key or value takes in the KV cache. */
export const cacheBits = ({ attention, cache }: Pick<Recipe, 'attention' | 'cache'>): 32 | 8 | 4 =>
  attention === 'fp32' ? 32 : (cache?.bits ?? 8);

/** Formats of attention and of its cache, in a few words. */
export const attentionText = ({ attention, cache }: Pick<Recipe, 'attention' | 'cache'>): string =>
  cache ? `${attention}, cache of ${cache.bits} bits` : attention;

/** Channels of a value that share a scale in the KV cache; undefined where values are kept as they are. */
export const valueGroup = ({ cache }: Pick<Recipe, 'cache'>, headDim: number): number | undefined =>
  cache && (cache.group ?? headDim);

/** Whether the result of attention is divided, not the probabilities. */
export const normalisesResult = ({ normalise }: Pick<Recipe, 'normalise'>): boolean => normalise === 'result';

export function tensorClass(role: LinearRole): TensorClass {
  switch (role) {
    case 'gate_proj':
    case 'up_proj':
    case 'down_proj':
      return 'ffn';
    case 'lm_head':
      return 'lmHead';
    default:
      return 'qkvo';
  }
}

/** Matrices that are multiplied as one are of one class. */
export function linearRecipe(recipe: Recipe, matrix: MatrixRole): LinearRecipe {
  const role = partsOf(matrix)[0] ?? 'q_proj';
  return recipe[tensorClass(role)];
}

const FP32: LinearRecipe = { weights: 'fp32', activations: 'fp32' };
const W8A8: LinearRecipe = { weights: 'int8', activations: { bits: 8, symmetric: true } };
const W4A8: LinearRecipe = { weights: 'int4', activations: { bits: 8, symmetric: true } };
const W2A8: LinearRecipe = { weights: 'int2', activations: { bits: 8, symmetric: true }, group: 64 };
const W6A6: LinearRecipe = { weights: 'int6', activations: { bits: 6, symmetric: true } };
const TERNARY: LinearRecipe = { weights: 'ternary', activations: { bits: 8, symmetric: true } };
const W4A4: LinearRecipe = { weights: 'int4', activations: { bits: 4, symmetric: false } };

function uniform(
  name: string,
  linear: LinearRecipe,
  attention: Recipe['attention'],
  downHadamard: boolean,
  cache?: CacheRecipe,
): Recipe {
  return { name, qkvo: linear, ffn: linear, lmHead: linear, attention, ...(cache ? { cache } : {}), downHadamard };
}

/** 2:4 in all matrices but lm_head, whose pruning costs the most perplexity for what it saves (docs/perplexity.md). */
function halved(name: string, linear: LinearRecipe, cache?: CacheRecipe): Recipe {
  const half: LinearRecipe = { ...linear, sparsity: { keep: 2, of: 4, by: 'magnitude', pairs: false } };
  return { ...uniform(name, half, 'int8', false, cache), lmHead: linear };
}

const KV4: CacheRecipe = { bits: 4 };

/**
 * Neighbouring channels that the Hadamard rotation mixes with one another: the largest power of two that divides their
 * number, all of them where that is a power of two. 1 for an odd number, which cannot be rotated.
 */
export const rotationBlock = (channels: number): number => channels & -channels;

/** What the rotation of an even number of channels mixes, in a few words. */
export const rotationText = (channels: number): string => {
  const block = rotationBlock(channels);
  return block === channels ? `one block of ${channels}` : `${channels / block} blocks of ${block}`;
};

/** Sentences, each with a space in front, about a rotation in blocks, groups of input channels and a cache of 4 bits; nothing where there are none. */
export const recipeNote = (recipe: Recipe, { ffn }: Widths): string => {
  const block = rotationBlock(ffn);
  const rotation =
    recipe.downHadamard && block > 1 && block < ffn
      ? ` The Hadamard rotation in front of down_proj mixes the ${ffn} channels in ${rotationText(ffn)}.`
      : '';
  const sizes = [...new Set(TENSOR_CLASSES.flatMap((name) => recipe[name].group ?? []))];
  const weights = sizes.length > 0 ? ` Weights have scales in groups of ${sizes.join(' and ')} input channels.` : '';
  const cache = recipe.cache
    ? ` Keys and values are cached in 4 bits, values with a scale per token and ${recipe.cache.group === undefined ? 'head' : `${recipe.cache.group} channels`}.`
    : '';
  return rotation + weights + cache;
};

/**
 * The recipes offered by name. `w4a4kv8` is FlexLLM's (arXiv 2601.15710, section on the quantization suite), `w2a8kv4-2:4` has
 * AccLLM's sparsity and bits of weights, activations and cache (arXiv 2505.03745), `w2a8kv4` the bits alone. `w6a6kv8` has the
 * bits of FlexQ (arXiv 2508.04405) where it does not choose 8-bit activations, `ternary-a8kv8` the weights and activations of
 * BitNet b1.58 (arXiv 2402.17764).
 */
export const RECIPES: readonly Recipe[] = [
  uniform('fp32', FP32, 'fp32', false),
  uniform('w8a8kv8', W8A8, 'int8', false),
  uniform('w6a6kv8', W6A6, 'int8', false),
  uniform('w4a8kv8', W4A8, 'int8', false),
  uniform('w4a4kv8', W4A4, 'int8', true),
  uniform('w4a4kv4', W4A4, 'int8', true, KV4),
  uniform('w2a8kv8', W2A8, 'int8', false),
  uniform('ternary-a8kv8', TERNARY, 'int8', false),
  halved('w4a8kv8-2:4', W4A8),
  halved('w2a8kv8-2:4', W2A8),
  uniform('w2a8kv4', W2A8, 'int8', false, KV4),
  halved('w2a8kv4-2:4', W2A8, KV4),
];

/** Whether a tensor class has groups of input channels. */
export const hasGroups = (recipe: Recipe): boolean => TENSOR_CLASSES.some((name) => recipe[name].group !== undefined);

/** The patterns of sparsity of a recipe. */
export const sparsitiesOf = (recipe: Recipe): readonly Sparsity[] =>
  TENSOR_CLASSES.flatMap((name) => recipe[name].sparsity ?? []);

/** Whether only engines of slices and of column blocks take a recipe: they multiply sums of groups and skip zeros. */
export const needsFastEngines = (recipe: Recipe): boolean => hasGroups(recipe) || sparsitiesOf(recipe).length > 0;

/** Widths of the inputs of the weight matrices of each tensor class. */
export const inputWidths = (model: Widths): Readonly<Record<TensorClass, readonly number[]>> => ({
  qkvo: [model.hidden, model.heads * model.headDim],
  ffn: [model.hidden, model.ffn],
  lmHead: [model.hidden],
});

/** The sizes of a model on which the legality of a recipe depends. */
export type Widths = Pick<Architecture, 'hidden' | 'heads' | 'headDim' | 'ffn'>;

/** Widths of which the weights of a tensor class are stored. */
export const storedWidths = (model: Widths, name: TensorClass, linear: LinearRecipe): readonly number[] =>
  inputWidths(model)[name].map((width) => storedChannels(linear, width));

/** The largest size of a group, at most `most`, that divides all inputs of a tensor class; undefined if there is none. */
export const groupThatFits = (
  model: Widths,
  name: TensorClass,
  linear: LinearRecipe,
  most: number,
): GroupSize | undefined =>
  [...GROUP_SIZES]
    .reverse()
    .find((group) => group <= most && storedWidths(model, name, linear).every((width) => width % group === 0));

/** The largest size of a group of channels of a cached value, at most `most`, that divides a head; undefined if there is none. */
export const cacheGroupThatFits = ({ headDim }: Pick<Widths, 'headDim'>, most: number): CacheGroupSize | undefined =>
  [...CACHE_GROUP_SIZES].reverse().find((group) => group <= most && headDim % group === 0);

/**
 * A recipe for a model whose widths its groups may not divide: the next smaller ones that do, or none; and dense weights where
 * the blocks of its sparsity do not.
 */
export function withGroupsFor(model: Widths, recipe: Recipe): Recipe {
  const fitted = { ...recipe };
  for (const name of TENSOR_CLASSES) {
    const { group: wanted, sparsity, ...dense } = recipe[name];
    const blocks = sparsity === undefined || inputWidths(model)[name].every((width) => width % sparsity.of === 0);
    const linear: LinearRecipe = sparsity && blocks ? { ...dense, sparsity } : dense;
    const group = wanted === undefined ? undefined : groupThatFits(model, name, linear, wanted);
    if (group !== wanted || !blocks) fitted[name] = group === undefined ? linear : { ...linear, group };
  }
  if (recipe.cache?.group !== undefined) {
    const { group: wanted, ...cache } = recipe.cache;
    const group = cacheGroupThatFits(model, wanted);
    if (group !== wanted) return { ...fitted, cache: group === undefined ? cache : { ...cache, group } };
  }
  return fitted;
}

/** The number formats of a recipe with what the present one says of normalisation, which is not a format. */
export const withFormats = ({ normalise }: Recipe, formats: Recipe): Recipe =>
  normalise === undefined ? formats : { ...formats, normalise };

/** The known recipe with the number formats of this one. */
export function recipeOfFormats(recipe: Recipe): Recipe | undefined {
  const formats = ({ qkvo, ffn, lmHead, attention, cache, downHadamard }: Recipe): string =>
    JSON.stringify([qkvo, ffn, lmHead, attention, cache, downHadamard]);
  return RECIPES.find((candidate) => formats(candidate) === formats(recipe));
}

export function recipeByName(name: string): Recipe | undefined {
  return RECIPES.find((recipe) => recipe.name === name);
}
