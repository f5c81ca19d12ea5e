import type { Finding } from '../diagnostics/diagnostic.ts';
import { found, type RecipeCode } from './recipe-diagnostics.ts';
import {
  cacheGroupThatFits,
  groupThatFits,
  inputWidths,
  mayHaveGroups,
  patternText,
  type Recipe,
  rotationBlock,
  SPARSITY_PATTERNS,
  storedWidths,
  TENSOR_CLASSES,
  type Widths,
} from './recipe.ts';

/**
 * What keeps a recipe from being computed, empty if nothing does.
 * @param model its feed-forward network must be of even width for the Hadamard rotation; groups of input channels, and what
 * sparsity chooses from, must divide the widths of its matrices, and groups of channels of a cached value its head size.
 */
export function recipeProblems(recipe: Recipe, model: Widths): Finding<RecipeCode>[] {
  const { ffn } = model;
  const problems: Finding<RecipeCode>[] = [];
  for (const name of TENSOR_CLASSES) {
    const { weights, activations, group, sparsity } = recipe[name];
    if ((weights === 'fp32') !== (activations === 'fp32')) {
      problems.push(found('recipe-mixed', { recipe: recipe.name, class: name }));
    }
    if (sparsity !== undefined) {
      const { of } = sparsity;
      const pattern = patternText(sparsity);
      const own = { recipe: recipe.name, class: name, pattern };
      const width = inputWidths(model)[name].find((channels) => channels % of !== 0);
      if (!SPARSITY_PATTERNS.some((legal) => patternText(legal) === pattern)) {
        problems.push(found('recipe-sparsity-pattern', { ...own, legal: SPARSITY_PATTERNS.map(patternText) }));
      } else if (weights === 'fp32') {
        problems.push(found('recipe-sparsity-format', own));
      } else if (weights === 'ternary') {
        problems.push(found('recipe-sparsity-ternary', own));
      } else if (width !== undefined) {
        problems.push(found('recipe-sparsity-width', { ...own, of, width }));
      }
    }
    if (group === undefined) continue;
    if (!mayHaveGroups(weights)) {
      problems.push(found('recipe-group-format', { recipe: recipe.name, class: name, weights }));
    }
    const width = storedWidths(model, name, recipe[name]).find((channels) => channels % group !== 0);
    if (width !== undefined) {
      const fits = groupThatFits(model, name, recipe[name], group);
      problems.push(found('recipe-group-width', { recipe: recipe.name, class: name, group, width, fits }));
    }
  }
  if (recipe.cache) {
    const { headDim } = model;
    const { group } = recipe.cache;
    if (recipe.attention === 'fp32') problems.push(found('recipe-cache-attention', { recipe: recipe.name }));
    if (headDim % 4 !== 0) problems.push(found('recipe-cache-head', { recipe: recipe.name, headDim }));
    else if (group !== undefined && headDim % group !== 0) {
      const fits = cacheGroupThatFits(model, group);
      problems.push(found('recipe-cache-group', { recipe: recipe.name, group, headDim, fits }));
    }
  }
  if (recipe.downHadamard && rotationBlock(ffn) < 2) {
    problems.push(found('recipe-hadamard', { recipe: recipe.name, ffn }));
  }
  return problems;
}
