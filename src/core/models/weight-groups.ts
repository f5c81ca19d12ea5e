/** Where the scales of groups of input channels lie among the words of weights (weight_groups.hpp). */

/** Two scales per byte. */
const SCALES_PER_BYTE = 2;

/**
 * Scales of groups as words of `wordBytes` hold them for the `outputs` of a word of weights: those of `batch` groups in
 * `words` words, in front of the weights of these groups.
 */
export function groupWords(
  wordBytes: number,
  outputs: number,
): { readonly batch: number; readonly words: number; readonly perWord: number } {
  const most = SCALES_PER_BYTE * wordBytes;
  return most >= outputs
    ? { batch: Math.floor(most / outputs), words: 1, perWord: outputs }
    : { batch: 1, words: Math.ceil(outputs / most), perWord: most };
}

/** Words of a tile of `steps` words of weights in `groups` groups, with those of their scales. */
export function wordsWithScales(steps: number, groups: number, wordBytes: number, outputs: number): number {
  const { batch, words } = groupWords(wordBytes, outputs);
  return steps + Math.ceil(groups / batch) * words;
}

/**
 * Puts the words of scales of a tile among its words of weights.
 * @param scale of output `output` of a word in group `group`.
 */
export function withScales(
  weights: Uint8Array,
  wordBytes: number,
  groups: number,
  outputs: number,
  scale: (group: number, output: number) => number,
): Uint8Array {
  const { batch, words, perWord } = groupWords(wordBytes, outputs);
  const steps = weights.length / wordBytes;
  const perGroup = (steps / groups) * wordBytes;
  const out = new Uint8Array(wordsWithScales(steps, groups, wordBytes, outputs) * wordBytes);
  let at = 0;
  for (let first = 0; first < groups; first += batch) {
    const count = Math.min(batch, groups - first);
    for (let g = 0; g < count; g++)
      for (let output = 0; output < outputs; output++) {
        const element = g * outputs + (output % perWord);
        const byte = at + Math.floor(output / perWord) * wordBytes + Math.floor(element / SCALES_PER_BYTE);
        out[byte] = (out[byte] as number) | (scale(first + g, output) << (element % 2 === 0 ? 0 : 4));
      }
    at += words * wordBytes;
    out.set(weights.subarray(first * perGroup, (first + count) * perGroup), at);
    at += count * perGroup;
  }
  return out;
}
