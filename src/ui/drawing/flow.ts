import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';
import { groupsOf } from '../../core/design/annotations.ts';
import type {
  Design,
  Endpoint,
  Group,
  Instance,
  Note,
  StageGraph,
  StageName,
  Stream,
} from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight, operationRows } from '../../core/templates/layout.ts';
import type { PortEnd } from '../../core/edit/connection.ts';
import type { Selection } from '../../core/edit/edit.ts';
import { boundaryOf, boundaryTop, foldedGroups, groupBox } from './boundary.ts';
import { MEMORY_NAMES, memoryWires, type MemoryWire } from './memory-edges.ts';
import { groupNodeId, noteNodeId } from './node-ids.ts';

/** React Flow's arrays, derived from the design. Nodes carry ids only; what they show they look up themselves. */
export type InstanceNode = Node<{ readonly stage: StageName; readonly lost?: readonly string[] }, 'instance'>;
export type GroupNode = Node<
  { readonly stage: StageName; readonly group: string; readonly lost?: readonly string[] },
  'frame' | 'folded'
>;
export type NoteNode = Node<{ readonly stage: StageName; readonly note: string }, 'note'>;
export type CanvasNode = InstanceNode | GroupNode | NoteNode;
export type StreamEdge = Edge<{ readonly stage: StageName }, 'stream'>;
export type MemoryEdge = Edge<
  { readonly stage: StageName; readonly tensor: string; readonly writer: string; readonly reader: string },
  'memory'
>;
export type CanvasEdge = StreamEdge | MemoryEdge;

const HANDLE = 12;

/** A handle names its instance only where the node is not the instance: on a collapsed group. */
export const handleId = (direction: 'input' | 'output', operation: string, port: string, instance?: string): string =>
  `${direction}:${operation}:${port}${instance === undefined ? '' : `:${instance}`}`;

/** The port that a handle stands for. */
export function portOfHandle(node: string | null | undefined, handle: string | null | undefined): PortEnd | undefined {
  const [direction, operation, port, instance = node] = (handle ?? '').split(':');
  if (!instance || !operation || !port || (direction !== 'input' && direction !== 'output')) return undefined;
  return { direction, end: { instance, operation, port } };
}

/** Middle of a port's row, from the top of the node. */
export function portTop(rows: number, operation: number, port: number): number {
  return NODE.header + operation * (rows * NODE.row + NODE.gap) + port * NODE.row + NODE.row / 2;
}

const handle = (id: string, direction: 'input' | 'output', middle: number): NodeHandle => ({
  id,
  type: direction === 'input' ? 'target' : 'source',
  position: direction === 'input' ? Position.Left : Position.Right,
  x: (direction === 'input' ? 0 : NODE.width) - HANDLE / 2,
  y: middle - HANDLE / 2,
  width: HANDLE,
  height: HANDLE,
});

function handlesOf(instance: Instance): NodeHandle[] {
  const entry = moduleById(instance.module);
  if (!entry) return [];
  const rows = operationRows(instance);
  const outputs = entry.outputs(paramsOf(entry, instance.params));
  return instance.operations.flatMap((operation, index) => [
    ...entry.inputs.map((port, at) =>
      handle(handleId('input', operation.id, port.id), 'input', portTop(rows, index, at)),
    ),
    ...outputs.map((port, at) => handle(handleId('output', operation.id, port.id), 'output', portTop(rows, index, at))),
  ]);
}

function boundaryHandles(graph: StageGraph, group: Group): NodeHandle[] {
  const { inputs, outputs } = boundaryOf(graph, group);
  const of = (direction: 'input' | 'output', ends: readonly Endpoint[]) =>
    ends.map((end, index) =>
      handle(handleId(direction, end.operation, end.port, end.instance), direction, boundaryTop(index)),
    );
  return [...of('input', inputs), ...of('output', outputs)];
}

/** Handles of such streams (below) whose instance a collapsed group hides: at the foot of the group's card. */
function lostInGroup(graph: StageGraph, group: Group, height: number): NodeHandle[] {
  const lost = lostHandles(graph);
  return group.members.flatMap((instance) =>
    (lost.get(instance) ?? []).map((port) =>
      handle(`${port.id}:${instance}`, port.type === 'target' ? 'input' : 'output', height - NODE.bottom / 2),
    ),
  );
}

const knownLost = new WeakMap<StageGraph, ReadonlyMap<string, readonly NodeHandle[]>>();

/**
 * Handles of streams whose operation or port does not exist (pasted, imported, or left behind by an edit elsewhere): at
 * the foot of the instance, so that such a wire stays in sight until it is mended.
 */
