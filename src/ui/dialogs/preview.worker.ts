import { previewOf } from '../../core/estimate/design/preview.ts';
import { answer } from '../state/worker-side.ts';
import { composeWish, type Wish } from './new-design.ts';
import type { Previewed } from './WishPreview.tsx';

/** Composes and estimates off the main thread. */
answer((wish: Wish): Previewed => {
  try {
    return { preview: previewOf(composeWish(wish)) };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : 'unknown error' };
  }
});
