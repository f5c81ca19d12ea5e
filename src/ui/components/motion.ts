/** Whether the user wants nothing to move by itself. */
export const still = (): boolean =>
  typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;

/** How long a movement lasts, in milliseconds: no time where motion is not welcome. */
export const lasting = (milliseconds: number): number => (still() ? 0 : milliseconds);
