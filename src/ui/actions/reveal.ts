import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import type { Selection } from '../../core/edit/edit.ts';
import { canvasOf } from '../drawing/session.ts';

/** Selects something, shows its canvas and brings instances into view. */
export function showOnCanvas(selection: Selection, instances: readonly string[] = selection.instances): void {
  const { view, setView, setStage, select } = composer.getState();
  if (view !== 'both' && view !== selection.stage) setView(selection.stage);
  setStage(selection.stage);
  select(selection);
  // A canvas that was not on the screen has to appear first.
  if (instances.length > 0)
    setTimeout(
      () => requestAnimationFrame(() => canvasOf(selection.stage)?.reveal(instances)),
      view === 'both' || view === selection.stage ? 0 : 60,
    );
}

/** Selects an instance and brings it into view. */
export const showInstance = (stage: StageName, id: string): void =>
  showOnCanvas({ stage, instances: [id], streams: [] });
