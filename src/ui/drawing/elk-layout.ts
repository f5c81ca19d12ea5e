import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { groupsOf } from '../../core/design/annotations.ts';
import type { Endpoint, Group, Instance, StageGraph } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight, operationRows } from '../../core/templates/layout.ts';
import { around, boundaryOf, boundaryTop, type Box, foldedBox, membersOf } from './boundary.ts';
import { portTop } from './flow.ts';
import { groupNodeId } from './node-ids.ts';

/** A canvas as the layered layout of ELK sees it: nodes of fixed size with ports at fixed places. */

const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.layered.wrapping.additionalEdgeSpacing': '40',
  'elk.direction': 'RIGHT',
  'elk.aspectRatio': '1.7',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '72',
  'elk.spacing.nodeNode': '32',
  'elk.spacing.componentComponent': '64',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.randomSeed': '1',
};

/** Room for the frame of an open group and its title. */
const FRAME = { top: 34, side: 16 } as const;

type Direction = 'input' | 'output';

const portId = (direction: Direction, end: Endpoint): string =>
  `${end.instance}/${direction}/${end.operation}/${end.port}`;

const elkPort = (direction: Direction, end: Endpoint, x: number, y: number) => ({
  id: portId(direction, end),
  x,
  y,
  width: 0,
  height: 0,
  layoutOptions: { 'elk.port.side': direction === 'input' ? 'WEST' : 'EAST' },
});

const fixed = (id: string, width: number, height: number, ports: ElkNode['ports'] = []): ElkNode => ({
  id,
  width,
  height,
  layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
  ports,
});

function elkNode(instance: Instance): ElkNode {
  const entry = moduleById(instance.module);
  const rows = operationRows(instance);
  const outputs = entry?.outputs(paramsOf(entry, instance.params)) ?? [];
  const ports = instance.operations.flatMap((operation, index) => {
    const of = (direction: Direction, { id }: { readonly id: string }, at: number) =>
      elkPort(
        direction,
        { instance: instance.id, operation: operation.id, port: id },
        direction === 'input' ? 0 : NODE.width,
        portTop(rows, index, at),
      );
    return [
      ...(entry?.inputs ?? []).map((port, at) => of('input', port, at)),
      ...outputs.map((port, at) => of('output', port, at)),
    ];
  });
  return fixed(instance.id, NODE.width, nodeHeight(instance), ports);
}

function elkEdges(graph: StageGraph, children: readonly ElkNode[]): ElkExtendedEdge[] {
  const ports = new Set(children.flatMap((node) => (node.ports ?? []).map((port) => port.id)));
  return graph.streams.flatMap((stream): ElkExtendedEdge[] => {
    const [source, target] = [portId('output', stream.from), portId('input', stream.to)];
    return ports.has(source) && ports.has(target) ? [{ id: stream.id, sources: [source], targets: [target] }] : [];
  });
}

/** Chains that are longer than this run in several bands, like lines of text. */
const MAX_IN_LINE = 8;

const root = (graph: StageGraph, id: string, children: ElkNode[]): ElkNode => ({
  id,
  layoutOptions: { ...OPTIONS, 'elk.layered.wrapping.strategy': children.length > MAX_IN_LINE ? 'MULTI_EDGE' : 'OFF' },
  children,
  edges: elkEdges(graph, children),
});

type Point = Instance['position'];
export type Layout = (graph: ElkNode) => Promise<ElkNode>;

/** A group as one node of the layout, and where its instances lie within it. */
interface Block {
  readonly node: ElkNode;
  readonly inside: ReadonlyMap<string, Point>;
}

const corner = (points: readonly Point[]): Point => ({
  x: Math.min(...points.map(({ x }) => x)),
  y: Math.min(...points.map(({ y }) => y)),
});

/** A collapsed group: its card; what it stands for keeps its shape. */
function foldedBlock(graph: StageGraph, group: Group): Block {
  const { inputs, outputs } = boundaryOf(graph, group);
  const box = foldedBox(graph, group);
  const ports = [
    ...inputs.map((end, index) => elkPort('input', end, 0, boundaryTop(index))),
    ...outputs.map((end, index) => elkPort('output', end, NODE.width, boundaryTop(index))),
  ];
  return {
    node: fixed(groupNodeId(group.id), box.width, box.height, ports),
    inside: new Map(
      membersOf(graph, group).map(({ id, position }) => [id, { x: position.x - box.x, y: position.y - box.y }]),
    ),
  };
}

