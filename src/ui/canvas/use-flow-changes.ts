import type { EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useRef, useState } from 'react';
import type { Instance, StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import type { Selection } from '../state/edit.ts';
import { findInstance, moveInstances } from '../state/edits.ts';
import type { InstanceNode, Positions, StreamEdge } from './flow.ts';

const NONE: Positions = new Map();

function toggled(list: readonly string[], changes: readonly { id: string; selected: boolean }[]): string[] {
  const next = new Set(list);
  for (const change of changes) {
    if (change.selected) next.add(change.id);
    else next.delete(change.id);
  }
  return [...next];
}

/**
 * Carries React Flow's changes into the store: selection at once, positions when a drag ends, as one step of the
 * history. Until then they are kept here, and only the nodes that move get a new identity.
 */
export function useFlowChanges(stage: StageName) {
  const [dragged, setDragged] = useState<Positions>(NONE);
  const dragging = useRef<Map<string, Instance['position']>>(new Map());

  const select = useCallback(
    (kind: 'instances' | 'streams', changes: readonly { id: string; selected: boolean }[]): void => {
      if (changes.length === 0) return;
      const { selection, select: choose } = composer.getState();
      const base: Selection = selection.stage === stage ? selection : { stage, instances: [], streams: [] };
      const next = { ...base, [kind]: toggled(base[kind], changes) };
      if (selection.stage !== stage && next.instances.length + next.streams.length === 0) return;
      choose(next);
    },
    [stage],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<InstanceNode>[]): void => {
      select(
        'instances',
        changes.flatMap((change) => (change.type === 'select' ? [{ id: change.id, selected: change.selected }] : [])),
      );
      let ended = false;
      let moved = false;
      const byPointer = dragging.current.size > 0;
      for (const change of changes) {
        if (change.type !== 'position') continue;
        if (change.position) {
          dragging.current.set(change.id, change.position);
          moved = true;
        }
        if (!change.dragging) ended = true;
      }
      if (ended) {
        const { design, edit } = composer.getState();
        const positions = new Map(
          [...dragging.current].filter(([id, at]) => {
            const before = findInstance(design, stage, id)?.position;
            return before && (Math.round(before.x) !== Math.round(at.x) || Math.round(before.y) !== Math.round(at.y));
          }),
        );
        dragging.current = new Map();
        setDragged(NONE);
        if (positions.size > 0) edit(() => ({ ...moveInstances(stage, positions), ...(byPointer ? {} : { merge: `move/${stage}/${[...positions.keys()].join()}` }) }));
      } else if (moved) setDragged(new Map(dragging.current));
    },
    [select, stage],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<StreamEdge>[]): void =>
      select(
        'streams',
        changes.flatMap((change) => (change.type === 'select' ? [{ id: change.id, selected: change.selected }] : [])),
      ),
    [select],
  );

  return { dragged, onNodesChange, onEdgesChange };
}
