/** Pruning of weights to N of every M neighbouring input channels, and rows without what was left out. */
import type { Sparsity } from './recipe.ts';

/**
 * Which weights rows of `k` keep: their places in each block of `of` channels, ascending, [rows][k * keep / of]. A block keeps
 * the largest, by magnitude or by magnitude times the norm of the channel; the first where they are equal. Where pairs of
 * rows keep the same channels, those of the largest sums of squares. Rows that have no more weights than that keep all of them.
 * @param norms per input channel; 1 when absent.
 */
export function keptChannels(
  rows: Float32Array,
  k: number,
  { keep, of, pairs }: Sparsity,
  norms?: ArrayLike<number>,
): Uint8Array {
  const count = rows.length / k;
  const stored = (k / of) * keep;
  const kept = new Uint8Array(count * stored);
  const scores = new Float64Array(of);
  const step = pairs ? 2 : 1;
  for (let row = 0; row < count; row += step) {
    const last = Math.min(row + step, count) - 1;
    for (let block = 0; block < k / of; block++) {
      for (let i = 0; i < of; i++) {
        const channel = block * of + i;
        let score = 0;
        for (let r = row; r <= last; r++) score += (rows[r * k + channel] as number) ** 2;
        scores[i] = score * (norms === undefined ? 1 : (norms[channel] as number) ** 2);
      }
      let at = row * stored + block * keep;
      for (let i = 0; i < of; i++) {
        let better = 0;
        for (let j = 0; j < of; j++) {
          const [own, other] = [scores[i] as number, scores[j] as number];
          if (other > own || (other === own && j < i)) better++;
        }
        if (better < keep) kept[at++] = i;
      }
      for (let r = row + 1; r <= last; r++)
        kept.copyWithin(r * stored + block * keep, row * stored + block * keep, row * stored + (block + 1) * keep);
    }
  }
  return kept;
}

/** Rows without the weights that are left out. */
export function compressRows(rows: Float32Array, kept: Uint8Array, { keep, of }: Sparsity): Float32Array {
  return Float32Array.from(kept, (place, i) => rows[Math.floor(i / keep) * of + place] as number);
}

/** Rows of stored weights with zeros where none is kept. */
export function spreadRows(stored: Int8Array, kept: Uint8Array, { keep, of }: Sparsity): Int8Array {
  const rows = new Int8Array((stored.length / keep) * of);
  for (let i = 0; i < stored.length; i++) rows[Math.floor(i / keep) * of + (kept[i] as number)] = stored[i] as number;
  return rows;
}
