import { create } from 'zustand';

/** Showing a design to an audience: full screen, panels hidden, larger labels. Belongs to no document. */
export const usePresent = create<{ readonly presenting: boolean }>(() => ({ presenting: false }));

export function startPresenting(): void {
  usePresent.setState({ presenting: true });
  // Full screen is welcome, not needed: a browser may refuse it.
  void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

export function stopPresenting(): void {
  usePresent.setState({ presenting: false });
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
}
