import type { Lanes } from '../models/manifest.ts';
import { rotationBlock } from '../models/recipe.ts';
import { steps } from './common.ts';

/**
 * Whether `channels` channels that travel like this can be paired within their blocks of `rotationBlock`, lanes or
 * whole vectors in a cycle. The channels that lie in a row (lanes in interleaved order, vectors in blocked order) must
 * be whole blocks, or divide one, of which there are then whole ones across.
 */
export function pairsOn({ lanes, order }: Lanes, channels: number): boolean {
  const block = rotationBlock(channels);
  const count = steps(channels, lanes);
  const [run, across] = order === 'interleaved' ? [lanes, count] : [count, lanes];
  return run % block === 0 || (block % run === 0 && across % (block / run) === 0);
}
