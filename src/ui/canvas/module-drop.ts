import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { addInstance, addOperation, findInstance } from '../state/edits.ts';
import { canvasOf, freePlace, useCanvasSession } from './session.ts';

const PREFIX = 'flexllm-module:';

/** What the palette writes into a drag, as plain text so that any browser carries it. */
export const dragText = (module: string): string => `${PREFIX}${module}`;

export function moduleOfDrag(transfer: DataTransfer): string | undefined {
  const text = transfer.getData('text/plain');
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/** The instance under the pointer that a dragged module could reuse: one of the same module. */
export function reuseTarget(stage: StageName, module: string | undefined, target: EventTarget | null): string | undefined {
  const id = target instanceof Element ? target.closest('[data-instance]')?.getAttribute('data-instance') : undefined;
  return id && module && findInstance(composer.getState().design, stage, id)?.module === module ? id : undefined;
}

/** A module dropped on a canvas: reuse when it lands on an instance of its kind, else a new instance there. */
export function dropModule(stage: StageName, module: string, target: EventTarget | null, at: { x: number; y: number }): void {
  const reuse = reuseTarget(stage, module, target);
  useCanvasSession.setState({ reuse: undefined, module: undefined });
  composer.getState().edit((design) => (reuse ? addOperation(design, stage, reuse) : addInstance(design, stage, module, at)));
}

/** Adds a module where the user looks; for keyboard and click. Instances added one after another do not hide each other. */
export function addModuleInView(stage: StageName, module: string): void {
  const { design, edit } = composer.getState();
  const at = freePlace(design.stages[stage].instances, canvasOf(stage)?.middle());
  edit((present) => addInstance(present, stage, module, at));
}
