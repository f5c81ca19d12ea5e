import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { tidy } from '../state/edits.ts';
import { canvasOf } from './session.ts';

/** Places all instances of a canvas anew and shows all of them. */
export function tidyCanvas(stage: StageName): void {
  if (composer.getState().edit((design) => tidy(design, stage))) requestAnimationFrame(() => canvasOf(stage)?.fit());
}
