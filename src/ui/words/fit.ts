import type { Light } from '../../core/estimate/design/fit-causes.ts';

/** A light in words. */
export const LIGHT_WORDS: Readonly<Record<Light, string>> = {
  green: 'Fits within the recommended limits',
  amber: 'Fits, but is fuller than recommended',
  red: 'Does not fit',
};
