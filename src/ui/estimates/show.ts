import type { StageName } from '../../core/design/types.ts';
import { canvasOf } from '../drawing/session.ts';
import { composer } from '../state/app-store.ts';

/** Selects an instance and brings it into view. */
export function showInstance(stage: StageName, id: string): void {
  const { select, view, setView, setStage } = composer.getState();
  if (view !== 'both' && view !== stage) setView(stage);
  setStage(stage);
  select({ stage, instances: [id], streams: [] });
  requestAnimationFrame(() => canvasOf(stage)?.reveal([id]));
}
