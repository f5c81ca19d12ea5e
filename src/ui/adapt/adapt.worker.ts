import { adapt } from '../../core/edit/adapt.ts';
import { applyEdit, isRefused } from '../../core/edit/edit.ts';
import { effectText } from '../../core/edit/effect.ts';
import { answer } from '../state/worker-side.ts';
import type { AdaptQuestion, Adapted } from './adapt-client.ts';

/** Looks for what else has to change, off the main thread. */
answer(({ design, before, pinned }: AdaptQuestion): Adapted => {
  const found = adapt(design, before, new Set(pinned));
  return isRefused(found)
    ? found
    : { steps: found.steps, effect: effectText(found.effect), design: applyEdit(design, found.edit).design };
});
