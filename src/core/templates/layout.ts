import type { Instance, StageGraph } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';

const COLUMN = 300;
const GAP = 36;
const MOST_ROWS = 5;

/** Sizes of a node on the canvas; the canvas draws with the same figures. */
export const NODE = { width: 232, header: 62, row: 24, gap: 4, bottom: 12 } as const;

/** Rows of port labels that every operation of an instance takes. */
export function operationRows(instance: Pick<Instance, 'module' | 'params'>): number {
  const entry = moduleById(instance.module);
  return entry ? Math.max(1, entry.inputs.length, entry.outputs(paramsOf(entry, instance.params)).length) : 1;
}

/** Height of a node on the canvas, from its operations and their ports. */
export function nodeHeight(instance: Pick<Instance, 'module' | 'params' | 'operations'>): number {
  const operations = Math.max(1, instance.operations.length);
  return NODE.header + operations * operationRows(instance) * NODE.row + (operations - 1) * NODE.gap + NODE.bottom;
}

/** Places instances in columns along the data flow, so that a template is legible before anything is tidied up. */
export function layoutGraph(graph: StageGraph): StageGraph {
  const depth = new Map<string, number>();
  const incoming = new Map<string, string[]>();
  for (const { from, to } of graph.streams) {
    if (from.instance === to.instance) continue;
    incoming.set(to.instance, [...(incoming.get(to.instance) ?? []), from.instance]);
  }
  const visiting = new Set<string>();
  const level = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) return 0;
    visiting.add(id);
    const result = Math.max(-1, ...(incoming.get(id) ?? []).filter((other) => !visiting.has(other)).map(level)) + 1;
    visiting.delete(id);
    depth.set(id, result);
    return result;
  };
  let shift = 0;
  const columns = new Map<number, string[]>();
  for (const instance of graph.instances) {
    const column = level(instance.id);
    columns.set(column, [...(columns.get(column) ?? []), instance.id]);
  }
  const place = new Map<string, { x: number; y: number }>();
  for (const column of [...columns.keys()].sort((a, b) => a - b)) {
    let x = (column + shift) * COLUMN;
    let y = 0;
    let rows = 0;
    for (const id of columns.get(column) ?? []) {
      if (rows === MOST_ROWS) {
        shift += 1;
        x += COLUMN;
        y = 0;
        rows = 0;
      }
      place.set(id, { x, y });
      const instance = graph.instances.find((candidate) => candidate.id === id);
      y += (instance ? nodeHeight(instance) : 0) + GAP;
      rows += 1;
    }
  }
  return { ...graph, instances: graph.instances.map((instance) => ({ ...instance, position: place.get(instance.id) ?? instance.position })) };
}
