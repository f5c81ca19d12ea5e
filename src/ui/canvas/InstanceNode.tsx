import { Handle, type NodeProps, Position, useStore } from '@xyflow/react';
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { NODE } from '../../core/templates/layout.ts';
import { CategoryIcon } from '../components/CategoryIcon.tsx';
import { useHeatOf } from '../estimates/heat-store.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { countDrawing } from '../state/counters.ts';
import { type PortEnd, quickReason } from '../state/connection.ts';
import { cardsOf, type InstanceCard, type PortCard, type RowCard, type Touch } from './cards.ts';
import { handleId, type InstanceNode as FlowNode, portOfHandle } from './flow.ts';
import { useCanvasSession } from './session.ts';

const TOUCHES: Readonly<Record<Touch, { readonly short: string; readonly name: string }>> = {
  weights: { short: 'W', name: 'reads weights or tables from memory' },
  hidden: { short: 'H', name: 'touches the hidden state in memory' },
  k_cache: { short: 'K', name: 'touches the K cache' },
  v_cache: { short: 'V', name: 'touches the V cache' },
  tokens: { short: 'T', name: 'reads tokens' },
  memory: { short: 'M', name: 'touches memory' },
};

/** While a wire is drawn: whether this port could take it. */
function useFit(stage: StageName, port: PortEnd): string {
  return useStore((state) => {
    const { connection } = state;
    if (!connection.inProgress) return '';
    const from = portOfHandle(connection.fromHandle.nodeId, connection.fromHandle.id);
    if (!from) return '';
    if (from.direction === port.direction && from.end.port === port.end.port && from.end.operation === port.end.operation && from.end.instance === port.end.instance) return 'port--origin';
    return quickReason(composer.getState().design, stage, from, port) === undefined ? 'port--fits' : 'port--fades';
  });
}

interface PortProps {
  readonly stage: StageName;
  readonly instance: string;
  readonly operation: string;
  readonly direction: 'in' | 'out';
  readonly port: PortCard;
  readonly top: number;
}

const Port = memo(function Port({ stage, instance, operation, direction, port, top }: PortProps) {
  const fit = useFit(stage, { direction, end: { instance, operation, port: port.id } });
  const input = direction === 'in';
  const shape = port.colour === 'scales' ? 'port--diamond' : '';
  return (
    <Handle
      type={input ? 'target' : 'source'}
      position={input ? Position.Left : Position.Right}
      id={handleId(direction, operation, port.id)}
      className={`port port--${port.colour} ${shape} ${port.connected ? 'port--connected' : ''} ${fit}`}
      style={{ top }}
      title={`${input ? 'Input' : 'Output'} ${port.label} of ${operation}: ${port.type}`}
      data-testid={`port:${instance}:${operation}:${direction}:${port.id}`}
    />
  );
});

function Row({ stage, card, row, index, lines }: { readonly stage: StageName; readonly card: InstanceCard; readonly row: RowCard; readonly index: number; readonly lines: number }) {
  const base = NODE.header + index * (lines * NODE.row + NODE.gap);
  const named = (port: PortCard, count: number): boolean => count > 1 || (port.id !== 'in' && port.id !== 'out');
  return (
    <>
      <div className={`node__row ${row.problem ? 'node__row--problem' : ''}`} data-operation={row.id} style={{ top: base, height: lines * NODE.row }}>
        <span className="node__ports">
          {row.inputs.map((port) => (
            <span key={port.id} className="node__port-label">
              {named(port, row.inputs.length) ? port.label : ''}
            </span>
          ))}
        </span>
        <span className="node__operation" title={`Operation ${row.id} (${row.role})`}>
          {row.id}
        </span>
        {row.pass === undefined ? null : (
          <span className="chip" title={`Works in pass ${row.pass}`}>
            P{row.pass}
          </span>
        )}
        <span className="node__ports node__ports--out">
          {row.outputs.map((port) => (
            <span key={port.id} className="node__port-label">
              {named(port, row.outputs.length) ? port.label.replace(/^out(?=\d)/, '') : ''}
            </span>
          ))}
        </span>
      </div>
      {row.inputs.map((port, at) => (
        <Port key={`in${port.id}`} stage={stage} instance={card.id} operation={row.id} direction="in" port={port} top={base + at * NODE.row + NODE.row / 2} />
      ))}
      {row.outputs.map((port, at) => (
        <Port key={`out${port.id}`} stage={stage} instance={card.id} operation={row.id} direction="out" port={port} top={base + at * NODE.row + NODE.row / 2} />
      ))}
    </>
  );
}

/** Below this zoom an instance is a block of its colour: nothing in it could be read or hit. */
const BLOCK = 0.15;

/** One piece of hardware: module, name, parameters, and a row with ports for each of its operations. */
export const InstanceNode = memo(function InstanceNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { stage } = data;
  const card = useComposer((state) => cardsOf(state.design, stage).instances.get(id));
  const dim = useComposer((state) => state.mark?.stage === stage && !card?.rows.some((row) => row.pass === state.mark?.index));
  const reuse = useCanvasSession((state) => state.reuse === `${stage}/${id}`);
  const heat = useHeatOf(stage, id);
  const block = useStore((state) => state.transform[2] < BLOCK);
  countDrawing(stage, id);
  if (!card) return null;
  if (block) return <div className={`node node--block cat-${card.category} ${selected ? 'node--selected' : ''} ${dim ? 'node--dim' : ''} ${heat ? `node--heat heat--${heat.step}` : ''} ${card.errors > 0 ? 'node--error' : ''}`} data-instance={id} data-testid={`instance:${stage}:${id}`} />;
  const lines = Math.max(1, ...card.rows.map((row) => Math.max(row.inputs.length, row.outputs.length)));
  const tone = card.errors > 0 ? 'node--error' : '';
  return (
    <div
      className={`node cat-${card.category} ${selected ? 'node--selected' : ''} ${dim ? 'node--dim' : ''} ${reuse ? 'node--reuse' : ''} ${heat ? `node--heat heat--${heat.step}` : ''} ${tone}`}
      data-instance={id}
      data-module-title={card.title}
      data-testid={`instance:${stage}:${id}`}
    >
      <div className="node__head">
        <CategoryIcon category={card.category} />
        <span className="node__names">
          <span className="node__title">{card.title}</span>
          <span className="node__id">{card.id}</span>
        </span>
        {card.errors > 0 ? (
          <span className="node__badge" title={card.problem}>
            <TriangleAlert size={12} aria-hidden="true" /> {card.errors}
          </span>
        ) : null}
      </div>
      <div className="node__params">
        <span className="node__param-list">
          {card.params.map((param) => (
            <span key={param.id} className="node__param">
              {param.label ? <span className="node__param-name">{param.label}</span> : null} {param.value}
            </span>
          ))}
        </span>
        {card.touches.map((touch) => (
          <span key={touch} className={`touch touch--${touch}`} title={`${card.id} ${TOUCHES[touch].name}`}>
            {TOUCHES[touch].short}
          </span>
        ))}
      </div>
      {card.rows.length === 0 ? (
        <div className="node__row node__row--empty" style={{ top: NODE.header, height: NODE.row }}>
          no operation
        </div>
      ) : null}
      {card.rows.map((row, index) => (
        <Row key={row.id} stage={stage} card={card} row={row} index={index} lines={lines} />
      ))}
      <div className="node__far" aria-hidden="true">
        {card.title.replace(/ \((prefill|decode)\)/, '')}
      </div>
      {heat ? <span className="node__heat">{heat.text}</span> : null}
      {reuse ? <div className="node__reuse">Reuse: adds an operation</div> : null}
    </div>
  );
});
