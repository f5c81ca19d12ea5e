import type { StageName } from '../../core/design/types.ts';
import { memoryInstances } from '../../core/templates/llama.ts';
import { NOTHING } from '../../core/edit/edit.ts';
import { initialSegments, setSegments } from '../../core/edit/settings.ts';
import { canvasOf } from '../drawing/session.ts';
import { composer } from '../state/app-store.ts';

/** Segments with their memory, which the palette has beside the modules: they go around the whole of prefill. */

const DRAG = 'flexllm-segments';

/** What the palette writes into a drag, as plain text so that any browser carries it. */
export const SEGMENTS_DRAG_TEXT = DRAG;

export const isSegmentsDrag = (transfer: DataTransfer): boolean => transfer.getData('text/plain') === DRAG;

/** Prefill reads texts in segments: one step, as from the inspector, which shows their sizes then. */
export function addSegments(): void {
  const { design, edit, notify, setStage } = composer.getState();
  setStage('prefill');
  if (design.hmt) {
    notify('Prefill reads texts in segments already. Their sizes are in the inspector of the design.');
    return;
  }
  if (!edit((present) => ({ ...setSegments(initialSegments(present)), select: NOTHING }))) return;
  const [first] = memoryInstances(composer.getState().design.stages.prefill);
  // It has to be on the canvas first.
  if (first !== undefined) requestAnimationFrame(() => canvasOf('prefill')?.keepInView(first));
}

/** Segments dropped on a canvas. */
export function dropSegments(stage: StageName): void {
  if (stage === 'prefill') addSegments();
  else
    composer.getState().notify('Segments go around prefill: drop them on its canvas, not on that of decode.', {
      tone: 'error',
    });
}
