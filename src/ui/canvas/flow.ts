import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';
import type { Design, Endpoint, Instance, StageName, Stream } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight, operationRows } from '../../core/templates/layout.ts';
import type { PortEnd } from '../state/connection.ts';
import type { Selection } from '../state/edit.ts';

/** React Flow's arrays, derived from the design. Nodes carry ids only; what they show they look up themselves. */
export type InstanceNode = Node<{ readonly stage: StageName }, 'instance'>;
export type StreamEdge = Edge<{ readonly stage: StageName }, 'stream'>;

const HANDLE = 12;

export const handleId = (direction: 'in' | 'out', operation: string, port: string): string => `${direction}:${operation}:${port}`;

/** The port that a handle stands for. */
export function portOfHandle(instance: string | null | undefined, handle: string | null | undefined): PortEnd | undefined {
  const [direction, operation, port] = (handle ?? '').split(':');
  if (!instance || !operation || !port || (direction !== 'in' && direction !== 'out')) return undefined;
  return { direction, end: { instance, operation, port } };
}

/** Middle of a port's row, from the top of the node. */
export function portTop(rows: number, operation: number, port: number): number {
  return NODE.header + operation * (rows * NODE.row + NODE.gap) + port * NODE.row + NODE.row / 2;
}

function handlesOf(instance: Instance): NodeHandle[] {
  const entry = moduleById(instance.module);
  if (!entry) return [];
  const rows = operationRows(instance);
  const outputs = entry.outputs(paramsOf(entry, instance.params));
  return instance.operations.flatMap((operation, index) => [
    ...entry.inputs.map((port, at): NodeHandle => ({
      id: handleId('in', operation.id, port.id),
      type: 'target',
      position: Position.Left,
      x: -HANDLE / 2,
      y: portTop(rows, index, at) - HANDLE / 2,
      width: HANDLE,
      height: HANDLE,
    })),
    ...outputs.map((port, at): NodeHandle => ({
      id: handleId('out', operation.id, port.id),
      type: 'source',
      position: Position.Right,
      x: NODE.width - HANDLE / 2,
      y: portTop(rows, index, at) - HANDLE / 2,
      width: HANDLE,
      height: HANDLE,
    })),
  ]);
}

export type Positions = ReadonlyMap<string, Instance['position']>;

interface Made<Item> {
  readonly source: unknown;
  readonly selected: boolean;
  readonly at?: Instance['position'];
  readonly item: Item;
}

/** Makes the arrays of one stage and keeps the identity of every element that did not change. */
export class FlowArrays {
  private nodesById = new Map<string, Made<InstanceNode>>();
  private edgesById = new Map<string, Made<StreamEdge>>();
  private readonly stage: StageName;

  constructor(stage: StageName) {
    this.stage = stage;
  }

  nodes(design: Design, selection: Selection, dragged: Positions): InstanceNode[] {
    const chosen = new Set(selection.stage === this.stage ? selection.instances : []);
    const next = new Map<string, Made<InstanceNode>>();
    const nodes = design.stages[this.stage].instances.map((instance) => {
      const selected = chosen.has(instance.id);
      const at = dragged.get(instance.id) ?? instance.position;
      const before = this.nodesById.get(instance.id);
      const made =
        before && before.source === instance && before.selected === selected && before.at === at
          ? before
          : { source: instance, selected, at, item: this.node(instance, selected, at, before?.source === instance ? before.item : undefined) };
      next.set(instance.id, made);
      return made.item;
    });
    this.nodesById = next;
    return nodes;
  }

  private node(instance: Instance, selected: boolean, position: Instance['position'], before: InstanceNode | undefined): InstanceNode {
    if (before) return { ...before, selected, position };
    const height = nodeHeight(instance);
    const title = moduleById(instance.module)?.title ?? instance.module;
    return {
      id: instance.id,
      type: 'instance',
      position,
      selected,
      data: { stage: this.stage },
      width: NODE.width,
      height,
      measured: { width: NODE.width, height },
      handles: handlesOf(instance),
      ariaLabel: `${title} ${instance.id}, ${instance.operations.map((operation) => operation.id).join(', ') || 'no operation'}`,
    };
  }

  edges(design: Design, selection: Selection): StreamEdge[] {
    const chosen = new Set(selection.stage === this.stage ? selection.streams : []);
    const next = new Map<string, Made<StreamEdge>>();
    const graph = design.stages[this.stage];
    const exists = new Set(graph.instances.flatMap((instance) => handlesOf(instance).map((handle) => `${instance.id}|${handle.id}`)));
    const edges = graph.streams.flatMap((stream) => {
      if (!exists.has(`${stream.from.instance}|${outHandle(stream)}`) || !exists.has(`${stream.to.instance}|${inHandle(stream)}`)) return [];
      const selected = chosen.has(stream.id);
      const before = this.edgesById.get(stream.id);
      const made = before && before.source === stream && before.selected === selected ? before : { source: stream, selected, item: this.edge(stream, selected) };
      next.set(stream.id, made);
      return [made.item];
    });
    this.edgesById = next;
    return edges;
  }

  private edge(stream: Stream, selected: boolean): StreamEdge {
    const name = (end: Endpoint): string => `${end.instance} ${end.operation} ${end.port}`;
    return {
      id: stream.id,
      type: 'stream',
      source: stream.from.instance,
      sourceHandle: outHandle(stream),
      target: stream.to.instance,
      targetHandle: inHandle(stream),
      selected,
      data: { stage: this.stage },
      ariaLabel: `Stream from ${name(stream.from)} to ${name(stream.to)}`,
    };
  }
}

const outHandle = (stream: Stream): string => handleId('out', stream.from.operation, stream.from.port);
const inHandle = (stream: Stream): string => handleId('in', stream.to.operation, stream.to.port);
