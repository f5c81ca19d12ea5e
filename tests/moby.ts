/** The sample model in tests: its tokens, and designs for it on U280. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer, withBegin } from '../hls-runtime/runner/tokenizer.ts';
import type { Design } from '../src/core/design/types.ts';
import { recipeByName } from '../src/core/models/recipe.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { targetById } from '../src/core/targets/targets.ts';
import { type ComposeOptions, composeDesign } from '../src/core/templates/compose.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';
import { MOBY } from './harness.ts';

/** Tokens of a text behind the begin token. */
export async function mobyTokens(text: string): Promise<number[]> {
  const codec = await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos);
  return withBegin(codec.encode(text), MOBY_LLAMA_1M.bos);
}

/** Tokens of so many characters of the held-out text behind the begin token. */
export const heldoutTokens = (characters: number): Promise<number[]> =>
  mobyTokens(readFileSync(join(MOBY, 'heldout.txt'), 'utf8').slice(0, characters));

/** The begin of the held-out text that has so many tokens, with the begin token. */
export async function heldoutOf(tokens: number): Promise<string> {
  const codec = await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos);
  const text = readFileSync(join(MOBY, 'heldout.txt'), 'utf8');
  const count = (end: number): number => withBegin(codec.encode(text.slice(0, end)), MOBY_LLAMA_1M.bos).length;
  // A character more may take a token less, as words are put together: so every end near the number is tried.
  let end = 0;
  for (let step = 4096; step >= 1; step /= 2)
    while (end + step <= text.length && count(end + step) < tokens) end += step;
  while (end < text.length && count(end) !== tokens) end += 1;
  return text.slice(0, end);
}

/** A design with one style in both stages. */
export function mobyDesign(
  style: TemplateStyle,
  recipeName: string,
  options: Pick<ComposeOptions, 'name'> & Partial<ComposeOptions>,
): Design {
  const recipe = recipeByName(recipeName);
  const target = targetById('u280');
  if (!recipe || !target) throw new Error('no such recipe or target');
  return composeDesign({ model: MOBY_LLAMA_1M, target, recipe, prefill: style, decode: style, ...options });
}
