import type { Instance } from '../design/types.ts';
import { NODE, nodeHeight } from '../templates/layout.ts';

type Point = Instance['position'];

/** Room around an instance. */
const APART = 24;
/** Longest column of instances that are added one below another. */
const COLUMN = 1000;

/** A place for a new instance where it covers no other: the wished one, else below, else in a column to the right. */
export function freePlace(instances: readonly Instance[], wished: Point = { x: 0, y: 0 }): Point {
  // No module has more than four rows of ports with its first operation.
  const height = NODE.header + 4 * NODE.row + NODE.bottom;
  const inTheWay = (at: Point): Instance | undefined =>
    instances.find(
      (other) =>
        Math.abs(other.position.x - at.x) < NODE.width + APART &&
        at.y < other.position.y + nodeHeight(other) + APART &&
        other.position.y < at.y + height + APART,
    );
  let at = wished;
  for (let other = inTheWay(at); other; other = inTheWay(at)) {
    const below = other.position.y + nodeHeight(other) + APART;
    at = below - wished.y > COLUMN ? { x: at.x + NODE.width + 3 * APART, y: wished.y } : { x: at.x, y: below };
  }
  return at;
}
