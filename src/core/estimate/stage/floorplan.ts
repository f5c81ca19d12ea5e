import {
  RESOURCE_KINDS,
  type FillLimits,
  type Platform,
  type ResourceCounts,
  type ResourceKind,
  sumCounts,
  type Target,
} from '../../targets/types.ts';
import { CLOCK_CURVES, clockAt, LOOP_CURVES, loopClock } from './clock-curves.ts';

/** Something that is placed in one SLR: an instance with its FIFOs and ports, or the control of the kernel. */
export interface Unit {
  readonly id: string;
  readonly resources: ResourceCounts;
  /** SLR that the user chose. */
  readonly fixed: number | undefined;
  /** Wires to a place that does not move (ports to the memories): SLR and number. */
  readonly anchors: readonly { readonly slr: number; readonly wires: number }[];
}

/** Wires between two units. */
export interface Net {
  readonly from: string;
  readonly to: string;
  readonly wires: number;
  readonly what: string;
}

/** Wires over the boundary between SLR `below` and the one above. */
export interface Crossing {
  readonly below: number;
  readonly wires: number;
  readonly available: number;
  readonly advised: number;
}

export interface Floorplan {
  readonly slrOf: ReadonlyMap<string, number>;
  readonly crossings: readonly Crossing[];
}

/** Cost in wires of one percent of a resource above the recommended limit of an SLR, and of LUT or FF above the preferred one. */
const OVERFILL = 3000;
const CROWDED = 200;
/** Least share of a limit that every SLR may be filled to, relative to the mean fill of the design: leaves room to move. */
const SLACK = 1.05;
const SWEEPS = 12;
/** Share of the recommended limit up to which an SLR is filled without cost: 56 % of the LUT, where the highest clocks were reached. */
const PREFERRED = 0.8;

/** Wires between units: those of unit `i` to `other` stand from `start[i]` up to `start[i + 1]`. */
function neighbours(
  units: readonly Unit[],
  nets: readonly Net[],
): { start: Int32Array; other: Int32Array; wires: Float64Array } {
  const index = new Map<string, number>();
  for (const { id } of units) index.set(id, index.size);
  const start = new Int32Array(units.length + 1);
  const ends = new Int32Array(2 * nets.length).fill(-1);
  nets.forEach((net, at) => {
    const a = index.get(net.from);
    const b = index.get(net.to);
    if (a === undefined || b === undefined || a === b) return;
    ends[2 * at] = a;
    ends[2 * at + 1] = b;
    start[a + 1] = (start[a + 1] as number) + 1;
    start[b + 1] = (start[b + 1] as number) + 1;
  });
  for (let unit = 0; unit < units.length; unit += 1)
    start[unit + 1] = (start[unit + 1] as number) + (start[unit] as number);
  const free = start.slice();
  const count = start[units.length] as number;
  const other = new Int32Array(count);
  const wires = new Float64Array(count);
  ends.forEach((unit, at) => {
    if (unit < 0) return;
    const to = free[unit] as number;
    other[to] = ends[at ^ 1] as number;
    wires[to] = nets[at >> 1]?.wires ?? 0;
    free[unit] = to + 1;
  });
  return { start, other, wires };
}

/**
 * Places units so that few wires cross SLRs while no SLR is filled beyond its limit (or the mean fill of the design where
 * that is higher): a start in given order, then moves of single units as long as one improves. Deterministic.
 * `wireCost` weighs wires against fill.
 */
