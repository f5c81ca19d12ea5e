import { SAMPLES } from '../../core/templates/samples.ts';
import { type ComposerState, createComposer, useComposerOf } from './store.ts';

function firstDesign() {
  const [sample] = SAMPLES;
  if (!sample) throw new Error('the catalogue has no sample design');
  return sample.design();
}

/** The store of the running application. */
export const composer = createComposer(firstDesign());

export function useComposer<T>(selector: (state: ComposerState) => T): T {
  return useComposerOf(composer, selector);
}
