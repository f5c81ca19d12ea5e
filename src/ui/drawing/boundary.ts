import { groupsOf } from '../../core/design/annotations.ts';
import type { Endpoint, Group, Instance, StageGraph } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { NODE, nodeHeight } from '../../core/templates/layout.ts';
import { endName } from '../../core/edit/streams.ts';

/** Geometry of groups: the frame around an open one, the card and the boundary ports of a collapsed one. */

type Point = Instance['position'];

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Room between a frame and what it encloses; its title stands above. */
const FRAME = { side: 16, title: 34 } as const;

/** Ports that lead out of a group, and ports inside that nothing is connected to yet. */
export interface Boundary {
  readonly inputs: readonly Endpoint[];
  readonly outputs: readonly Endpoint[];
}

const boxOf = (instance: Instance, at: Point): Box => ({
  x: at.x,
  y: at.y,
  width: NODE.width,
  height: nodeHeight(instance),
});

/** The smallest box around boxes. */
export function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

export const membersOf = (graph: StageGraph, group: Group): readonly Instance[] =>
  graph.instances.filter(({ id }) => group.members.includes(id));

const noPlaces: ReadonlyMap<string, Point> = new Map();

/** The frame of an open group. */
export function frameOf(graph: StageGraph, group: Group, places: ReadonlyMap<string, Point> = noPlaces): Box {
  const box = around(
    membersOf(graph, group).map((instance) => boxOf(instance, places.get(instance.id) ?? instance.position)),
  );
  return {
    x: box.x - FRAME.side,
    y: box.y - FRAME.title,
    width: box.width + 2 * FRAME.side,
    height: box.height + FRAME.title + FRAME.side,
  };
}

/** The card of a collapsed group: its upper left corner is that of what it stands for. */
export function foldedBox(graph: StageGraph, group: Group, places: ReadonlyMap<string, Point> = noPlaces): Box {
  const { x, y } = around(
    membersOf(graph, group).map((instance) => boxOf(instance, places.get(instance.id) ?? instance.position)),
  );
  const { inputs, outputs } = boundaryOf(graph, group);
  return {
    x,
    y,
    width: NODE.width,
    height: NODE.header + Math.max(1, inputs.length, outputs.length) * NODE.row + NODE.bottom,
  };
}

/** What a group takes on the canvas. */
export const groupBox = (graph: StageGraph, group: Group, places?: ReadonlyMap<string, Point>): Box =>
  group.collapsed ? foldedBox(graph, group, places) : frameOf(graph, group, places);

const known = new WeakMap<StageGraph, Map<string, Boundary>>();

export function boundaryOf(graph: StageGraph, group: Group): Boundary {
  let boundaries = known.get(graph);
  if (!boundaries) {
    boundaries = new Map();
    known.set(graph, boundaries);
  }
  let boundary = boundaries.get(group.id);
  if (!boundary) {
    boundary = findBoundary(graph, group);
    boundaries.set(group.id, boundary);
  }
  return boundary;
}

function findBoundary(graph: StageGraph, group: Group): Boundary {
  const inside = new Set(group.members);
  const inner = new Set(
    graph.streams
      .filter(({ from, to }) => inside.has(from.instance) && inside.has(to.instance))
      .flatMap(({ from, to }) => [`output ${endName(from)}`, `input ${endName(to)}`]),
  );
  const ends = (direction: 'input' | 'output'): Endpoint[] =>
    membersOf(graph, group).flatMap((instance) => {
      const entry = moduleById(instance.module);
      const ports = direction === 'input' ? entry?.inputs : entry?.outputs(paramsOf(entry, instance.params));
      return instance.operations.flatMap((operation) =>
        (ports ?? [])
          .map((port): Endpoint => ({ instance: instance.id, operation: operation.id, port: port.id }))
          .filter((end) => !inner.has(`${direction} ${endName(end)}`)),
      );
    });
  return { inputs: ends('input'), outputs: ends('output') };
}

/** Middle of a boundary port's row, from the top of the card. */
export const boundaryTop = (index: number): number => NODE.header + index * NODE.row + NODE.row / 2;

/** The collapsed group that hides an instance. */
export function foldedGroups(graph: StageGraph): ReadonlyMap<string, Group> {
  return new Map(
    groupsOf(graph).flatMap((group) => (group.collapsed ? group.members.map((id) => [id, group] as const) : [])),
  );
}
