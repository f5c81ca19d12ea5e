import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { groupsOf } from '../../core/design/annotations.ts';
import type { Endpoint, Group, Instance, StageGraph } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight, operationRows } from '../../core/templates/layout.ts';
import { around, boundaryOf, boundaryTop, type Box, foldedBox, membersOf } from './boundary.ts';
import { portTop } from './flow.ts';
import { groupNodeId, ownerOf } from './node-ids.ts';

/** A canvas as the layered layout of ELK sees it: nodes of fixed size with ports at fixed places. */

const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.aspectRatio': '1.7',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '72',
  'elk.spacing.nodeNode': '32',
  'elk.spacing.componentComponent': '64',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.randomSeed': '1',
};

/** Long chains run in several bands, like lines of text. ELK cannot do that across the borders of open groups. */
const BANDS: Readonly<Record<string, string>> = { 'elk.layered.wrapping.strategy': 'MULTI_EDGE', 'elk.layered.wrapping.additionalEdgeSpacing': '40' };
const ACROSS_GROUPS: Readonly<Record<string, string>> = { 'elk.hierarchyHandling': 'INCLUDE_CHILDREN' };
/** Room for the frame of an open group, its title, and a gap to its neighbours. */
const GROUP_OPTIONS: Readonly<Record<string, string>> = { 'elk.padding': '[top=34,left=16,bottom=16,right=16]' };

type Direction = 'in' | 'out';

const portId = (direction: Direction, end: Endpoint): string => `${end.instance}/${direction}/${end.operation}/${end.port}`;

const elkPort = (direction: Direction, end: Endpoint, y: number) => ({ id: portId(direction, end), x: direction === 'in' ? 0 : NODE.width, y, width: 0, height: 0, layoutOptions: { 'elk.port.side': direction === 'in' ? 'WEST' : 'EAST' } });

const fixed = (id: string, height: number, ports: ElkNode['ports']): ElkNode => ({ id, width: NODE.width, height, layoutOptions: { 'elk.portConstraints': 'FIXED_POS' }, ...(ports ? { ports } : {}) });

function elkNode(instance: Instance): ElkNode {
  const entry = moduleById(instance.module);
  const rows = operationRows(instance);
  const outputs = entry?.outputs(paramsOf(entry, instance.params)) ?? [];
  const ports = instance.operations.flatMap((operation, index) => {
    const of = (direction: Direction, { id }: { readonly id: string }, at: number) => elkPort(direction, { instance: instance.id, operation: operation.id, port: id }, portTop(rows, index, at));
    return [...(entry?.inputs ?? []).map((port, at) => of('in', port, at)), ...outputs.map((port, at) => of('out', port, at))];
  });
  return fixed(instance.id, nodeHeight(instance), ports);
}

function elkGroup(graph: StageGraph, group: Group): ElkNode {
  if (!group.collapsed) return { id: groupNodeId(group.id), layoutOptions: { ...GROUP_OPTIONS }, children: membersOf(graph, group).map(elkNode) };
  const { inputs, outputs } = boundaryOf(graph, group);
  return fixed(groupNodeId(group.id), foldedBox(graph, group).height, [...inputs.map((end, index) => elkPort('in', end, boundaryTop(index))), ...outputs.map((end, index) => elkPort('out', end, boundaryTop(index)))]);
}

/** The graph of some instances of a stage (all of them when none are named). Groups stay together as far as all of theirs take part. */
export function toElk(graph: StageGraph, only: ReadonlySet<string>): ElkNode {
  const takesPart = (id: string): boolean => only.size === 0 || only.has(id);
  const groups = groupsOf(graph).filter((group) => group.members.every(takesPart) && !(only.size > 0 && only.size === group.members.length));
  const grouped = new Set(groups.flatMap((group) => group.members));
  const children = [...groups.map((group) => elkGroup(graph, group)), ...graph.instances.filter(({ id }) => takesPart(id) && !grouped.has(id)).map(elkNode)];
  const ports = new Set([...children, ...children.flatMap((node) => node.children ?? [])].flatMap((node) => (node.ports ?? []).map((port) => port.id)));
  const edges = graph.streams.flatMap((stream): ElkExtendedEdge[] => {
    const [source, target] = [portId('out', stream.from), portId('in', stream.to)];
    return ports.has(source) && ports.has(target) ? [{ id: stream.id, sources: [source], targets: [target] }] : [];
  });
  const nested = children.some((node) => node.children);
  return { id: 'root', layoutOptions: { ...OPTIONS, ...(nested ? ACROSS_GROUPS : BANDS) }, children, edges };
}

/** Where ELK put instances; those of a collapsed group move with its card. */
function places(graph: StageGraph, laid: ElkNode): Map<string, Instance['position']> {
  const found = new Map<string, Instance['position']>();
  for (const child of laid.children ?? []) {
    const at = { x: child.x ?? 0, y: child.y ?? 0 };
    const owner = ownerOf(child.id);
    const group = owner.kind === 'group' ? groupsOf(graph).find(({ id }) => id === owner.id) : undefined;
    if (!group) found.set(child.id, at);
    else if (child.children) for (const inner of child.children) found.set(inner.id, { x: at.x + (inner.x ?? 0), y: at.y + (inner.y ?? 0) });
    else {
      const from = foldedBox(graph, group);
      for (const { id, position } of membersOf(graph, group)) found.set(id, { x: position.x + at.x - from.x, y: position.y + at.y - from.y });
    }
  }
  return found;
}

const corner = (points: readonly Instance['position'][]): Instance['position'] => ({ x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) });

/** Where the instances came to lie; the upper left corner of a part stays where it was. */
export function fromElk(graph: StageGraph, laid: ElkNode): Map<string, Instance['position']> {
  const found = places(graph, laid);
  const part = graph.instances.filter(({ id }) => found.has(id));
  const at = part.length === graph.instances.length ? { x: 0, y: 0 } : corner(part.map(({ position }) => position));
  const first = corner([...found.values()]);
  return new Map([...found].map(([id, { x, y }]) => [id, { x: Math.round(at.x + x - first.x), y: Math.round(at.y + y - first.y) }]));
}

const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Where notes go when instances have moved: along with the nearest of them; above everything when something stands there now. */
export function notePlaces(graph: StageGraph, moved: ReadonlyMap<string, Instance['position']>): Map<string, Instance['position']> {
  const boxes = graph.instances.map((instance): Box => ({ ...(moved.get(instance.id) ?? instance.position), width: NODE.width, height: nodeHeight(instance) }));
  const result = new Map<string, Instance['position']>();
  if (boxes.length === 0) return result;
  const whole = around(boxes);
  let free = whole.x;
  for (const { id, position, size } of graph.notes ?? []) {
    const distance = (instance: Instance): number => Math.hypot(instance.position.x + NODE.width / 2 - position.x - size.width / 2, instance.position.y + nodeHeight(instance) / 2 - position.y - size.height / 2);
    const [nearest] = [...graph.instances].sort((a, b) => distance(a) - distance(b));
    const to = nearest && moved.get(nearest.id);
    if (!nearest || !to) continue;
    const box: Box = { x: position.x + to.x - nearest.position.x, y: position.y + to.y - nearest.position.y, ...size };
    if (boxes.some((other) => overlap(box, other))) {
      result.set(id, { x: free, y: whole.y - size.height - 48 });
      free += size.width + 24;
    } else {
      result.set(id, { x: box.x, y: box.y });
      boxes.push(box);
    }
  }
  return result;
}
