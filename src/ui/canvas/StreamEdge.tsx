import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo, useState } from 'react';
import { useComposer } from '../state/app-store.ts';
import { cardsOf } from '../drawing/cards.ts';
import type { StreamEdge as FlowEdge } from '../drawing/flow.ts';
import { wirePath } from '../drawing/wire-path.ts';

/** A stream: coloured by what travels on it, dashed when it is carried to a later pass, red when it is illegal. */
export const StreamEdge = memo(function StreamEdge(props: EdgeProps<FlowEdge>) {
  const { id, data, selected, sourceX, sourceY, targetX, targetY } = props;
  const stage = data?.stage ?? 'prefill';
  const card = useComposer((state) => cardsOf(state.design, stage).wires.get(id));
  const dim = useComposer((state) => state.mark?.stage === stage && !card?.passes.includes(state.mark.index));
  const [hovered, setHovered] = useState(false);
  const { path, labelX, labelY } = wirePath(id, { x: sourceX, y: sourceY }, { x: targetX, y: targetY });
  if (!card) return null;
  const classes = [
    'wire',
    `wire--${card.colour}`,
    card.carry ? 'wire--carry' : '',
    card.invalid ? 'wire--invalid' : '',
    selected ? 'wire--selected' : '',
    dim ? 'wire--dim' : '',
  ].join(' ');
  return (
    <>
      <g onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}>
        <BaseEdge id={id} path={path} className={classes} interactionWidth={18} />
      </g>
      {selected || hovered ? (
        <EdgeLabelRenderer>
          <div
            className={`wire-label ${card.invalid ? 'wire-label--invalid' : ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          >
            {card.problem ?? card.label}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