/** An open group: its instances are placed first, then their frame with the ports that lead out of it, as high as they are inside. */
async function openBlock(graph: StageGraph, group: Group, layout: Layout): Promise<Block> {
  const children = membersOf(graph, group).map(elkNode);
  const laid = (await layout(root(graph, groupNodeId(group.id), children))).children ?? [];
  const first = corner(laid.map(({ x = 0, y = 0 }) => ({ x, y })));
  const inside = new Map(
    laid.map(({ id, x = 0, y = 0 }) => [
      id,
      { x: Math.round(x - first.x + FRAME.side), y: Math.round(y - first.y + FRAME.top) },
    ]),
  );
  const box = around(
    children.map(({ id, width = 0, height = 0 }) => ({ ...(inside.get(id) ?? { x: 0, y: 0 }), width, height })),
  );
  const width = box.width + 2 * FRAME.side;
  const { inputs, outputs } = boundaryOf(graph, group);
  const port = (direction: Direction) => (end: Endpoint) => {
    const inner = children
      .find(({ id }) => id === end.instance)
      ?.ports?.find(({ id }) => id === portId(direction, end));
    return elkPort(
      direction,
      end,
      direction === 'input' ? 0 : width,
      (inside.get(end.instance)?.y ?? 0) + (inner?.y ?? 0),
    );
  };
  return {
    node: fixed(groupNodeId(group.id), width, box.height + FRAME.top + FRAME.side, [
      ...inputs.map(port('input')),
      ...outputs.map(port('output')),
    ]),
    inside,
  };
}

/**
 * New places for some instances of a stage (all of them when none are named). Groups stay together as far as all of
 * theirs take part. The upper left corner of a part stays where it was.
 */
export async function placesFor(
  graph: StageGraph,
  only: ReadonlySet<string>,
  layout: Layout,
): Promise<Map<string, Point>> {
  const takesPart = (id: string): boolean => only.size === 0 || only.has(id);
  const groups = groupsOf(graph).filter(
    (group) => group.members.every(takesPart) && !(only.size > 0 && only.size === group.members.length),
  );
  const blocks = await Promise.all(
    groups.map((group) => (group.collapsed ? foldedBlock(graph, group) : openBlock(graph, group, layout))),
  );
  const grouped = new Set(groups.flatMap((group) => group.members));
  const single = graph.instances.filter(({ id }) => takesPart(id) && !grouped.has(id));
  const laid =
    (await layout(root(graph, 'root', [...blocks.map(({ node }) => node), ...single.map(elkNode)]))).children ?? [];
  const found = new Map<string, Point>();
  for (const { id, x = 0, y = 0 } of laid) {
    const block = blocks.find(({ node }) => node.id === id);
    if (!block) found.set(id, { x, y });
    else for (const [member, at] of block.inside) found.set(member, { x: x + at.x, y: y + at.y });
  }
  const part = graph.instances.filter(({ id }) => found.has(id));
  const at = part.length === graph.instances.length ? { x: 0, y: 0 } : corner(part.map(({ position }) => position));
  const first = corner([...found.values()]);
  return new Map(
    [...found].map(([id, { x, y }]) => [id, { x: Math.round(at.x + x - first.x), y: Math.round(at.y + y - first.y) }]),
  );
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Where notes go when instances have moved: along with the nearest of them; above everything when something stands there now. */
export function notePlaces(graph: StageGraph, moved: ReadonlyMap<string, Point>): Map<string, Point> {
  const boxes = graph.instances.map(
    (instance): Box => ({
      ...(moved.get(instance.id) ?? instance.position),
      width: NODE.width,
      height: nodeHeight(instance),
    }),
  );
  const result = new Map<string, Point>();
  if (boxes.length === 0) return result;
  const whole = around(boxes);
  let free = whole.x;
  for (const { id, position, size } of graph.notes ?? []) {
    const distance = (instance: Instance): number =>
      Math.hypot(
        instance.position.x + NODE.width / 2 - position.x - size.width / 2,
        instance.position.y + nodeHeight(instance) / 2 - position.y - size.height / 2,
      );
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
