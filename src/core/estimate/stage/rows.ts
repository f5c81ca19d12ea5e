/** Instances whose processes are a row: their parts may lie in SLRs of their own. */
import { instanceContext, type ResolvedInstance, type StageAnalysis } from '../../schedule/types.ts';
import type { ResourceCounts } from '../../targets/types.ts';
import type { Net, Unit } from './floorplan.ts';

/** Parts that are placed as one each, and the wires between neighbours. */
export interface Row {
  readonly count: number;
  readonly wires: number;
}

/** Parts of a row at most: more would take the time of an edit and tell nothing new of three or four SLRs. */
const MOST_PARTS = 8;

const partName = (id: string, part: number): string => `${id} #${part}`;

/** The row of an instance in as many parts as are placed; undefined for what lies in one place. */
export function rowOf(stage: StageAnalysis, resolved: ResolvedInstance): Row | undefined {
  const row = resolved.entry.row?.(instanceContext(stage, resolved));
  return row && row.count > 1 ? { count: Math.min(MOST_PARTS, row.count), wires: row.wires } : undefined;
}

const share = ({ lut, ff, dsp, bram18, uram }: ResourceCounts, of: number): ResourceCounts => ({
  lut: lut / of,
  ff: ff / of,
  dsp: dsp / of,
  bram18: bram18 / of,
  uram: uram / of,
});

/** A unit as equal parts, its ports over them in turn. */
export const partsOfRow = ({ id, resources, fixed, anchors }: Unit, count: number): Unit[] =>
  Array.from({ length: count }, (_, part) => ({
    id: partName(id, part),
    resources: share(resources, count),
    fixed,
    anchors: anchors.filter((_port, index) => Math.floor((index * count) / anchors.length) === part),
  }));

/** Wires between units, where some are rows: what comes in enters the first part, what leaves comes from the last. */
export function netsOfRows(nets: readonly Net[], rows: ReadonlyMap<string, Row>): Net[] {
  const ends = nets.map((net) => {
    const [from, to] = [rows.get(net.from), rows.get(net.to)];
    if (!from && !to) return net;
    return {
      ...net,
      from: from ? partName(net.from, from.count - 1) : net.from,
      to: to ? partName(net.to, 0) : net.to,
    };
  });
  const inner = [...rows].flatMap(([id, { count, wires }]) =>
    Array.from({ length: count - 1 }, (_, part) => ({
      from: partName(id, part),
      to: partName(id, part + 1),
      wires,
      what: `${id}, from part to part`,
    })),
  );
  return [...ends, ...inner];
}

/** SLR of every unit, rows taken together: where most of one lies, and its shares where that is not all of it. */
export function gather(
  placeOf: ReadonlyMap<string, number>,
  rows: ReadonlyMap<string, Row>,
  slrs: number,
): { readonly slrOf: ReadonlyMap<string, number>; readonly spread: ReadonlyMap<string, readonly number[]> } {
  const slrOf = new Map(placeOf);
  const spread = new Map<string, readonly number[]>();
  for (const [id, { count }] of rows) {
    const shares = new Array<number>(slrs).fill(0);
    for (let part = 0; part < count; part += 1) {
      const name = partName(id, part);
      const slr = placeOf.get(name) ?? 0;
      shares[slr] = (shares[slr] ?? 0) + 1 / count;
      slrOf.delete(name);
    }
    const most = shares.indexOf(Math.max(...shares));
    slrOf.set(id, most);
    if (shares.filter((own) => own > 0).length > 1) spread.set(id, shares);
  }
  return { slrOf, spread };
}
