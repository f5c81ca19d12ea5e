import { create } from 'zustand';
import type { StageName } from '../../core/design/types.ts';
import type { Guide } from './guides.ts';

/** What is going on at the pointer and belongs to no document. */
interface CanvasSession {
  /** Module that is being dragged from the palette. */
  readonly module: string | undefined;
  /** `<stage>/<instance>` that would be reused if it were dropped now. */
  readonly reuse: string | undefined;
  /** Lines that what is being dragged lies on. */
  readonly guides: readonly (Guide & { readonly stage: StageName })[];
  /** Canvas on which everything is gliding to new places. */
  readonly tidying: StageName | undefined;
  /** `<stage>/<note>` that is being written on the canvas. */
  readonly writing: string | undefined;
}

export const useCanvasSession = create<CanvasSession>(() => ({
  module: undefined,
  reuse: undefined,
  guides: [],
  tidying: undefined,
  writing: undefined,
}));

/** What other parts of the application ask of a canvas. */
export interface CanvasHandle {
  /** Middle of what is visible, in canvas coordinates. */
  readonly middle: () => { x: number; y: number };
  /** Where the pointer is, in canvas coordinates, when it is over the canvas. */
  readonly pointer: () => { x: number; y: number } | undefined;
  /** Brings instances into view; those of a collapsed group as its card. Notes and groups by the ids of their nodes. */
  readonly reveal: (instances: readonly string[]) => void;
  /** Moves the view, no more than needed, so that an instance can be seen. */
  readonly keepInView: (instance: string) => void;
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
