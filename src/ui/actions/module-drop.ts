import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { freePlace } from '../../core/edit/places.ts';
import { noteUse } from '../state/recent.ts';
import { addInstance, findInstance } from '../../core/edit/instances.ts';
import { addOperation, moveOperation, splitOperation } from '../../core/edit/operations.ts';
import { canvasOf, useCanvasSession } from '../drawing/session.ts';

const PREFIX = 'flexllm-module:';
const OPERATION = 'flexllm-operation:';

/** What the palette writes into a drag, as plain text so that any browser carries it. */
export const dragText = (module: string): string => `${PREFIX}${module}`;

export function moduleOfDrag(transfer: DataTransfer): string | undefined {
  const text = transfer.getData('text/plain');
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/** An operation that is being dragged off its card. */
export interface DraggedOperation {
  readonly stage: StageName;
  readonly instance: string;
  readonly operation: string;
}

/** What the row of an operation writes into a drag. */
export const operationText = ({ stage, instance, operation }: DraggedOperation): string =>
  `${OPERATION}${stage}/${instance}/${operation}`;

export function operationOfDrag(transfer: DataTransfer): DraggedOperation | undefined {
  const text = transfer.getData('text/plain');
  const [stage, instance, operation] = text.startsWith(OPERATION) ? text.slice(OPERATION.length).split('/') : [];
  return (stage === 'prefill' || stage === 'decode') && instance && operation
    ? { stage, instance, operation }
    : undefined;
}

/** The instance under the pointer that a dragged module could reuse: one of the same module. */
export function reuseTarget(
  stage: StageName,
  module: string | undefined,
  target: EventTarget | null,
): string | undefined {
  const id = target instanceof Element ? target.closest('[data-instance]')?.getAttribute('data-instance') : undefined;
  return id && module && findInstance(composer.getState().design, stage, id)?.module === module ? id : undefined;
}

/** A module dropped on a canvas: reuse when it lands on an instance of its kind, else a new instance there. */
export function dropModule(
  stage: StageName,
  module: string,
  target: EventTarget | null,
  at: { x: number; y: number },
): void {
  const reuse = reuseTarget(stage, module, target);
  useCanvasSession.setState({ reuse: undefined, module: undefined });
  if (
    composer
      .getState()
      .edit((design) => (reuse ? addOperation(design, stage, reuse) : addInstance(design, stage, module, at)))
  )
    noteUse(module);
}

/** An operation dropped on a canvas: onto an instance of its kind it moves there (reuse), onto empty canvas it gets hardware of its own. */
export function dropOperation(
  stage: StageName,
  dragged: DraggedOperation,
  target: EventTarget | null,
  at: { x: number; y: number },
): void {
  useCanvasSession.setState({ reuse: undefined, module: undefined });
  const { design, edit, notify } = composer.getState();
  if (dragged.stage !== stage) {
    notify('An operation stays on its canvas: each stage is a kernel of its own.', { tone: 'error' });
    return;
  }
  const { instance, operation } = dragged;
  const onto =
    target instanceof Element
      ? (target.closest('[data-instance]')?.getAttribute('data-instance') ?? undefined)
      : undefined;
  if (onto === instance) return;
  const same =
    onto !== undefined && findInstance(design, stage, onto)?.module === findInstance(design, stage, instance)?.module;
  if (onto !== undefined && !same)
    notify(`${operation} cannot work on ${onto}: it is another kind of module.`, { tone: 'error' });
  else
    edit((present) =>
      onto
        ? moveOperation(present, stage, instance, operation, onto)
        : splitOperation(present, stage, instance, operation, at),
    );
}

/** Adds an instance and sees to it that it is in view. */
export function addInView(stage: StageName, module: string, at: { x: number; y: number }, role?: string): void {
  if (!composer.getState().edit((present) => addInstance(present, stage, module, at, role))) return;
  noteUse(module);
  const [made] = composer.getState().selection.instances;
  // It has to be on the canvas first.
  if (made) requestAnimationFrame(() => canvasOf(stage)?.keepInView(made));
}

/** Adds a module where the user looks; for keyboard and click. */
export function addModuleInView(stage: StageName, module: string): void {
  addInView(stage, module, freePlace(composer.getState().design.stages[stage].instances, canvasOf(stage)?.middle()));
}
