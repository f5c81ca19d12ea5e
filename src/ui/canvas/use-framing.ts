import { getViewportForBounds, useReactFlow, useStore, useStoreApi, type Viewport } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { CanvasEdge, CanvasNode } from '../drawing/flow.ts';
import { usePresent } from '../present/present.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { FAR } from './far.ts';

export const MIN_ZOOM = 0.06;
/** Leaves room for the title above and the tools below; for larger ones while presenting. */
const ROOM = { top: 56, bottom: 44, left: 14, right: 14 };
const ROOM_PRESENTING = { top: 92, bottom: 84, left: 32, right: 32 };
/** The zoom of a first picture that cannot show everything: cards with their rows, about two columns of them in a narrow canvas. */
const READABLE = { least: 0.55, most: 0.7, across: 640 };

/** All of the canvas, or its beginning where all of it could not be read. */
type Framing = 'all' | 'start';

const same = (a: Viewport, b: Viewport): boolean =>
  Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1 && Math.abs(a.zoom - b.zoom) < 0.001;

/** Where the path of a token begins: the first operation of the stage. */
function beginning(stage: StageName): string | undefined {
  const [first] = analysisOf(composer.getState().design).stages[stage].operations;
  return first?.owner.instance.id;
}

/**
 * Which part of a canvas is in view: at first what can be read; and when the canvas grows or shrinks the same again, or
 * the same middle once the user has moved the view. Returns how all of it is shown.
 */
export function useFraming(stage: StageName): (duration?: number) => void {
  const flow = useReactFlow<CanvasNode, CanvasEdge>();
  const store = useStoreApi();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const restored = useComposer((state) => state.restored);
  const name = useComposer((state) => state.design.name);
  const model = useComposer((state) => state.design.model);
  const empty = useComposer((state) => state.design.stages[stage].instances.length === 0);
  /** What was shown last by itself; the view is the user's own as soon as it is another one. */
  const shown = useRef<{ readonly framing: Framing; readonly viewport: Viewport } | undefined>(undefined);
  const size = useRef({ width, height });

  const show = useCallback(
    (framing: Framing, duration = 0): void => {
      const nodes = flow.getNodes();
      const state = store.getState();
      if (nodes.length === 0 || state.width === 0 || state.height === 0) return;
      const { presenting } = usePresent.getState();
      const room = presenting ? ROOM_PRESENTING : ROOM;
      const all = getViewportForBounds(
        flow.getNodesBounds(nodes),
        state.width,
        state.height,
        MIN_ZOOM,
        presenting ? 1.6 : 1,
        { top: `${room.top}px`, bottom: `${room.bottom}px`, left: `${room.left}px`, right: `${room.right}px` },
      );
      const first =
        framing === 'start' && !presenting && all.zoom < FAR ? flow.getNode(beginning(stage) ?? '') : undefined;
      const zoom = Math.max(READABLE.least, Math.min(READABLE.most, state.width / READABLE.across));
      const viewport = first
        ? { x: room.left - first.position.x * zoom, y: room.top - first.position.y * zoom, zoom }
        : all;
      shown.current = { framing, viewport };
      void flow.setViewport(viewport, { duration });
    },
    [flow, store, stage],
  );

  // Another document, or this one after it has been read from the browser's store; or a canvas that is filled at once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say that the document is another one
  useEffect(() => {
    const frame = requestAnimationFrame(() => show('start'));
    return () => cancelAnimationFrame(frame);
  }, [show, restored, name, model]);
  useEffect(() => {
    if (empty) return;
    const frame = requestAnimationFrame(() => {
      // A first instance stays where it was put.
      if (flow.getNodes().length > 1) show('start');
    });
    return () => cancelAnimationFrame(frame);
  }, [flow, show, empty]);

  useEffect(() => {
    const before = size.current;
    size.current = { width, height };
    if (width === 0 || height === 0) return;
    const present = flow.getViewport();
    const last = shown.current;
    if (!last || before.width === 0) show('start');
    else if (same(present, last.viewport)) show(last.framing);
    else if (width !== before.width || height !== before.height)
      void flow.setViewport({
        x: present.x + (width - before.width) / 2,
        y: present.y + (height - before.height) / 2,
        zoom: present.zoom,
      });
  }, [flow, show, width, height]);

  return useCallback((duration?: number) => show('all', duration), [show]);
}
