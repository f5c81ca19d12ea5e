import type { Finding } from '../diagnostics/diagnostic.ts';
import { found, type RecipeCode } from './recipe-diagnostics.ts';
import { groupThatFits, inputWidths, type Recipe, rotationBlock, TENSOR_CLASSES, type Widths } from './recipe.ts';

/**
 * What keeps a recipe from being computed, empty if nothing does.
 * @param model its feed-forward network must be of even width for the Hadamard rotation, and groups of input channels must
 * divide the widths of its matrices.
 */
export function recipeProblems(recipe: Recipe, model: Widths): Finding<RecipeCode>[] {
  const { ffn } = model;
  const problems: Finding<RecipeCode>[] = [];
  for (const name of TENSOR_CLASSES) {
    const { weights, activations, group } = recipe[name];
    if ((weights === 'fp32') !== (activations === 'fp32')) {
      problems.push(found('recipe-mixed', { recipe: recipe.name, class: name }));
    }
    if (group === undefined) continue;
    if (weights === 'fp32' || weights === 'int8') {
      problems.push(found('recipe-group-format', { recipe: recipe.name, class: name, weights }));
    }
    const width = inputWidths(model)[name].find((channels) => channels % group !== 0);
    if (width !== undefined) {
      const fits = groupThatFits(model, name, group);
      problems.push(found('recipe-group-width', { recipe: recipe.name, class: name, group, width, fits }));
    }
  }
  if (recipe.downHadamard && rotationBlock(ffn) < 2) {
    problems.push(found('recipe-hadamard', { recipe: recipe.name, ffn }));
  }
  return problems;
}
