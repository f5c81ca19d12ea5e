import type { Box } from './boundary.ts';

/** Lines along which something that is being dragged comes to lie beside what is there. */

export interface Guide {
  readonly axis: 'x' | 'y';
  /** Where the line is, in canvas coordinates, and from where to where it runs on the other axis. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Snap {
  /** By how much the dragged box moves on, to lie on the lines. */
  readonly by: { readonly x: number; readonly y: number };
  readonly guides: readonly Guide[];
}

type Axis = 'x' | 'y';

const span = (box: Box, axis: Axis): [number, number] =>
  axis === 'x' ? [box.x, box.x + box.width] : [box.y, box.y + box.height];
/** Both edges and the middle. */
const marks = (box: Box, axis: Axis): number[] => {
  const [first, last] = span(box, axis);
  return [first, (first + last) / 2, last];
};

function along(
  moving: Box,
  others: readonly Box[],
  axis: Axis,
  reach: number,
): { by: number; guide: Guide | undefined } {
  let best: { by: number; at: number; other: Box } | undefined;
  for (const other of others) {
    const [mine, theirs] = [marks(moving, axis), marks(other, axis)];
    mine.forEach((mark, index) => {
      const at = theirs[index] as number;
      const by = at - mark;
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, at, other };
    });
  }
  if (!best) return { by: 0, guide: undefined };
  const across: Axis = axis === 'x' ? 'y' : 'x';
  const ends = [...span(moving, across), ...span(best.other, across)];
  return { by: best.by, guide: { axis, at: best.at, from: Math.min(...ends), to: Math.max(...ends) } };
}

/** The nearest lines (left edges, middles, right edges; tops, middles, bottoms) within reach. */
export function snapTo(moving: Box, others: readonly Box[], reach: number): Snap {
  const [x, y] = [along(moving, others, 'x', reach), along(moving, others, 'y', reach)];
  return { by: { x: x.by, y: y.by }, guides: [x.guide, y.guide].filter((guide) => guide !== undefined) };
}
