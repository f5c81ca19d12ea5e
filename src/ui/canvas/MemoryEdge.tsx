import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath, Position } from '@xyflow/react';
import { memo } from 'react';
import { useComposer } from '../state/app-store.ts';
import { cardsOf } from '../drawing/cards.ts';
import type { MemoryEdge as FlowEdge } from '../drawing/flow.ts';
import { MEMORY_NAMES } from '../drawing/memory-edges.ts';

/** What goes through memory instead of a stream: one instance writes the cache, another reads it in a later pass. */
export const MemoryEdge = memo(function MemoryEdge({
  id,
  data,
  sourceX,
  sourceY,
  targetX,
  targetY,
}: EdgeProps<FlowEdge>) {
  const stage = data?.stage ?? 'prefill';
  const dim = useComposer((state) => {
    if (state.mark?.stage !== stage || !data) return false;
    const { instances } = cardsOf(state.design, stage);
    return ![data.writer, data.reader].some((end) =>
      instances.get(end)?.rows.some((row) => row.pass === state.mark?.index),
    );
  });
  const [path, labelX, labelY] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition: Position.Bottom,
    targetPosition: Position.Bottom,
  });
  const name = MEMORY_NAMES[data?.tensor as keyof typeof MEMORY_NAMES] ?? '';
  return (
    <>
      <BaseEdge id={id} path={path} className={`memory-wire ${dim ? 'wire--dim' : ''}`} interactionWidth={0} />
      <EdgeLabelRenderer>
        <div
          className={`memory-label ${dim ? 'wire--dim' : ''}`}
          style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          title={`${name} in memory: written by ${data?.writer}, read by ${data?.reader}. No stream, and no FIFO.`}
        >
          {name}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
