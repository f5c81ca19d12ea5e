import { useSyncExternalStore } from 'react';

/** Windows that have no room for panels beside the canvas; the style sheets ask the same. */
const QUERY = '(max-width: 899px), (max-height: 479px)';
const media = typeof matchMedia === 'function' ? matchMedia(QUERY) : undefined;

function subscribe(changed: () => void): () => void {
  media?.addEventListener('change', changed);
  return () => media?.removeEventListener('change', changed);
}

/** Whether the window is so small that one part of it is shown at a time. */
export const useCompact = (): boolean => useSyncExternalStore(subscribe, () => media?.matches ?? false);
