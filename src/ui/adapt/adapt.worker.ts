import { adapt } from '../../core/edit/adapt.ts';
import { applyEdit, isRefused } from '../../core/edit/edit.ts';
import { effectText } from '../../core/edit/effect.ts';
import type { AdaptAnswer, AdaptRequest } from './adapt-client.ts';

/** Looks for what else has to change, off the main thread. */

const scope = self as unknown as {
  postMessage(message: AdaptAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<AdaptRequest>) => void): void;
};

scope.addEventListener('message', ({ data: { id, design, before, pinned } }) => {
  const found = adapt(design, before, new Set(pinned));
  scope.postMessage(
    isRefused(found)
      ? { id, refused: found.refused }
      : { id, steps: found.steps, effect: effectText(found.effect), design: applyEdit(design, found.edit).design },
  );
});
