import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** What is wrong with a recipe. Apart from what is wrong with files: this is asked with every edit, and so loads with the app. */
export const RECIPE_DIAGNOSTICS = {
  'recipe-mixed': error<{ recipe: string; class: string }>({
    sentence: ({ recipe, class: name }) =>
      `Recipe "${recipe}", ${name}: weights and activations must both be fp32 or both integers; change one of them.`,
  }),
  'recipe-group-format': error<{ recipe: string; class: string; weights: string }>({
    sentence: ({ recipe, class: name, weights }) =>
      `Recipe "${recipe}", ${name}: groups of input channels have scales of their own for weights of 2 and 4 bits, not for ${weights}; take the groups away or choose int4, int2 or ternary.`,
  }),
  'recipe-group-width': error<{
    recipe: string;
    class: string;
    group: number;
    width: number;
    fits: number | undefined;
  }>({
    sentence: ({ recipe, class: name, group, width, fits }) =>
      `Recipe "${recipe}", ${name}: groups of ${group} input channels do not divide a width of ${width}; ${fits === undefined ? 'take the groups away' : `choose groups of ${fits}`}.`,
  }),
  'recipe-sparsity-pattern': error<{ recipe: string; class: string; pattern: string; legal: readonly string[] }>({
    sentence: ({ recipe, class: name, pattern, legal }) =>
      `Recipe "${recipe}", ${name}: no engine takes sparsity of ${pattern}; choose one of ${legal.join(', ')}.`,
  }),
  'recipe-sparsity-format': error<{ recipe: string; class: string; pattern: string }>({
    sentence: ({ recipe, class: name, pattern }) =>
      `Recipe "${recipe}", ${name}: engines skip the zeros of ${pattern} for weights of 2, 4, 6 and 8 bits, not for fp32; take the sparsity away or choose int8, int6, int4 or int2.`,
  }),
  'recipe-sparsity-ternary': error<{ recipe: string; class: string; pattern: string }>({
    sentence: ({ recipe, class: name, pattern }) =>
      `Recipe "${recipe}", ${name}: ternary weights have zeros of their own, which are not skipped by ${pattern}; take the sparsity away or choose int8, int6, int4 or int2.`,
  }),
  'recipe-sparsity-width': error<{ recipe: string; class: string; pattern: string; of: number; width: number }>({
    sentence: ({ recipe, class: name, pattern, of, width }) =>
      `Recipe "${recipe}", ${name}: ${pattern} chooses from every ${of} input channels, which do not divide a width of ${width}; take the sparsity away.`,
  }),
  'recipe-cache-attention': error<{ recipe: string }>({
    sentence: ({ recipe }) =>
      `Recipe "${recipe}": the KV cache can keep 4 bits of what int8 attention computes with, but attention is in fp32; choose int8 attention, or let the cache keep fp32.`,
  }),
  'recipe-cache-head': error<{ recipe: string; headDim: number }>({
    sentence: ({ recipe, headDim }) =>
      `Recipe "${recipe}": in a KV cache of 4 bits the scale of a value lies in four of its channels, but a head of ${headDim} channels is not a multiple of 4; let the cache keep 8 bits.`,
  }),
  'recipe-cache-group': error<{ recipe: string; group: number; headDim: number; fits: number | undefined }>({
    sentence: ({ recipe, group, headDim, fits }) =>
      `Recipe "${recipe}": groups of ${group} channels of a cached value do not divide a head of ${headDim}; choose ${fits === undefined ? '' : `groups of ${fits}, or `}one scale per head.`,
  }),
  'recipe-hadamard': error<{ recipe: string; ffn: number }>({
    sentence: ({ recipe, ffn }) =>
      `Recipe "${recipe}": the Hadamard rotation pairs channels, but the feed-forward width of ${ffn} is odd; switch it off, or choose a recipe without it.`,
  }),
};

export type RecipeCode = CodeOf<typeof RECIPE_DIAGNOSTICS>;
export const found = findingsOf(RECIPE_DIAGNOSTICS);
