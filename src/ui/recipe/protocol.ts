import type { Recipe } from '../../core/models/recipe.ts';

export interface PerplexityRequest {
  readonly recipe: Recipe;
  /** Address of the page; the sample model lies beside it. */
  readonly base: string;
}

export type PerplexityAnswer =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | { readonly kind: 'result'; readonly perplexity: number; readonly tokens: number }
  | { readonly kind: 'error'; readonly message: string };
