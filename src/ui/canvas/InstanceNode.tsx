import { isPlainPort } from '../../core/modules/catalogue.ts';
import { type NodeProps, useStore, useStoreApi } from '@xyflow/react';
import { GripVertical } from 'lucide-react';
import { memo } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { NODE } from '../../core/templates/layout.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { useHeatOf } from './heat-store.ts';
import { countDrawing } from '../state/counters.ts';
import { useComposer } from '../state/app-store.ts';
import { cardsOf, type InstanceCard, type PortCard, type RowCard, type Touch } from '../drawing/cards.ts';
import { BLOCK, FAR } from './far.ts';
import { type InstanceNode as FlowNode, portTop } from '../drawing/flow.ts';
import { operationText } from '../actions/module-drop.ts';
import { titleInStage } from '../words/names.ts';
import { NodeBadge } from './NodeBadge.tsx';
import { LostPorts, MemoryPorts, Port } from './Port.tsx';
import { useCanvasSession } from '../drawing/session.ts';
import { shareWords, useSharesOf } from './shares-store.ts';

const TOUCHES: Readonly<Record<Touch, { readonly short: string; readonly name: string }>> = {
  weights: { short: 'W', name: 'reads weights or tables from memory' },
  hidden: { short: 'H', name: 'touches the hidden state in memory' },
  k_cache: { short: 'K', name: 'touches the K cache' },
  v_cache: { short: 'V', name: 'touches the V cache' },
  tokens: { short: 'T', name: 'reads tokens' },
  next_token: { short: 'M', name: 'touches memory' },
  memories: { short: 'S', name: 'touches the memory of segments' },
};

/** Lines of port labels that every row takes. */
const linesOf = (card: InstanceCard): number =>
  Math.max(1, ...card.rows.map((row) => Math.max(row.inputs.length, row.outputs.length)));

/** What an operation is dragged by: onto another instance of its kind, or onto empty canvas. Menus and the inspector do the same. */
function Grip({
  stage,
  card,
  operation,
}: {
  readonly stage: StageName;
  readonly card: InstanceCard;
  readonly operation: string;
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for pointers; menu, inspector and outline do it by key
    <span
      className="node__grip nodrag nopan"
      draggable
      title={`Drag ${operation} onto another instance of this kind to reuse that one, or onto empty canvas to give it its own`}
      data-testid={`grip:${card.id}:${operation}`}
      onDragStart={(event) => {
        event.stopPropagation();
        event.dataTransfer.setData('text/plain', operationText({ stage, instance: card.id, operation }));
        event.dataTransfer.effectAllowed = 'copy';
        useCanvasSession.setState({ module: card.module });
      }}
      onDragEnd={() => useCanvasSession.setState({ module: undefined, reuse: undefined })}
    >
      <GripVertical size={12} aria-hidden="true" />
    </span>
  );
}

function Row({
  stage,
  card,
  row,
  index,
  lines,
}: {
  readonly stage: StageName;
  readonly card: InstanceCard;
  readonly row: RowCard;
  readonly index: number;
  readonly lines: number;
}) {
  const base = NODE.header + index * (lines * NODE.row + NODE.gap);
  const named = (port: PortCard, count: number): boolean => count > 1 || !isPlainPort(port.id);
  return (
    <div
      className={`node__row ${row.problem ? 'node__row--problem' : ''}`}
      data-operation={row.id}
      style={{ top: base, height: lines * NODE.row }}
    >
      <span className="node__ports">
        {row.inputs.map((port) => (
          <span key={port.id} className="node__port-label">
            {named(port, row.inputs.length) ? port.label : ''}
          </span>
        ))}
      </span>
      <Grip stage={stage} card={card} operation={row.id} />
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
            {port.lanes === undefined ? null : <span className="node__lanes">×{port.lanes}</span>}
          </span>
        ))}
      </span>
    </div>
  );
}

/** All ports of a card. */
function Ports({ stage, card }: { readonly stage: StageName; readonly card: InstanceCard }) {
  const lines = linesOf(card);
  return card.rows.flatMap((row, index) =>
    (['input', 'output'] as const).flatMap((direction) =>
      (direction === 'input' ? row.inputs : row.outputs).map((port, at) => (
        <Port
          key={`${row.id}${direction}${port.id}`}
          stage={stage}
          instance={card.id}
          operation={row.id}
          direction={direction}
          port={port}
          top={portTop(lines, index, at)}
        />
      )),
    ),
  );
}

