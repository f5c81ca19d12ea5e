import type { Instance, StageGraph } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';

/** Sizes of a node on the canvas; the canvas draws with the same figures. */
export const NODE = { width: 232, header: 62, row: 24, gap: 4, bottom: 12 } as const;

const COLUMN = NODE.width + 72;
const GAP = 32;
/** Space between two bands of columns, for the streams that lead from one to the next. */
const BAND_GAP = 90;
const MAX_ROWS = 5;
/** Width to height of a whole stage that suits a screen. */
const ASPECT = 1.7;

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

/** Longest way to every operation, by `<instance>/<operation>`; operations in a cycle count as the beginning. */
function operationLevels(graph: StageGraph): Map<string, number> {
  const sources = new Map<string, string[]>();
  for (const { from, to } of graph.streams) {
    const key = `${to.instance}/${to.operation}`;
    sources.set(key, [...(sources.get(key) ?? []), `${from.instance}/${from.operation}`]);
  }
  const levels = new Map<string, number>();
  const visiting = new Set<string>();
  const level = (key: string): number => {
    const known = levels.get(key);
    if (known !== undefined) return known;
    if (visiting.has(key)) return -1;
    visiting.add(key);
    const result = Math.max(-1, ...(sources.get(key) ?? []).map(level)) + 1;
    visiting.delete(key);
    levels.set(key, result);
    return result;
  };
  for (const instance of graph.instances)
    for (const operation of instance.operations) level(`${instance.id}/${operation.id}`);
  return levels;
}

/** Instances in columns along the data flow: each where its first operation works, beneath what feeds it. */
function columnsOf(graph: StageGraph): Instance[][] {
  const levels = operationLevels(graph);
  const byLevel = new Map<number, Instance[]>();
  for (const instance of graph.instances) {
    const level = Math.min(
      ...instance.operations.map((operation) => levels.get(`${instance.id}/${operation.id}`) ?? 0),
      Number.MAX_SAFE_INTEGER,
    );
    byLevel.set(level, [...(byLevel.get(level) ?? []), instance]);
  }
  const sources = new Map<string, string[]>();
  for (const { from, to } of graph.streams)
    sources.set(to.instance, [...(sources.get(to.instance) ?? []), from.instance]);
  const row = new Map<string, number>();
  const columns: Instance[][] = [];
  for (const level of [...byLevel.keys()].sort((a, b) => a - b)) {
    const pull = (instance: Instance): number => {
      const known = (sources.get(instance.id) ?? []).flatMap((id) => row.get(id) ?? []);
      return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : MAX_ROWS;
    };
    const members = [...(byLevel.get(level) ?? [])].sort((a, b) => pull(a) - pull(b));
    for (let start = 0; start < members.length; start += MAX_ROWS) {
      const column = members.slice(start, start + MAX_ROWS);
      column.forEach((instance, index) => {
        row.set(instance.id, index);
      });
      columns.push(column);
    }
  }
  return columns;
}

const columnHeight = (column: readonly Instance[]): number =>
  column.reduce((sum, instance) => sum + nodeHeight(instance) + GAP, -GAP);

/** Columns in bands, one below the other like lines of text. */
function bandsOf(columns: readonly Instance[][], perBand: number): Instance[][][] {
  const bands: Instance[][][] = [];
  for (let start = 0; start < columns.length; start += perBand) bands.push(columns.slice(start, start + perBand));
  return bands;
}

const bandsHeight = (bands: readonly Instance[][][]): number =>
  bands.reduce((sum, band) => sum + Math.max(...band.map(columnHeight)) + BAND_GAP, -BAND_GAP);

/** The number of columns per band that comes nearest to the shape of a screen. */
function bestBands(columns: readonly Instance[][]): Instance[][][] {
  let best = bandsOf(columns, Math.max(1, columns.length));
  let error = Number.POSITIVE_INFINITY;
  for (let perBand = Math.min(4, columns.length); perBand <= columns.length; perBand += 1) {
    const bands = bandsOf(columns, perBand);
    const off = Math.abs(Math.log((perBand * COLUMN) / bandsHeight(bands) / ASPECT));
    if (off < error) {
      best = bands;
      error = off;
    }
  }
  return best;
}

/** Places instances along the data flow, so that a template is legible before anything is tidied up. */
export function layoutGraph(graph: StageGraph): StageGraph {
  if (graph.instances.length === 0) return graph;
  const place = new Map<string, { x: number; y: number }>();
  let top = 0;
  for (const band of bestBands(columnsOf(graph))) {
    band.forEach((column, index) => {
      let y = top;
      for (const instance of column) {
        place.set(instance.id, { x: index * COLUMN, y });
        y += nodeHeight(instance) + GAP;
      }
    });
    top += Math.max(...band.map(columnHeight)) + BAND_GAP;
  }
  return {
    ...graph,
    instances: graph.instances.map((instance) => ({
      ...instance,
      position: place.get(instance.id) ?? instance.position,
    })),
  };
}
