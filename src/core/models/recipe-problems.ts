import type { Finding } from '../diagnostics/diagnostic.ts';
import { found, type RecipeCode } from './recipe-diagnostics.ts';
import { type Recipe, rotationBlock, TENSOR_CLASSES } from './recipe.ts';

/**
 * What keeps a recipe from being computed, empty if nothing does.
 * @param ffn channels of the feed-forward network, which the Hadamard rotation needs to be even.
 */
export function recipeProblems(recipe: Recipe, ffn: number): Finding<RecipeCode>[] {
  const problems: Finding<RecipeCode>[] = [];
  for (const name of TENSOR_CLASSES) {
    const { weights, activations } = recipe[name];
    if ((weights === 'fp32') !== (activations === 'fp32')) {
      problems.push(found('recipe-mixed', { recipe: recipe.name, class: name }));
    }
  }
  if (recipe.downHadamard && rotationBlock(ffn) < 2) {
    problems.push(found('recipe-hadamard', { recipe: recipe.name, ffn }));
  }
  return problems;
}