function lostHandles(graph: StageGraph): ReadonlyMap<string, readonly NodeHandle[]> {
  const before = knownLost.get(graph);
  if (before) return before;
  const lost = new Map<string, NodeHandle[]>();
  knownLost.set(graph, lost);
  const byId = new Map(graph.instances.map((instance) => [instance.id, instance]));
  const ports = new Map<string, Set<string | null | undefined>>();
  for (const { from, to } of graph.streams) {
    for (const [direction, end] of [
      ['output', from],
      ['input', to],
    ] as const) {
      const instance = byId.get(end.instance);
      if (!instance) continue;
      const id = endHandle(direction, end);
      const known = ports.get(instance.id) ?? new Set(handlesOf(instance).map((port) => port.id));
      ports.set(instance.id, known);
      if (known.has(id)) continue;
      known.add(id);
      lost.set(instance.id, [
        ...(lost.get(instance.id) ?? []),
        handle(id, direction, nodeHeight(instance) - NODE.bottom / 2),
      ]);
    }
  }
  return lost;
}

/** Where what goes through memory leaves and enters: the middle of the foot. No wire can be drawn there. */
const memoryHandle = (direction: 'input' | 'output', width: number, height: number): NodeHandle => ({
  id: `memory-${direction}`,
  type: direction === 'input' ? 'target' : 'source',
  position: Position.Bottom,
  x: width * (direction === 'input' ? 0.35 : 0.65),
  y: height,
  width: 0,
  height: 0,
});
const memoryHandles = (width: number, height: number): NodeHandle[] => [
  memoryHandle('input', width, height),
  memoryHandle('output', width, height),
];

/** Places by node id while something is being dragged. */
export type Positions = ReadonlyMap<string, Instance['position']>;

interface Made<Item> {
  readonly source: unknown;
  readonly selected: boolean;
  /** Whatever else the item was made from, as text. */
  readonly rest: string;
  readonly item: Item;
}

/** Makes the arrays of one stage and keeps the identity of every element that did not change. */
export class FlowArrays {
  private nodesById = new Map<string, Made<CanvasNode>>();
  private edgesById = new Map<string, Made<CanvasEdge>>();
  private readonly stage: StageName;

  constructor(stage: StageName) {
    this.stage = stage;
  }

  nodes(design: Design, selection: Selection, dragged: Positions): CanvasNode[] {
    const graph = design.stages[this.stage];
    const chosen = new Set(selection.stage === this.stage ? selection.instances : []);
    const chosenNotes = new Set(selection.stage === this.stage ? selection.notes : []);
    const folded = foldedGroups(graph);
    const lost = lostHandles(graph);
    const next = new Map<string, Made<CanvasNode>>();
    const keep = (
      id: string,
      source: unknown,
      selected: boolean,
      rest: string,
      make: (before: CanvasNode | undefined) => CanvasNode,
    ): CanvasNode => {
      const before = this.nodesById.get(id);
      const made =
        before && before.source === source && before.selected === selected && before.rest === rest
          ? before
          : { source, selected, rest, item: make(before && before.source === source ? before.item : undefined) };
      next.set(id, made);
      return made.item;
    };
    const groups = groupsOf(graph).map((group) => {
      const selected = group.members.every((id) => chosen.has(id));
      const box = groupBox(graph, group, dragged);
      const id = groupNodeId(group.id);
      // Ports of a collapsed group follow the whole graph.
      return keep(id, group.collapsed ? graph : group, selected, Object.values(box).join(), () =>
        this.group(graph, group, selected, box),
      );
    });
    const instances = graph.instances.flatMap((instance) => {
      if (folded.has(instance.id)) return [];
      const selected = chosen.has(instance.id);
      const at = dragged.get(instance.id) ?? instance.position;
      const more = lost.get(instance.id) ?? [];
      return [
        keep(instance.id, instance, selected, `${at.x},${at.y}${more.map((port) => port.id).join()}`, (before) =>
          before && more.length === 0
            ? { ...before, selected, position: at }
            : this.instance(instance, selected, at, more),
        ),
      ];
    });
    const notes = graph.notes?.map((note) => {
      const selected = chosenNotes.has(note.id);
      const at = dragged.get(noteNodeId(note.id)) ?? note.position;
      return keep(noteNodeId(note.id), note, selected, `${at.x},${at.y}`, () => this.note(note, selected, at));
    });
    this.nodesById = next;
    return [...groups, ...instances, ...(notes ?? [])];
  }

  private instance(
    instance: Instance,
    selected: boolean,
    position: Instance['position'],
    more: readonly NodeHandle[],
  ): InstanceNode {
    const height = nodeHeight(instance);
    const title = moduleById(instance.module)?.title ?? instance.module;
    return {
      id: instance.id,
      type: 'instance',
      position,
      selected,
      data: { stage: this.stage, ...(more.length > 0 ? { lost: more.flatMap(({ id }) => id ?? []) } : {}) },
      width: NODE.width,
      height,
      measured: { width: NODE.width, height },
      handles: [...handlesOf(instance), ...more, ...memoryHandles(NODE.width, height)],
      ariaLabel: `${title} ${instance.id}, ${instance.operations.map((operation) => operation.id).join(', ') || 'no operation'}`,
    };
  }