export function assignSlrs(
  units: readonly Unit[],
  nets: readonly Net[],
  platform: Platform,
  limits: FillLimits,
  wireCost = 1,
): ReadonlyMap<string, number> {
  const slrs = platform.slrs;
  const links = neighbours(units, nets);
  const whole = RESOURCE_KINDS.map((kind) => units.reduce((sum, unit) => sum + unit.resources[kind], 0));
  const limit = RESOURCE_KINDS.map((kind, k) =>
    Math.max(limits[kind], (SLACK * (whole[k] ?? 0)) / Math.max(1, platform.user[kind])),
  );
  const preferred = RESOURCE_KINDS.map((kind, k) =>
    kind === 'lut' || kind === 'ff' ? PREFERRED * limits[kind] : (limit[k] ?? 1),
  );
  // Flat arrays, and the excess of every SLR as it stands is kept: the cost of a place is asked some thousand times per edit.
  const kinds = RESOURCE_KINDS.length;
  const amounts = new Float64Array(units.length * kinds);
  units.forEach(({ resources }, unit) => {
    for (let k = 0; k < kinds; k += 1) amounts[unit * kinds + k] = resources[RESOURCE_KINDS[k] as ResourceKind];
  });
  const used = new Float64Array(slrs.length * kinds);
  const capacity = Float64Array.from(slrs.flatMap((slr) => RESOURCE_KINDS.map((kind) => Math.max(1, slr[kind]))));
  /** Amounts up to which an SLR is filled without cost. */
  const light = capacity.map(
    (amount, index) => Math.min(limit[index % kinds] as number, preferred[index % kinds] as number) * amount,
  );
  const nothing = new Float64Array(kinds);
  const excess = (slr: number, more: Float64Array, from: number): number => {
    let sum = 0;
    for (let k = 0; k < kinds; k += 1) {
      const amount = (used[slr * kinds + k] as number) + (more[from + k] as number);
      if (amount <= (light[slr * kinds + k] as number)) continue;
      const share = amount / (capacity[slr * kinds + k] as number);
      sum +=
        OVERFILL * Math.max(0, share - (limit[k] as number)) + CROWDED * Math.max(0, share - (preferred[k] as number));
    }
    return sum * 100;
  };
  const standing = slrs.map((_, slr) => excess(slr, nothing, 0));
  const place = (unit: number, slr: number, sign: 1 | -1): void => {
    for (let k = 0; k < kinds; k += 1)
      used[slr * kinds + k] = (used[slr * kinds + k] as number) + sign * (amounts[unit * kinds + k] as number);
    standing[slr] = excess(slr, nothing, 0);
  };
  const at = units.map((unit) => (unit.fixed !== undefined && unit.fixed < slrs.length ? unit.fixed : -1));
  at.forEach((slr, unit) => {
    if (slr >= 0) place(unit, slr, 1);
  });
  const costs = new Float64Array(slrs.length);
  const wire = (to: number, wires: number): void => {
    for (let slr = 0; slr < slrs.length; slr += 1)
      costs[slr] = (costs[slr] as number) + wireCost * wires * Math.abs(slr - to);
  };
  const negative = amounts.map((amount) => -amount);
  /** The SLR in which a unit costs least: wires times boundaries, and how far it overfills it. It may stand in one of them. */
  const best = (unit: number): number => {
    costs.fill(0);
    for (const { slr, wires } of units[unit]?.anchors ?? []) wire(slr, wires);
    for (let link = links.start[unit] as number; link < (links.start[unit + 1] as number); link += 1) {
      const there = at[links.other[link] as number] as number;
      if (there >= 0) wire(there, links.wires[link] as number);
    }
    const here = at[unit] as number;
    const stay =
      here < 0
        ? Number.POSITIVE_INFINITY
        : (costs[here] as number) +
          (standing[here] === 0 ? 0 : (standing[here] as number) - excess(here, negative, unit * kinds));
    for (let slr = 0; slr < slrs.length; slr += 1) {
      if (slr === here) costs[slr] = stay;
      // Where its wires alone cost more than to stay, how full the SLR is makes no difference.
      else if ((costs[slr] as number) < stay + 1)
        costs[slr] = (costs[slr] as number) + excess(slr, amounts, unit * kinds) - (standing[slr] as number);
    }
    let chosen = 0;
    for (let slr = 1; slr < slrs.length; slr += 1)
      if ((costs[slr] as number) < (costs[chosen] as number) - 1e-9) chosen = slr;
    return chosen;
  };
  // Large units first: they decide, the small ones follow their wires.
  const weights = new Float64Array(units.length);
  for (let index = 0; index < amounts.length; index += 1) {
    const unit = Math.floor(index / kinds);
    weights[unit] = Math.max(
      weights[unit] as number,
      (amounts[index] as number) / Math.max(1, platform.user[RESOURCE_KINDS[index % kinds] as ResourceKind]),
    );
  }
  const order = units
    .map((_, unit) => unit)
    .filter((unit) => at[unit] === -1)
    .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  for (const unit of order) {
    const slr = best(unit);
    at[unit] = slr;
    place(unit, slr, 1);
  }
  for (let sweep = 0, moved = true; moved && sweep < SWEEPS; sweep += 1) {
    moved = false;
    for (const unit of order) {
      const from = at[unit] ?? 0;
      const to = best(unit);
      if (to === from) continue;
      place(unit, from, -1);
      place(unit, to, 1);
      at[unit] = to;
      moved = true;
    }
  }
  return new Map(units.map((unit, i) => [unit.id, at[i] ?? 0]));
}

/** Weights of wires that are tried one after the other while a limit of fill or wires is exceeded. */
const WIRE_COSTS = [1, 0.3, 3, 10] as const;

/**
 * The places of units and the wires between SLRs. Where a limit is exceeded whatever is tried, those that fit, of these the
 * ones with which the highest clock can be expected, and of these the ones that exceed limits least.
 */
