import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Instance, StageGraph } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight, operationRows } from '../../core/templates/layout.ts';
import { portTop } from './flow.ts';

/** A canvas as the layered layout of ELK sees it: nodes of fixed size with ports at fixed places. */

const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.aspectRatio': '1.7',
  'elk.layered.wrapping.strategy': 'MULTI_EDGE',
  'elk.layered.wrapping.additionalEdgeSpacing': '40',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '72',
  'elk.spacing.nodeNode': '32',
  'elk.spacing.componentComponent': '64',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.randomSeed': '1',
};

const portId = (instance: string, direction: 'in' | 'out', operation: string, port: string): string => `${instance}/${direction}/${operation}/${port}`;

function elkNode(instance: Instance): ElkNode {
  const entry = moduleById(instance.module);
  const rows = operationRows(instance);
  const outputs = entry?.outputs(paramsOf(entry, instance.params)) ?? [];
  return {
    id: instance.id,
    width: NODE.width,
    height: nodeHeight(instance),
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
    ports: instance.operations.flatMap((operation, index) => [
      ...(entry?.inputs ?? []).map((port, at) => ({ id: portId(instance.id, 'in', operation.id, port.id), x: 0, y: portTop(rows, index, at), width: 0, height: 0, layoutOptions: { 'elk.port.side': 'WEST' } })),
      ...outputs.map((port, at) => ({ id: portId(instance.id, 'out', operation.id, port.id), x: NODE.width, y: portTop(rows, index, at), width: 0, height: 0, layoutOptions: { 'elk.port.side': 'EAST' } })),
    ]),
  };
}

/** The graph of some instances of a stage (all of them when none are named). */
export function toElk(graph: StageGraph, only: ReadonlySet<string>): ElkNode {
  const instances = graph.instances.filter((instance) => only.size === 0 || only.has(instance.id));
  const children = instances.map(elkNode);
  const ports = new Set(children.flatMap((node) => (node.ports ?? []).map((port) => port.id)));
  const edges = graph.streams.flatMap((stream): ElkExtendedEdge[] => {
    const source = portId(stream.from.instance, 'out', stream.from.operation, stream.from.port);
    const target = portId(stream.to.instance, 'in', stream.to.operation, stream.to.port);
    return ports.has(source) && ports.has(target) ? [{ id: stream.id, sources: [source], targets: [target] }] : [];
  });
  return { id: 'root', layoutOptions: { ...OPTIONS }, children, edges };
}

/** Where the nodes came to lie; the upper left corner of a part stays where it was. */
export function fromElk(graph: StageGraph, laid: ElkNode): Map<string, Instance['position']> {
  const children = laid.children ?? [];
  const part = graph.instances.filter((instance) => children.some((child) => child.id === instance.id));
  const whole = part.length === graph.instances.length;
  const corner = (values: readonly number[]): number => Math.min(...values);
  const at = whole ? { x: 0, y: 0 } : { x: corner(part.map(({ position }) => position.x)), y: corner(part.map(({ position }) => position.y)) };
  const first = { x: corner(children.map((child) => child.x ?? 0)), y: corner(children.map((child) => child.y ?? 0)) };
  return new Map(children.map((child) => [child.id, { x: Math.round(at.x + (child.x ?? 0) - first.x), y: Math.round(at.y + (child.y ?? 0) - first.y) }]));
}