/** Two thin bars at the foot of a card: its share of the stage's time, and of what there is least of on the card. */
function Bars({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const shares = useSharesOf(stage, id);
  if (!shares) return null;
  const bar = (name: 'time' | 'resource', share: number) => (
    <span className={`node__bar node__bar--${name}`}>
      <span style={{ width: `${Math.max(share > 0 ? 2 : 0, share * 100)}%` }} />
    </span>
  );
  return (
    <span
      className={shares.past ? 'node__bars past' : 'node__bars'}
      role="img"
      aria-label={shareWords(shares)}
      title={shareWords(shares)}
    >
      {bar('time', shares.time)}
      {bar('resource', shares.resource)}
    </span>
  );
}

function Details({ stage, card }: { readonly stage: StageName; readonly card: InstanceCard }) {
  const lines = linesOf(card);
  return (
    <>
      <div className="node__head">
        <ModuleGlyph glyph={card.glyph} category={card.category} size={20} />
        <span className="node__names">
          <span className="node__title">{card.title}</span>
          <span className="node__id">{card.id}</span>
        </span>
        <NodeBadge errors={card.errors} title={card.problem} />
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
      <Bars stage={stage} id={card.id} />
    </>
  );
}

/** Wires are measured from the document when a node appears; in a block nothing else of a port could be read or hit. */
function PlacesOfPorts({ node }: { readonly node: string }) {
  const handles = useStoreApi().getState().nodeLookup.get(node)?.internals.userNode.handles;
  return handles?.map(({ id, type, position, x, y, width, height }) => (
    <i
      key={`${type} ${id}`}
      className={type}
      data-handleid={id}
      data-handlepos={position}
      style={{ left: x, top: y, width, height }}
    />
  ));
}

/** One piece of hardware: module, name, parameters, and a row with ports for each of its operations. From far away only its title. */
export const InstanceNode = memo(function InstanceNode({ id, data, selected, height }: NodeProps<FlowNode>) {
  const { stage } = data;
  const card = useComposer((state) => cardsOf(state.design, stage).instances.get(id));
  const dim = useComposer(
    (state) => state.mark?.stage === stage && !card?.rows.some((row) => row.pass === state.mark?.index),
  );
  const reuse = useCanvasSession((state) => state.reuse === `${stage}/${id}`);
  const level = useStore((state) => (state.transform[2] < BLOCK ? 'block' : state.transform[2] < FAR ? 'far' : 'near'));
  const heat = useHeatOf(stage, id);
  countDrawing(stage, id);
  if (!card) return null;
  const state = `cat-${card.category} ${selected ? 'node--selected' : ''} ${dim ? 'node--dim' : ''} ${heat ? `node--heat heat--${heat.step}` : ''} ${card.errors > 0 ? 'node--error' : ''}`;
  if (level === 'block') {
    return (
      <div className={`node node--block ${state}`} data-instance={id} data-testid={`instance:${stage}:${id}`}>
        <ModuleGlyph glyph={card.glyph} category={card.category} size={64} />
        <PlacesOfPorts node={id} />
      </div>
    );
  }
  return (
    <div
      className={`node ${state} ${reuse ? 'node--reuse' : ''}`}
      data-instance={id}
      data-module-title={card.title}
      data-testid={`instance:${stage}:${id}`}
    >
      {level === 'far' ? (
        <div className="node__far">
          <ModuleGlyph glyph={card.glyph} category={card.category} size={32} />
          <span>{titleInStage(card.title)}</span>
        </div>
      ) : (
        <Details stage={stage} card={card} />
      )}
      <Ports stage={stage} card={card} />
      <MemoryPorts />
      {data.lost ? <LostPorts ids={data.lost} top={(height ?? 0) - NODE.bottom / 2} /> : null}
      {heat ? <span className="node__heat">{heat.text}</span> : null}
      {reuse ? <div className="node__reuse">Reuse: adds an operation</div> : null}
    </div>
  );
});
