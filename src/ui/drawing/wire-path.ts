import { getBezierPath, getSmoothStepPath, Position } from '@xyflow/react';
import { NODE } from '../../core/templates/layout.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface WirePath {
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
}

/** A small number that is always the same for a stream, so that wires beside one another keep apart. */
function lane(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return hash % 6;
}

/** Forward wires are curves; those that lead back, to the next band or to an earlier column, run above their target. */
export function wirePath(id: string, source: Point, target: Point): WirePath {
  const ends = {
    sourceX: source.x,
    sourceY: source.y,
    targetX: target.x,
    targetY: target.y,
    sourcePosition: Position.Right,
    targetPosition: Position.Left,
  };
  if (target.x > source.x + 20) {
    const [path, labelX, labelY] = getBezierPath({ ...ends, curvature: 0.3 });
    return { path, labelX, labelY };
  }
  const apart = lane(id);
  const above = Math.max(target.y, source.y) - NODE.header - NODE.row / 2 - 16 - apart * 6;
  const centerY = target.y > source.y ? Math.max(above, Math.min(source.y + 30, target.y - 30)) : above;
  const [path, labelX, labelY] = getSmoothStepPath({ ...ends, centerY, borderRadius: 10, offset: 14 + apart * 5 });
  return { path, labelX, labelY };
}
