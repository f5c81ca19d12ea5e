/** Where the indices of stored weights lie among the words of weights (sparse_weights.hpp). */
import type { StoredSparsity } from './manifest.ts';
import { indexBits } from './recipe.ts';

/** Outputs that share an index. */
export const sharing = ({ pairs }: Pick<StoredSparsity, 'pairs'>): 1 | 2 => (pairs ? 2 : 1);

/**
 * Indices as words of `wordBytes` hold them for words of `weights` weights: those of `batch` words of weights in `words` words,
 * in front of them; `perWord` of the same word of weights in each.
 */
export function indexWords(
  wordBytes: number,
  weights: number,
  sparsity: StoredSparsity,
): { readonly batch: number; readonly words: number; readonly perWord: number } {
  const indices = weights / sharing(sparsity);
  const most = Math.floor((8 * wordBytes) / indexBits(sparsity));
  return most >= indices
    ? { batch: Math.floor(most / indices), words: 1, perWord: indices }
    : { batch: 1, words: Math.ceil(indices / most), perWord: most };
}

/** Words of a run of `steps` words of weights with those of their indices. */
export function wordsWithIndices(steps: number, wordBytes: number, weights: number, sparsity: StoredSparsity): number {
  const { batch, words } = indexWords(wordBytes, weights, sparsity);
  return steps + Math.ceil(steps / batch) * words;
}

/**
 * Puts the words of indices of each run of `steps` words of weights among them.
 * @param place of weight `element` of word `word`, among the channels that it was chosen from.
 */
export function withIndices(
  weights: Uint8Array,
  wordBytes: number,
  steps: number,
  perWeights: number,
  sparsity: StoredSparsity,
  place: (word: number, element: number) => number,
): Uint8Array {
  const { batch, words, perWord } = indexWords(wordBytes, perWeights, sparsity);
  const share = sharing(sparsity);
  const bits = indexBits(sparsity);
  const runs = weights.length / (steps * wordBytes);
  const out = new Uint8Array(runs * wordsWithIndices(steps, wordBytes, perWeights, sparsity) * wordBytes);
  let at = 0;
  for (let first = 0; first < runs * steps; ) {
    const left = steps - (first % steps);
    const count = Math.min(batch, left);
    for (let w = 0; w < count; w++)
      for (let index = 0; index < perWeights / share; index++) {
        const bit = bits * (w * (perWeights / share) + (index % perWord));
        const value = place(first + w, index * share) << (bit % 8);
        const byte = at + Math.floor(index / perWord) * wordBytes + Math.floor(bit / 8);
        out[byte] = (out[byte] as number) | (value & 0xff);
        if (value > 0xff) out[byte + 1] = (out[byte + 1] as number) | (value >> 8);
      }
    at += words * wordBytes;
    out.set(weights.subarray(first * wordBytes, (first + count) * wordBytes), at);
    at += count * wordBytes;
    first += count;
  }
  return out;
}
