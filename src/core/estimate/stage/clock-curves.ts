/** A clock in MHz at a fill, and where that is known from. */
export interface ClockPoint {
  /** LUT of the fullest SLR, as a share of what a kernel may use there. */
  readonly fill: number;
  readonly clock: number;
  readonly source: string;
}

/** What published designs reached: `high` the best of them, `low` the slowest, by how full they are. */
export interface ClockCurves {
  readonly high: readonly ClockPoint[];
  readonly low: readonly ClockPoint[];
}

/**
 * Points of the clocks that can be expected, by target; between two of them the clock is linear, before the first and
 * behind the last it stays. Fills of publications are shares of the die where they say no other.
 */
export const CLOCK_CURVES: Readonly<Record<string, ClockCurves>> = {
  u280: {
    high: [
      {
        fill: 0.7,
        clock: 305,
        source:
          'FlexLLM 304 and 292 MHz at 39 and 44 % of the die, floorplanned with regions filled to 60 to 80 %; CODO 300 MHz at 31 %',
      },
      {
        fill: 0.8,
        clock: 245,
        source:
          'Chen et al. 245 MHz with SLRs assigned by hand and an SLR at 58 %: assumed where no floorplan is left to choose',
      },
      {
        fill: 1,
        clock: 175,
        source:
          'FAST-Prefill 175 MHz at 64 % LUT and 95 % URAM of the die, the fullest published; fuller ones are likely not to route',
      },
    ],
    low: [
      {
        fill: 0.5,
        clock: 270,
        source:
          'Serpens 270 MHz with a floorplan, without one it does not route; its fill is not published, 50 % is assumed',
      },
      { fill: 0.57, clock: 225, source: 'HiSpMV 221 and 225 MHz at 57 % of the die' },
      { fill: 0.64, clock: 175, source: 'FAST-Prefill 175 MHz at 64 % LUT and 95 % URAM of the die' },
      {
        fill: 0.8,
        clock: 175,
        source: 'no published design above 80 % of an SLR: from here on routing is likely to fail',
      },
      { fill: 1, clock: 0, source: 'it does not route' },
    ],
  },
  v80: {
    high: [
      { fill: 0.5, clock: 300, source: 'FlexLLM projects 300 MHz at 37 and 42 % of the die' },
      {
        fill: 0.7,
        clock: 250,
        source: 'LUT-LLM 250 MHz at 17 % of the die; assumed to be reached up to the recommended fill',
      },
      { fill: 1, clock: 200, source: 'no published design is as full: routing is likely to fail' },
    ],
    low: [
      { fill: 0.5, clock: 200, source: 'LUT-LLM 220 MHz at 49 % of the die; SLASH examples 200 MHz' },
      { fill: 0.7, clock: 150, source: 'SLASH examples 146 to 184 MHz' },
      { fill: 1, clock: 0, source: 'no published design is as full: routing is likely to fail' },
    ],
  },
};

/** The highest clock of a loop with so many multiply-accumulate cells, which one enable stops and starts together. */
export interface LoopPoint {
  readonly cells: number;
  readonly clock: number;
  readonly source: string;
}

/** By target; up to the first point the loop is no limit, between two the clock is linear, behind the last it stays. */
export const LOOP_CURVES: Readonly<Record<string, readonly LoopPoint[]>> = {
  u280: [
    {
      cells: 1024,
      clock: 305,
      source: 'FlexLLM 304 and 292 MHz with engines of 768 and 1,024 cells, floorplanned',
    },
    {
      cells: 4096,
      clock: 200,
      source: 'large engines under one control: DFX 200 MHz, others 200 to 225 MHz; the number of cells is assumed',
    },
  ],
  v80: [
    {
      cells: 2048,
      clock: 300,
      source: 'FlexLLM projects 300 MHz from placement and routing of an array of 2,048 cells',
    },
    { cells: 8192, clock: 200, source: 'no published design has such a loop: assumed' },
  ],
};

/** The clock at a place of ascending points, linear between two of them, and the points that it lies between. */
function clockBetween<Point extends { readonly clock: number }>(
  points: readonly Point[],
  placeOf: (point: Point) => number,
  at: number,
): { readonly clock: number; readonly between: readonly Point[] } {
  const after = points.findIndex((point) => placeOf(point) >= at);
  const next = points[after];
  const last = points[after - 1];
  if (!next) {
    const [end] = points.slice(-1);
    return { clock: end?.clock ?? 0, between: end ? [end] : [] };
  }
  if (!last) return { clock: next.clock, between: [next] };
  const share = (at - placeOf(last)) / (placeOf(next) - placeOf(last));
  return { clock: last.clock + share * (next.clock - last.clock), between: share === 1 ? [next] : [last, next] };
}

/** The clock that a loop of so many cells can reach; undefined where it is no limit. */
export function loopClock(
  points: readonly LoopPoint[] | undefined,
  cells: number,
): { readonly clock: number; readonly between: readonly LoopPoint[] } | undefined {
  if (!points || cells <= (points[0]?.cells ?? 0)) return undefined;
  return clockBetween(points, (point) => point.cells, cells);
}

/** The clock at a fill, and the points that it lies between. */
export const clockAt = (
  points: readonly ClockPoint[],
  fill: number,
): { readonly clock: number; readonly between: readonly ClockPoint[] } =>
  clockBetween(points, (point) => point.fill, fill);
