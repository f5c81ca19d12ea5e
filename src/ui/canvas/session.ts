import { create } from 'zustand';
import type { Instance, StageName } from '../../core/design/types.ts';

/** What is going on at the pointer and belongs to no document: which module is being dragged, and onto what. */
interface CanvasSession {
  /** Module that is being dragged from the palette. */
  readonly module: string | undefined;
  /** `<stage>/<instance>` that would be reused if it were dropped now. */
  readonly reuse: string | undefined;
}

export const useCanvasSession = create<CanvasSession>(() => ({ module: undefined, reuse: undefined }));

/** What other parts of the application ask of a canvas. */
export interface CanvasHandle {
  /** Middle of what is visible, in canvas coordinates. */
  readonly middle: () => { x: number; y: number };
  /** Where the pointer is, in canvas coordinates, when it is over the canvas. */
  readonly pointer: () => { x: number; y: number } | undefined;
  readonly reveal: (instances: readonly string[]) => void;
  readonly fit: () => void;
  readonly focus: () => void;
}

const handles = new Map<StageName, CanvasHandle>();

export function registerCanvas(stage: StageName, handle: CanvasHandle): () => void {
  handles.set(stage, handle);
  return () => {
    if (handles.get(stage) === handle) handles.delete(stage);
  };
}

/** The canvas of a stage while it is on the screen. */
export function canvasOf(stage: StageName): CanvasHandle | undefined {
  return handles.get(stage);
}

/** A place at or a little below another where instances added one after another do not hide each other. */
export function freePlace(instances: readonly Instance[], wished: Instance['position'] = { x: 0, y: 0 }): Instance['position'] {
  const at = { ...wished };
  const taken = (): boolean => instances.some(({ position }) => Math.abs(position.x - at.x) < 24 && Math.abs(position.y - at.y) < 24);
  for (let tries = 0; tries < 400 && taken(); tries += 1) {
    at.x += 32;
    at.y += 32;
  }
  return at;
}