export function planFloor(
  units: readonly Unit[],
  nets: readonly Net[],
  target: Target,
  platform: Platform,
): { readonly placeOf: ReadonlyMap<string, number>; readonly crossings: readonly Crossing[] } {
  const plans = [];
  for (const cost of WIRE_COSTS) {
    const placeOf = assignSlrs(units, nets, platform, target.fillLimits, cost);
    const crossings = countCrossings(units, nets, placeOf, target, platform);
    const perSlr = platform.slrs.map((_, slr) =>
      sumCounts(units.filter(({ id }) => placeOf.get(id) === slr).map(({ resources }) => resources)),
    );
    const shares = perSlr.flatMap((used, slr) =>
      RESOURCE_KINDS.map((kind) => ({
        share: used[kind] / Math.max(1, platform.slrs[slr]?.[kind] ?? 1),
        limit: target.fillLimits[kind],
      })),
    );
    const over = (value: number, limit: number): number => Math.max(0, value / limit - 1);
    const excess =
      shares.reduce((sum, { share, limit }) => sum + over(share, limit), 0) +
      crossings.reduce((sum, { wires, advised }) => sum + over(wires, advised), 0);
    const misfit =
      shares.reduce((sum, { share }) => sum + over(share, 1), 0) +
      crossings.reduce((sum, { wires, available }) => sum + over(wires, available), 0);
    const plan = { placeOf, crossings, excess, misfit };
    if (excess === 0) return plan;
    plans.push({ ...plan, clock: expectedClock(target, platform, perSlr, crossings).high });
  }
  plans.sort((one, other) => one.misfit - other.misfit || other.clock - one.clock || one.excess - other.excess);
  return plans[0] as (typeof plans)[number];
}

/** Wires over every boundary between SLRs. */
export function countCrossings(
  units: readonly Unit[],
  nets: readonly Net[],
  slrOf: ReadonlyMap<string, number>,
  target: Target,
  platform: Platform,
): Crossing[] {
  const boundaries = Array.from({ length: platform.slrs.length - 1 }, () => 0);
  const cross = (a: number, b: number, wires: number): void => {
    for (let below = Math.min(a, b); below < Math.max(a, b); below += 1)
      boundaries[below] = (boundaries[below] ?? 0) + wires;
  };
  for (const net of nets) cross(slrOf.get(net.from) ?? 0, slrOf.get(net.to) ?? 0, net.wires);
  for (const unit of units) for (const { slr, wires } of unit.anchors) cross(slrOf.get(unit.id) ?? 0, slr, wires);
  return boundaries.map((wires, below) => ({
    below,
    wires,
    available: target.slrWires.perBoundary,
    advised: target.slrWires.advised,
  }));
}

/** Clocks to be expected, in MHz, with the evidence for the range. */
export interface ClockRange {
  readonly low: number;
  readonly high: number;
  readonly evidence: string;
}

/** How far wires between SLRs are beyond what is advised: 0 up to there, 1 where all that there are are taken. */
const crowding = ({ wires, advised, available }: Crossing): number =>
  Math.max(0, Math.min(1, (wires - advised) / Math.max(1, available - advised)));

/** The loop with the most multiply-accumulate cells, and the instance that has it. */
export interface LargestLoop {
  readonly cells: number;
  readonly instance: string;
}

/**
 * Expected clock from the fullest SLR, the wires between SLRs and the largest loop of multiply-accumulate cells. Versal
 * shells cap it (`platform.clock`).
 */
export function expectedClock(
  target: Target,
  platform: Platform,
  perSlr: readonly ResourceCounts[],
  crossings: readonly Crossing[],
  loop?: LargestLoop,
): ClockRange {
  const fill = Math.max(0, ...perSlr.map((used, slr) => used.lut / Math.max(1, platform.slrs[slr]?.lut ?? 1)));
  const curves = CLOCK_CURVES[target.id];
  const top = curves && clockAt(curves.high, fill);
  const bottom = curves && clockAt(curves.low, fill);
  const [crowded] = [...crossings].sort((a, b) => crowding(b) - crowding(a));
  const crowd = crowded ? crowding(crowded) : 0;
  const cap = platform.clock[2];
  const large = loop && loopClock(LOOP_CURVES[target.id], loop.cells);
  const byFill = top?.clock ?? cap;
  const reached = Math.min(byFill, large?.clock ?? byFill);
  const high = Math.round(Math.min(cap, reached));
  const low = Math.round(Math.min(bottom?.clock ?? platform.clock[0], high));
  const sources = [...(top?.between ?? []), ...(bottom?.between ?? [])].map(({ source }) => source);
  const known = sources.length > 0 ? [...new Set(sources)].join('; ') : platform.source;
  const bounded =
    loop && large && large.clock < Math.min(byFill, cap)
      ? ` Largest loop with ${loop.cells.toLocaleString('en')} cells (${loop.instance}): ${large.between.map(({ source }) => source).join('; ')}.`
      : '';
  const words = `Fullest SLR at ${Math.round(fill * 100)} % LUT: ${known}.${bounded}`;
  if (!crowded || crowd === 0)
    return { low, high, evidence: cap < reached ? `${words} This shell has been seen at ${cap} MHz at most.` : words };
  return {
    low: Math.round(low * (1 - 0.15 * crowd)),
    high: Math.round(high * (1 - 0.05 * crowd)),
    evidence: `${words} ${crowded.wires.toLocaleString('en')} wires between SLR${crowded.below} and SLR${crowded.below + 1}, more than the ${crowded.advised.toLocaleString('en')} advised of ${crowded.available.toLocaleString('en')}: range lowered (assumed: by 5 to 15 % where all are taken).`,
  };
}
