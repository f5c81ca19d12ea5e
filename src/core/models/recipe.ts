import type { LinearRole } from './architecture.ts';

/** Element of a weight matrix in memory. Integers are symmetric with one scale per output channel. */
export type WeightFormat = 'fp32' | 'int8' | 'int4';

/** Activations in front of a weight matrix: fp32, or quantized dynamically per token. */
export type ActivationFormat = 'fp32' | { readonly bits: 4 | 8; readonly symmetric: boolean };

export interface LinearRecipe {
  readonly weights: WeightFormat;
  readonly activations: ActivationFormat;
}

/** Classes of tensors that are quantized alike. */
export const TENSOR_CLASSES = ['qkvo', 'ffn', 'lmHead'] as const;
export type TensorClass = (typeof TENSOR_CLASSES)[number];

/** The number format of every tensor class. */
export interface Recipe {
  readonly name: string;
  readonly qkvo: LinearRecipe;
  readonly ffn: LinearRecipe;
  readonly lmHead: LinearRecipe;
  /** Queries, keys, values and the KV cache: fp32, or static symmetric int8 per head (probabilities uint8). */
  readonly attention: 'fp32' | 'int8';
  /** Hadamard rotation in front of down_proj; its inverse is folded into the weights. */
  readonly downHadamard: boolean;
}

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

export function linearRecipe(recipe: Recipe, role: LinearRole): LinearRecipe {
  return recipe[tensorClass(role)];
}

const FP32: LinearRecipe = { weights: 'fp32', activations: 'fp32' };
const W8A8: LinearRecipe = { weights: 'int8', activations: { bits: 8, symmetric: true } };
const W4A8: LinearRecipe = { weights: 'int4', activations: { bits: 8, symmetric: true } };
const W4A4: LinearRecipe = { weights: 'int4', activations: { bits: 4, symmetric: false } };

function uniform(name: string, linear: LinearRecipe, attention: Recipe['attention'], downHadamard: boolean): Recipe {
  return { name, qkvo: linear, ffn: linear, lmHead: linear, attention, downHadamard };
}

/** The recipes offered by name. `w4a4kv8` is FlexLLM's (arXiv 2601.15710, section on the quantization suite). */
export const RECIPES: readonly Recipe[] = [
  uniform('fp32', FP32, 'fp32', false),
  uniform('w8a8kv8', W8A8, 'int8', false),
  uniform('w4a8kv8', W4A8, 'int8', false),
  uniform('w4a4kv8', W4A4, 'int8', true),
];

export function recipeByName(name: string): Recipe | undefined {
  return RECIPES.find((recipe) => recipe.name === name);
}