  private group(
    graph: StageGraph,
    group: Group,
    selected: boolean,
    { x, y, width, height }: ReturnType<typeof groupBox>,
  ): GroupNode {
    const common = {
      id: groupNodeId(group.id),
      position: { x, y },
      data: { stage: this.stage, group: group.id },
      width,
      height,
      measured: { width, height },
      ariaLabel: `Group ${group.title}, ${group.members.length} instances`,
    };
    if (group.collapsed) {
      const lost = lostInGroup(graph, group, height);
      return {
        ...common,
        type: 'folded',
        selected,
        data: { ...common.data, ...(lost.length > 0 ? { lost: lost.flatMap(({ id }) => id ?? []) } : {}) },
        handles: [...boundaryHandles(graph, group), ...lost, ...memoryHandles(width, height)],
      };
    }
    // Only the title of a frame can be taken hold of, even where a card of another group lies below it; its inside belongs to the canvas.
    return {
      ...common,
      type: 'frame',
      selectable: false,
      focusable: false,
      connectable: false,
      zIndex: 1,
      style: { pointerEvents: 'none' },
    };
  }

  private note(note: Note, selected: boolean, position: Note['position']): NoteNode {
    const { width, height } = note.size;
    return {
      id: noteNodeId(note.id),
      type: 'note',
      position,
      selected,
      data: { stage: this.stage, note: note.id },
      connectable: false,
      width,
      height,
      measured: { width, height },
      ariaLabel: `Note: ${note.text.slice(0, 60) || 'empty'}`,
    };
  }

  edges(design: Design, selection: Selection): CanvasEdge[] {
    const chosen = new Set(selection.stage === this.stage ? selection.streams : []);
    const next = new Map<string, Made<CanvasEdge>>();
    const graph = design.stages[this.stage];
    const folded = foldedGroups(graph);
    const exists = new Set(graph.instances.map(({ id }) => id));
    const edges = graph.streams.flatMap((stream) => {
      if (!exists.has(stream.from.instance) || !exists.has(stream.to.instance)) return [];
      const [source, target] = [folded.get(stream.from.instance), folded.get(stream.to.instance)];
      if (source && source === target) return [];
      const selected = chosen.has(stream.id);
      const before = this.edgesById.get(stream.id);
      const rest = `${source?.id ?? ''}>${target?.id ?? ''}`;
      const made =
        before && before.source === stream && before.selected === selected && before.rest === rest
          ? before
          : { source: stream, selected, rest, item: this.edge(stream, selected, source, target) };
      next.set(stream.id, made);
      return [made.item];
    });
    const memory = memoryWires(design, this.stage).flatMap((wire) => {
      const [source, target] = [folded.get(wire.writer), folded.get(wire.reader)];
      if (source && source === target) return [];
      const edge = this.memory(wire, source, target);
      const before = this.edgesById.get(edge.id);
      const made =
        before?.rest === `${edge.source}>${edge.target}`
          ? before
          : { source: undefined, selected: false, rest: `${edge.source}>${edge.target}`, item: edge };
      next.set(edge.id, made);
      return [made.item];
    });
    this.edgesById = next;
    return [...edges, ...memory];
  }

  private memory(
    { tensor, writer, reader }: MemoryWire,
    source: Group | undefined,
    target: Group | undefined,
  ): MemoryEdge {
    return {
      id: `memory:${tensor}:${writer}:${reader}`,
      type: 'memory',
      source: source ? groupNodeId(source.id) : writer,
      sourceHandle: 'memory-output',
      target: target ? groupNodeId(target.id) : reader,
      targetHandle: 'memory-input',
      selectable: false,
      focusable: false,
      data: { stage: this.stage, tensor, writer, reader },
      ariaLabel: `${MEMORY_NAMES[tensor]} in memory, from ${writer} to ${reader}`,
    };
  }

  private edge(stream: Stream, selected: boolean, source: Group | undefined, target: Group | undefined): StreamEdge {
    const name = (end: Endpoint): string => `${end.instance} ${end.operation} ${end.port}`;
    return {
      id: stream.id,
      type: 'stream',
      source: source ? groupNodeId(source.id) : stream.from.instance,
      sourceHandle: endHandle('output', stream.from, source),
      target: target ? groupNodeId(target.id) : stream.to.instance,
      targetHandle: endHandle('input', stream.to, target),
      selected,
      data: { stage: this.stage },
      ariaLabel: `Stream from ${name(stream.from)} to ${name(stream.to)}`,
    };
  }
}

const endHandle = (direction: 'input' | 'output', end: Endpoint, folded?: Group): string =>
  handleId(direction, end.operation, end.port, folded && end.instance);
