import {
  Background,
  BackgroundVariant,
  MiniMap,
  type Connection,
  ConnectionMode,
  type Edge,
  type FinalConnectionState,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import {
  type DragEvent,
  type MouseEvent as PointedEvent,
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { StageName } from '../../core/design/types.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { counters } from '../state/counters.ts';
import { checkConnection } from '../../core/edit/connection.ts';
import { usePreferences } from '../state/preferences.ts';
import { useTheme } from '../state/theme.ts';
import { openQuickAdd } from '../actions/quick-add.ts';
import { lasting } from '../components/motion.ts';
import { CanvasTitle } from './CanvasTitle.tsx';
import { CanvasTools } from './CanvasTools.tsx';
import { tryConnect } from '../actions/connect.ts';
import { BLOCK, FAR } from './far.ts';
import { FlowArrays, type CanvasNode as FlowNode, portOfHandle, type CanvasEdge as FlowEdge } from '../drawing/flow.ts';
import { GuideLines } from './GuideLines.tsx';
import { InstanceNode } from './InstanceNode.tsx';
import { FoldedNode, FrameNode, NoteNode } from './late-nodes.tsx';
import { MemoryEdge } from './MemoryEdge.tsx';
import { type MenuPlace, selectForMenu } from './menu-place.ts';
import { dropSegments, isSegmentsDrag } from '../actions/segments-drop.ts';
import { dropModule, dropOperation, moduleOfDrag, operationOfDrag, reuseTarget } from '../actions/module-drop.ts';
import { ownerOf } from '../drawing/node-ids.ts';
import { registerCanvas, useCanvasSession } from '../drawing/session.ts';
import { shownNodes } from './shown-nodes.ts';
import { StreamEdge } from './StreamEdge.tsx';
import { useFlowChanges } from './use-flow-changes.ts';
import { MIN_ZOOM, useFraming } from './use-framing.ts';
import { WireLegend } from './WireLegend.tsx';

const HeatControl = lazy(() => import('./HeatControl.tsx'));
const ConnectionHint = lazy(() => import('./ConnectionHint.tsx'));
const EmptyCanvas = lazy(() => import('./EmptyCanvas.tsx'));
const CanvasMenu = lazy(() => import('./CanvasMenu.tsx'));
const SharesKeeper = lazy(() => import('./SharesKeeper.tsx'));
const NODE_TYPES = { instance: InstanceNode, frame: FrameNode, folded: FoldedNode, note: NoteNode };
const EDGE_TYPES = { stream: StreamEdge, memory: MemoryEdge };
const SNAP: [number, number] = [8, 8];
const MULTIPLE = ['Shift', 'Control', 'Meta'];

const minimapClass = (node: FlowNode): string =>
  `minimap-node minimap-node--${node.type} ${node.selected ? 'minimap-node--selected' : ''}`;

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } | undefined {
  const point = 'clientX' in event ? event : event.changedTouches[0];
  return point ? { x: point.clientX, y: point.clientY } : undefined;
}

function Flow({ stage }: { readonly stage: StageName }) {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const box = useRef<HTMLElement>(null);
  const [arrays] = useState(() => new FlowArrays(stage));
  const design = useComposer((state) => state.design);
  const selection = useComposer((state) => state.selection);
  const { dragged, onNodesChange, onEdgesChange, onDragStart } = useFlowChanges(stage, arrays);
  const nodes = useMemo(() => arrays.nodes(design, selection, dragged.current), [arrays, design, selection, dragged]);
  const edges = useMemo(() => arrays.edges(design, selection), [arrays, design, selection]);
  const distance = useStore((state) =>
    state.transform[2] < BLOCK ? 'canvas--far canvas--block' : state.transform[2] < FAR ? 'canvas--far' : '',
  );
  const connecting = useStore((state) => state.connection.inProgress);
  const tidying = useCanvasSession((state) => state.tidying === stage);
  const [menu, setMenu] = useState<MenuPlace | undefined>();
  const theme = useTheme((state) => state.shown);
  const minimap = usePreferences((state) => state.minimap);
  const pointer = useRef<{ x: number; y: number } | undefined>(undefined);
  const showAll = useFraming(stage);
  counters.canvases += 1;

  useEffect(
    () =>
      registerCanvas(stage, {
        middle: () => {
          const rect = box.current?.getBoundingClientRect();
          const middle = rect
            ? flow.screenToFlowPosition({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 })
            : { x: 0, y: 0 };
          return { x: middle.x - 116, y: middle.y - 50 };
        },
        pointer: () => pointer.current && flow.screenToFlowPosition(pointer.current),
        reveal: (instances) =>
          void flow.fitView({
            nodes: shownNodes(stage, instances).map((id) => ({ id })),
            maxZoom: 1,
            minZoom: 0.6,
            padding: 0.4,
            duration: lasting(200),
          }),
        keepInView: (instance) => {
          const [node, rect] = [flow.getNode(instance), box.current?.getBoundingClientRect()];
          if (!node || !rect) return;
          const { x, y } = flow.flowToScreenPosition(node.position);
          const end = flow.flowToScreenPosition({
            x: node.position.x + (node.width ?? 0),
            y: node.position.y + (node.height ?? 0),
          });
          const inside = x > rect.left && y > rect.top + 50 && end.x < rect.right && end.y < rect.bottom - 56;
          if (!inside)
            void flow.setCenter(node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2, {
              zoom: flow.getZoom(),
              duration: lasting(150),
            });
        },
        fit: () => showAll(lasting(200)),
        focus: () => {
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
          (
            box.current?.querySelector<HTMLElement>('.react-flow__node.selected') ??
            box.current?.querySelector<HTMLElement>('.react-flow__node') ??
            box.current
          )?.focus();
        },
      }),
    [flow, stage, showAll],
  );

  const isValidConnection = useCallback(
    (connection: Connection | Edge): boolean => {
      const from = portOfHandle(connection.source, connection.sourceHandle);
      const to = portOfHandle(connection.target, connection.targetHandle);
      return from !== undefined && to !== undefined && checkConnection(composer.getState().design, stage, from, to).ok;
    },
    [stage],
  );
  const onConnect = useCallback(
    (connection: Connection): void => {
      const from = portOfHandle(connection.source, connection.sourceHandle);
      const to = portOfHandle(connection.target, connection.targetHandle);
      if (from && to) tryConnect(stage, from, to);
    },
    [stage],
  );
  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
      if (!state.fromHandle) return;
      const from = portOfHandle(state.fromHandle.nodeId, state.fromHandle.id);
      const screen = pointOf(event);
      const onPane = event.target instanceof Element && event.target.classList.contains('react-flow__pane');
      if (state.isValid === null && from && screen && onPane) {
        const at = flow.screenToFlowPosition(screen);
        openQuickAdd({
          stage,
          port: from,
          at: { x: from.direction === 'output' ? at.x : at.x - 232, y: at.y - 74 },
          screen,
        });
        return;
      }
      if (state.isValid !== false || !state.toHandle) return;
      const to = portOfHandle(state.toHandle.nodeId, state.toHandle.id);
      if (
        from &&
        to &&
        !(state.fromHandle.id === state.toHandle.id && state.fromHandle.nodeId === state.toHandle.nodeId)
      )
        tryConnect(stage, from, to, screen);
    },
    [flow, stage],
  );
  const openMenu = useCallback(
    (event: PointedEvent | MouseEvent, what: Pick<MenuPlace, 'instance' | 'stream' | 'group' | 'note'>): void => {
      event.preventDefault();
      const row = event.target instanceof Element ? event.target.closest('[data-operation]') : null;
      const place: MenuPlace = {
        x: event.clientX,
        y: event.clientY,
        ...what,
        operation: row?.getAttribute('data-operation') ?? undefined,
      };
      if (what.instance || what.stream || what.group || what.note) selectForMenu(stage, place);
      setMenu(place);
    },
    [stage],
  );
  // Kept, so that not every node and edge is rendered with the canvas.
  const menus = useMemo(
    () => ({
      onNodeContextMenu: (event: PointedEvent, node: FlowNode) =>
        openMenu(event, { [ownerOf(node.id).kind]: ownerOf(node.id).id }),
      onEdgeContextMenu: (event: PointedEvent, edge: FlowEdge) =>
        openMenu(event, edge.type === 'stream' ? { stream: edge.id } : {}),
      onPaneContextMenu: (event: PointedEvent | MouseEvent) => openMenu(event, {}),
      onSelectionContextMenu: (event: PointedEvent, [node]: FlowNode[]) =>
        openMenu(event, node ? { [ownerOf(node.id).kind]: ownerOf(node.id).id } : {}),
    }),
    [openMenu],
  );
  const onDragOver = useCallback(
    (event: DragEvent): void => {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      const { module, reuse } = useCanvasSession.getState();
      const target = reuseTarget(stage, module, event.target);
      const key = target ? `${stage}/${target}` : undefined;
      if (key !== reuse) useCanvasSession.setState({ reuse: key });
    },
    [stage],
  );
  const onDrop = useCallback(
    (event: DragEvent): void => {
      const module = moduleOfDrag(event.dataTransfer);
      const operation = operationOfDrag(event.dataTransfer);
      if (isSegmentsDrag(event.dataTransfer)) {
        event.preventDefault();
        dropSegments(stage);
        return;
      }
      if (!module && !operation) return;
      event.preventDefault();
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const at = { x: x - 40, y: y - 20 };
      if (module) dropModule(stage, module, event.target, at);
      else if (operation) dropOperation(stage, operation, event.target, at);
    },
    [flow, stage],
  );

  return (
    <section
      ref={box}
      tabIndex={-1}
      className={`canvas ${tidying ? 'canvas--tidying' : ''} ${distance} ${connecting ? 'canvas--connecting' : ''}`}
      aria-label={`${stage} canvas`}
      data-testid={`canvas-${stage}`}
      onPointerMove={(event) => {
        pointer.current = { x: event.clientX, y: event.clientY };
        // The splitters of the window then do not measure how near the pointer is.
        if (dragged.current.size > 0) event.preventDefault();
      }}
      onPointerLeave={() => {
        pointer.current = undefined;
      }}
      onDoubleClick={(event) => {
        if (event.target instanceof Element && event.target.classList.contains('react-flow__pane')) openQuickAdd();
      }}
      onPointerDownCapture={() => composer.getState().setStage(stage)}
      onFocusCapture={() => composer.getState().setStage(stage)}
    >
      <ReactFlow<FlowNode, FlowEdge>
        id={stage}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValidConnection}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={22}
        onDragOver={onDragOver}
        onDrop={onDrop}
        onNodeDragStart={onDragStart}
        onSelectionDragStart={onDragStart}
        {...menus}
        colorMode={theme}
        onlyRenderVisibleElements
        multiSelectionKeyCode={MULTIPLE}
        deleteKeyCode={null}
        panActivationKeyCode={null}
        snapToGrid
        snapGrid={SNAP}
        minZoom={MIN_ZOOM}
        maxZoom={2}
        zoomOnDoubleClick={false}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
        {connecting ? (
          <Suspense fallback={null}>
            <ConnectionHint stage={stage} />
          </Suspense>
        ) : null}
        <GuideLines stage={stage} />
        {minimap ? (
          <MiniMap pannable zoomable ariaLabel={`Overview of the ${stage} canvas`} nodeClassName={minimapClass} />
        ) : null}
      </ReactFlow>
      <CanvasTitle stage={stage} />
      <div className="canvas__foot">
        <CanvasTools stage={stage} onFit={() => showAll(lasting(200))} />
        <Suspense fallback={null}>
          <HeatControl stage={stage} />
          <SharesKeeper />
        </Suspense>
      </div>
      <WireLegend />
      {design.stages[stage].instances.length + (design.stages[stage].notes?.length ?? 0) === 0 ? (
        <Suspense fallback={null}>
          <EmptyCanvas stage={stage} />
        </Suspense>
      ) : null}
      {menu ? (
        <Suspense fallback={null}>
          <CanvasMenu stage={stage} place={menu} onClose={() => setMenu(undefined)} />
        </Suspense>
      ) : null}
    </section>
  );
}

/** One stage of the design as a graph of instances and streams. */
export function Canvas({ stage }: { readonly stage: StageName }) {
  return (
    <ReactFlowProvider>
      <Flow stage={stage} />
    </ReactFlowProvider>
  );
}
