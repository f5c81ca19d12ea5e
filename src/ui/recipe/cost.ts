import { type Architecture, LINEAR_ROLES, linearShape } from '../../core/models/architecture.ts';
import {
  cacheBits,
  indexBits,
  linearRecipe,
  type Recipe,
  STORED_BITS,
  storedChannels,
  TENSOR_CLASSES,
  type TensorClass,
  tensorClass,
} from '../../core/models/recipe.ts';

/** What a recipe costs in memory, by arithmetic on the model's shapes. */
export interface RecipeCost {
  /** Bits of the weight matrices of each class, with a scale and a sum (fp32 each) per output channel of integers, scales of groups and indices. */
  readonly weights: Readonly<Record<TensorClass, number>>;
  readonly total: number;
  /** Bits that one more token takes in the KV cache. */
  readonly cachePerToken: number;
  /** Bits of weights that decode reads for each token: all of them, once. */
  readonly readPerToken: number;
}

const PER_CHANNEL = 64;
const PER_GROUP = 4;

export function recipeCost(model: Architecture, recipe: Recipe): RecipeCost {
  const weights: Record<TensorClass, number> = { qkvo: 0, ffn: 0, lmHead: 0 };
  for (const role of LINEAR_ROLES) {
    const { k, n } = linearShape(model, role);
    const linear = linearRecipe(recipe, role);
    const { weights: format, group, sparsity } = linear;
    const stored = storedChannels(linear, k);
    const scales =
      (format === 'fp32' ? 0 : n * PER_CHANNEL) + (group === undefined ? 0 : (stored / group) * n * PER_GROUP);
    const index = sparsity === undefined ? 0 : indexBits(sparsity) / (sparsity.pairs ? 2 : 1);
    weights[tensorClass(role)] +=
      (role === 'lm_head' ? 1 : model.layers) * (stored * n * (STORED_BITS[format] + index) + scales);
  }
  const total = TENSOR_CLASSES.reduce((sum, name) => sum + weights[name], 0);
  return {
    weights,
    total,
    cachePerToken: 2 * model.layers * model.kvHeads * model.headDim * cacheBits(recipe),
    readPerToken: total,
  };
}

/** Bits as bytes in a unit that suits them. */
export function bytesText(bits: number): string {
  const bytes = bits / 8;
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toPrecision(3)} MiB`;
  if (bytes >= 2 ** 10) return `${(bytes / 2 ** 10).toPrecision(3)} KiB`;
  return `${bytes} B`;
}
