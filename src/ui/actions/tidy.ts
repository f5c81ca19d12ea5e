import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { moveInstances, tidy } from '../../core/edit/instances.ts';
import { canvasOf, useCanvasSession } from '../drawing/session.ts';

const PATIENCE_MS = 8000;
/** As long as nodes glide (canvas.css). */
const GLIDE_MS = 320;

const late = (): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new Error('The layout takes too long.')), PATIENCE_MS));

/** Places the instances of a canvas anew (those that are selected, when there are several) and shows the result. One step of the history. */
export async function tidyCanvas(stage: StageName): Promise<void> {
  const { design, selection } = composer.getState();
  const graph = design.stages[stage];
  const part =
    selection.stage === stage && selection.instances.length > 1 ? new Set(selection.instances) : new Set<string>();
  const finish = (): void => {
    useCanvasSession.setState({ tidying: stage });
    setTimeout(() => useCanvasSession.setState({ tidying: undefined }), GLIDE_MS);
    requestAnimationFrame(() => canvasOf(stage)?.fit());
  };
  try {
    if (graph.instances.length === 0) throw new Error('There is nothing to place.');
    const [{ layout }, { notePlaces, placesFor }] = await Promise.all([
      import('../drawing/elk.ts'),
      import('../drawing/elk-layout.ts'),
    ]);
    const places = await Promise.race([placesFor(graph, part, layout), late()]);
    // Whoever has gone on editing meanwhile keeps the places that are there.
    if (composer.getState().design.stages[stage] !== graph) return;
    if (
      composer.getState().edit(() => ({
        ...moveInstances(stage, places, notePlaces(graph, places)),
        label: part.size > 0 ? `Tidy up ${part.size} instances` : `Tidy up ${stage}`,
      }))
    )
      finish();
  } catch {
    if (composer.getState().edit((present) => tidy(present, stage))) finish();
  }
}
