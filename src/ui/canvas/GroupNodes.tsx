import { type NodeProps, useUpdateNodeInternals } from '@xyflow/react';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { Group, StageName } from '../../core/design/types.ts';
import { boundaryTop } from '../drawing/boundary.ts';
import type { GroupNode } from '../drawing/flow.ts';
import { NodeBadge } from './NodeBadge.tsx';
import { LostPorts, MemoryPorts, Port } from './Port.tsx';
import { plural } from '../words/format.ts';
import { foldGroup } from '../../core/edit/annotations.ts';
import { findGroup, groupSelection } from '../../core/edit/groups.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { NODE } from '../../core/templates/layout.ts';
import { type BoundaryPort, groupCard } from '../drawing/group-card.ts';

const fold = (stage: StageName, group: Group): void =>
  void composer.getState().edit((design) => foldGroup(design, stage, group.id, !group.collapsed));

function FoldButton({ stage, group }: { readonly stage: StageName; readonly group: Group }) {
  const Glyph = group.collapsed ? ChevronRight : ChevronDown;
  return (
    <button
      type="button"
      className="group__fold nodrag"
      aria-expanded={!group.collapsed}
      aria-label={`${group.collapsed ? 'Expand' : 'Collapse'} group ${group.title}`}
      onClick={() => fold(stage, group)}
    >
      <Glyph size={14} aria-hidden="true" />
    </button>
  );
}

/** The frame around an open group: its title selects and moves all that it encloses. */
export function Frame({ data }: NodeProps<GroupNode>) {
  const { stage } = data;
  const group = useComposer((state) => findGroup(state.design, stage, data.group));
  const selected = useComposer(
    (state) =>
      state.selection.stage === stage &&
      group !== undefined &&
      group.members.every((id) => state.selection.instances.includes(id)),
  );
  if (!group) return null;
  return (
    <div
      className={`frame group--${group.colour} ${selected ? 'frame--selected' : ''}`}
      data-testid={`group:${stage}:${group.id}`}
    >
      <span className="frame__title">
        <FoldButton stage={stage} group={group} />
        <button
          type="button"
          className="frame__name"
          aria-label={`Group ${group.title}: select its ${plural(group.members.length, 'instance')}`}
          onClick={() => composer.getState().select(groupSelection(stage, group))}
          onDoubleClick={() => fold(stage, group)}
        >
          {group.title}
        </button>
      </span>
    </div>
  );
}

const Label = ({ item }: { readonly item: BoundaryPort }) => (
  <span className="folded__port" title={`${item.label} of ${item.end.instance}`}>
    {item.label}
  </span>
);

/** A collapsed group: one card with the ports that lead out of it. */
export function Folded({ id, data, selected, height }: NodeProps<GroupNode>) {
  const { stage } = data;
  // The frame whose place it takes had no ports, and streams are measured anew only on request.
  const measure = useUpdateNodeInternals();
  useEffect(() => measure(id), [id, measure]);
  const design = useComposer((state) => state.design);
  const group = findGroup(design, stage, data.group);
  const card = useMemo(() => group && groupCard(design, stage, group), [design, stage, group]);
  const dim = useComposer((state) => state.mark?.stage === stage && !card?.passes.includes(state.mark.index));
  if (!group || !card) return null;
  return (
    <div
      className={`node folded group--${group.colour} ${selected ? 'node--selected' : ''} ${dim ? 'node--dim' : ''} ${card.errors > 0 ? 'node--error' : ''}`}
      data-testid={`group:${stage}:${group.id}`}
    >
      <div className="node__head">
        <FoldButton stage={stage} group={group} />
        <span className="node__names">
          <span className="node__title">{group.title}</span>
          <span className="node__id">{plural(group.members.length, 'instance')}, collapsed</span>
        </span>
        <NodeBadge errors={card.errors} title={plural(card.errors, 'error')} />
      </div>
      <div className="node__params">
        <span className="node__param-list">
          <span className="node__param-name">{plural(card.operations, 'operation')}</span>
        </span>
        {card.passes.slice(0, 6).map((pass) => (
          <span key={pass} className="chip" title={`Works in pass ${pass}`}>
            P{pass}
          </span>
        ))}
      </div>
      <div className="folded__ports" style={{ top: NODE.header }}>
        <span>
          {card.inputs.map((item) => (
            <Label key={`${item.end.instance}/${item.end.operation}.${item.end.port}`} item={item} />
          ))}
        </span>
        <span className="folded__outputs">
          {card.outputs.map((item) => (
            <Label key={`${item.end.instance}/${item.end.operation}.${item.end.port}`} item={item} />
          ))}
        </span>
      </div>
      {(['input', 'output'] as const).flatMap((direction) =>
        (direction === 'input' ? card.inputs : card.outputs).map(({ end, port }, index) => (
          <Port
            key={`${direction}${end.instance}/${end.operation}.${end.port}`}
            stage={stage}
            instance={end.instance}
            operation={end.operation}
            direction={direction}
            port={port}
            top={boundaryTop(index)}
            boundary
          />
        )),
      )}
      <MemoryPorts />
      {data.lost ? <LostPorts ids={data.lost} top={(height ?? 0) - NODE.bottom / 2} /> : null}
      <div className="node__far" aria-hidden="true">
        {group.title}
      </div>
    </div>
  );
}
