import type { Dot, Roofline } from '../../core/estimate/stage/roofline.ts';
import type { Cell } from './plot-export.ts';
import { bandwidth, operations, percent, prefixed } from '../words/units.ts';

/** What the roofline plot draws, without any pixel. */

export interface RoofLine {
  readonly id: string;
  readonly label: string;
  readonly kind: 'placed' | 'device' | 'total' | 'mapped' | 'other' | 'bank';
  readonly element?: string;
  /** Operations per second (compute) or bytes per second (memory). */
  readonly value: number;
}

export interface RooflineModel {
  readonly compute: readonly RoofLine[];
  readonly memory: readonly RoofLine[];
  readonly dots: readonly Dot[];
  readonly total: Dot;
  /** Domains of both axes. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const decade = (value: number, round: (power: number) => number): number => 10 ** round(Math.log10(value));

export function rooflineModel(roof: Roofline): RooflineModel {
  const compute = roof.compute.flatMap(({ element, placed, device }): RoofLine[] => [
    {
      id: `placed-${element}`,
      label: `${element} placed ${operations(placed)}`,
      kind: 'placed',
      element,
      value: placed,
    },
    {
      id: `device-${element}`,
      label: `${element}, all DSPs ${operations(device)}`,
      kind: 'device',
      element,
      value: device,
    },
  ]);
  // Lines of the memory that comes first stand out.
  const main = roof.memory[0]?.bank;
  const memory = roof.memory
    .map(({ kind: extent, bank, what, sustained }): RoofLine => {
      const kind = extent === 'mapped' && bank !== main ? 'other' : extent;
      return {
        id: what,
        label: `${what
          .replace(' in total', '')
          .replace(' as mapped', '')
          .replace(/^1 (\w+) banks/, '1 $1 bank')} ${bandwidth(sustained)}`,
        kind,
        value: sustained,
      };
    })
    // A memory that is used as a whole has one line.
    .filter(
      (line, _, lines) =>
        line.kind !== 'total' ||
        !lines.some(
          (other) =>
            (other.kind === 'mapped' || other.kind === 'other') && Math.abs(other.value / line.value - 1) < 0.01,
        ),
    )
    .sort((a, b) => b.value - a.value);
  const all = [...roof.dots, roof.total].filter((dot) => dot.attained > 0);
  const intensities = all.map((dot) => dot.intensity).filter((value) => Number.isFinite(value) && value > 0);
  const top = Math.max(1, ...compute.map((line) => line.value));
  const fastest = Math.max(1, ...memory.map((line) => line.value));
  const ridge = Math.max(1, ...compute.filter((line) => line.kind === 'placed').map((line) => line.value)) / fastest;
  const low = Math.min(ridge / 4, ...intensities);
  const high = Math.max(ridge * 8, ...intensities);
  const least = Math.min(top / 1000, ...all.map((dot) => dot.attained));
  return {
    compute,
    memory,
    dots: roof.dots,
    total: roof.total,
    x: [decade(low / 1.5, Math.floor), decade(high * 2, Math.ceil)],
    y: [decade(Math.max(1, least / 1.2), Math.floor), top * 2],
  };
}

/** Ceiling of the engines of a dot's type at its intensity. */
export function ceilingOf(model: RooflineModel, dot: Dot): number | undefined {
  return model.compute.find((line) => line.kind === 'placed' && line.element === dot.element)?.value;
}

/** A dot in words: how fast, at which intensity, and which wall it hits. */
export function sayDot(model: RooflineModel, dot: Dot): string {
  const speed = `${operations(dot.attained)} at ${Number.isFinite(dot.intensity) ? `${prefixed(dot.intensity)}operations per byte` : 'no memory traffic of its own'}`;
  if (dot.key === 'stage') return `The stage as a whole reaches ${speed}. It is ${dot.wall}.`;
  const ceiling = ceilingOf(model, dot);
  const share = ceiling ? `, ${percent(dot.attained / ceiling)} of all ${dot.element} engines placed` : '';
  return `${dot.key} reaches ${speed}${share}. It hits this wall: ${dot.wall}.`;
}

export interface DotGroup {
  readonly x: number;
  readonly y: number;
  readonly dots: readonly Dot[];
  /** No memory traffic: it stands at the right edge. */
  readonly edge: boolean;
}

/** Dots that would cover each other are drawn as one. */
export function groupDots(
  dots: readonly Dot[],
  x: (intensity: number) => number,
  y: (attained: number) => number,
  edge: number,
  near = 5,
): DotGroup[] {
  const groups: { x: number; y: number; dots: Dot[]; edge: boolean }[] = [];
  for (const dot of dots) {
    if (dot.attained <= 0) continue;
    const atEdge = !Number.isFinite(dot.intensity);
    const place = { x: atEdge ? edge : x(dot.intensity), y: y(dot.attained) };
    const same = groups.find(
      (group) => group.edge === atEdge && Math.hypot(group.x - place.x, group.y - place.y) < near,
    );
    if (same) same.dots.push(dot);
    else groups.push({ ...place, dots: [dot], edge: atEdge });
  }
  return groups;
}

/** Vertical places of labels: as wanted, but never closer than `gap`. */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const places = [...wanted];
  let last = low - gap;
  for (const index of order) {
    last = Math.max(wanted[index] ?? 0, last + gap);
    places[index] = last;
  }
  let next = high + gap;
  for (const index of [...order].reverse()) {
    next = Math.min(places[index] ?? 0, next - gap);
    places[index] = next;
  }
  return places;
}

export function rooflineRows(model: RooflineModel): Cell[][] {
  return [
    ['operation', 'element', 'operations per byte', 'operations per second', 'operations', 'bytes', 'seconds', 'wall'],
    ...[...model.dots, model.total].map((dot) => [
      dot.key,
      dot.element,
      dot.intensity,
      dot.attained,
      dot.operations,
      dot.bytes,
      dot.seconds,
      dot.wall,
    ]),
    [],
    ['ceiling', 'kind', 'value', 'unit'],
    ...model.compute.map((line) => [line.label, line.kind, line.value, 'operations per second']),
    ...model.memory.map((line) => [line.label, line.kind, line.value, 'bytes per second']),
  ];
}
