import { type EdgeChange, type NodeChange, useStoreApi } from '@xyflow/react';
import { useCallback, useRef } from 'react';
import { groupsOf } from '../../core/design/annotations.ts';
import type { Design, Instance, Note, StageGraph, StageName } from '../../core/design/types.ts';
import { NODE, nodeHeight } from '../../core/templates/layout.ts';
import { findGroup } from '../../core/edit/groups.ts';
import { composer } from '../state/app-store.ts';
import { duplicate } from '../../core/edit/copies.ts';
import type { Edit, Refused, Selection } from '../../core/edit/edit.ts';
import { moveInstances } from '../../core/edit/instances.ts';
import { around, type Box, foldedGroups, groupBox, membersOf } from '../drawing/boundary.ts';
import type { CanvasEdge, CanvasNode, FlowArrays, Positions } from '../drawing/flow.ts';
import { snapTo } from '../drawing/guides.ts';
import { noteNodeId, ownerOf } from '../drawing/node-ids.ts';
import { useCanvasSession } from '../drawing/session.ts';

type Point = Instance['position'];

const NONE: Positions = new Map();
/** Distance on the screen within which a dragged node is drawn to a line, in pixels. */
const REACH = 5;

function toggled(list: readonly string[], changes: readonly { id: string; selected: boolean }[]): string[] {
  const next = new Set(list);
  for (const change of changes) {
    if (change.selected) next.add(change.id);
    else next.delete(change.id);
  }
  return [...next];
}

/** Where the dragged node of a group, note or instance puts what it stands for, by node id. */
function placesOf(stage: StageName, node: string, at: Point): [string, Point][] {
  const { design } = composer.getState();
  const owner = ownerOf(node);
  if (owner.kind !== 'group') return [[node, at]];
  const graph = design.stages[stage];
  const group = findGroup(design, stage, owner.id);
  if (!group) return [];
  const from = groupBox(graph, group);
  return membersOf(graph, group).map(({ id, position }) => [
    id,
    { x: position.x + at.x - from.x, y: position.y + at.y - from.y },
  ]);
}

/** A box on the canvas that moves with what `anchor` names, which stands at `at`. */
interface Standing {
  readonly anchor: string;
  readonly at: Point;
  readonly box: Box;
}

const standing = new WeakMap<StageGraph, readonly Standing[]>();

/** Boxes of what stands on a canvas, derived once per graph: they are asked for on every move of the pointer. */
function standingOn(graph: StageGraph): readonly Standing[] {
  let all = standing.get(graph);
  if (!all) {
    const folded = foldedGroups(graph);
    const instances = graph.instances
      .filter(({ id }) => !folded.has(id))
      .map(
        (instance): Standing => ({
          anchor: instance.id,
          at: instance.position,
          box: { ...instance.position, width: NODE.width, height: nodeHeight(instance) },
        }),
      );
    const groups = [...new Set(folded.values())].flatMap((group): Standing[] => {
      const [first] = membersOf(graph, group);
      return first ? [{ anchor: first.id, at: first.position, box: groupBox(graph, group) }] : [];
    });
    const notes = (graph.notes ?? []).map(
      (note): Standing => ({ anchor: noteNodeId(note.id), at: note.position, box: { ...note.position, ...note.size } }),
    );
    all = [...instances, ...groups, ...notes];
    standing.set(graph, all);
  }
  return all;
}

/** What is dragged, drawn to the lines of what stands still. */
function snapped(
  stage: StageName,
  raw: Positions,
  reach: number,
): { readonly places: Positions; readonly guides: ReturnType<typeof snapTo>['guides'] } {
  const moving: Box[] = [];
  const still: Box[] = [];
  for (const { anchor, at, box } of standingOn(composer.getState().design.stages[stage])) {
    const to = raw.get(anchor);
    if (to) moving.push({ ...box, x: box.x + to.x - at.x, y: box.y + to.y - at.y });
    else still.push(box);
  }
  if (moving.length === 0 || still.length === 0) return { places: raw, guides: [] };
  const { by, guides } = snapTo(around(moving), still, reach);
  return { places: new Map([...raw].map(([id, at]) => [id, { x: at.x + by.x, y: at.y + by.y }])), guides };
}

const moved = (before: Point, at: Point): boolean =>
  Math.round(before.x) !== Math.round(at.x) || Math.round(before.y) !== Math.round(at.y);

/** Copies of what was dragged, where it was let go. */
function copied(design: Design, stage: StageName, instances: Positions, notes: Positions): Edit | Refused {
  const graph = design.stages[stage];
  const away = (items: readonly (Instance | Note)[], places: Positions): Point | undefined => {
    const item = items.find(({ id }) => places.has(id));
    const to = item && places.get(item.id);
    return item && to ? { x: to.x - item.position.x, y: to.y - item.position.y } : undefined;
  };
  const by = away(graph.instances, instances) ?? away(graph.notes ?? [], notes);
  return duplicate(design, { stage, instances: [...instances.keys()], streams: [], notes: [...notes.keys()] }, by);
}

/**
 * Carries React Flow's changes into the store: selection at once, positions when a drag ends, as one step of the
 * history. Until then they are kept here and shown by React Flow's own store: only what moves, and its wires, is
 * rendered, not the canvas around it.
 */
export function useFlowChanges(stage: StageName, arrays: FlowArrays) {
  const flow = useStoreApi<CanvasNode, CanvasEdge>();
  /** What is shown elsewhere than it stands in the design. */
  const dragged = useRef<Positions>(NONE);
  const dragging = useRef<Map<string, Point>>(new Map());
  /** The drag began with the Alt key: what is dragged stays, and copies come where it is let go. */
  const copying = useRef(false);

  const select = useCallback(
    (change: (base: Selection) => Selection): void => {
      const { selection, select: choose } = composer.getState();
      const base: Selection = selection.stage === stage ? selection : { stage, instances: [], streams: [] };
      const next = change(base);
      if (selection.stage !== stage && next.instances.length + next.streams.length + (next.notes?.length ?? 0) === 0)
        return;
      choose(next);
    },
    [stage],
  );

  const show = useCallback(
    (places: Positions): void => {
      dragged.current = places;
      const { design, selection } = composer.getState();
      flow.getState().setNodes(arrays.nodes(design, selection, places));
    },
    [arrays, flow],
  );
  const guide = useCallback(
    (guides: ReturnType<typeof snapTo>['guides']): void => {
      if (guides.length > 0 || useCanvasSession.getState().guides.length > 0)
        useCanvasSession.setState({ guides: guides.map((line) => ({ ...line, stage })) });
    },
    [stage],
  );

  const finish = useCallback(
    (byPointer: boolean): void => {
      const { design, edit } = composer.getState();
      const graph = design.stages[stage];
      const places = byPointer
        ? snapped(stage, dragging.current, REACH / flow.getState().transform[2]).places
        : dragging.current;
      const changed = <Item extends { readonly id: string; readonly position: Point }>(
        items: readonly Item[],
        node: (id: string) => string,
      ) =>
        new Map(
          items.flatMap(({ id, position }) => {
            const at = places.get(node(id));
            return at && moved(position, at) ? [[id, at] as const] : [];
          }),
        );
      const instances = changed(graph.instances, (id) => id);
      const notes = changed(graph.notes ?? [], noteNodeId);
      dragging.current = new Map();
      guide([]);
      dragged.current = NONE;
      if (instances.size + notes.size > 0) {
        const merge = byPointer ? {} : { merge: `move/${stage}/${[...instances.keys(), ...notes.keys()].join()}` };
        edit((present) =>
          copying.current && byPointer
            ? copied(present, stage, instances, notes)
            : { ...moveInstances(stage, instances, notes), ...merge },
        );
      }
      // It was let go where it had been, or the edit was refused: what was dragged goes back.
      if (composer.getState().design === design) show(NONE);
    },
    [flow, stage, show, guide],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]): void => {
      const chosen = changes.flatMap((change) =>
        change.type === 'select' ? [{ ...ownerOf(change.id), selected: change.selected }] : [],
      );
      if (chosen.length > 0) {
        const { design } = composer.getState();
        const instances = chosen.flatMap(({ kind, id, selected }) =>
          kind === 'instance'
            ? [{ id, selected }]
            : kind === 'group'
              ? (groupsOf(design.stages[stage]).find((group) => group.id === id)?.members ?? []).map((member) => ({
                  id: member,
                  selected,
                }))
              : [],
        );
        const notes = chosen.filter(({ kind }) => kind === 'note');
        select((base) => ({
          ...base,
          instances: toggled(base.instances, instances),
          ...(notes.length > 0 ? { notes: toggled(base.notes ?? [], notes) } : {}),
        }));
      }
      let ended = false;
      let going = false;
      const byPointer = dragging.current.size > 0;
      for (const change of changes) {
        if (change.type !== 'position') continue;
        if (change.position) {
          for (const [id, at] of placesOf(stage, change.id, change.position)) dragging.current.set(id, at);
          going = true;
        }
        if (!change.dragging) ended = true;
      }
      if (ended) finish(byPointer);
      else if (going) {
        const { places, guides } = snapped(stage, dragging.current, REACH / flow.getState().transform[2]);
        guide(guides);
        show(places);
      }
    },
    [select, finish, show, guide, flow, stage],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<CanvasEdge>[]): void => {
      const chosen = changes.flatMap((change) =>
        change.type === 'select' ? [{ id: change.id, selected: change.selected }] : [],
      );
      if (chosen.length > 0) select((base) => ({ ...base, streams: toggled(base.streams, chosen) }));
    },
    [select],
  );

  const onDragStart = useCallback((event: { readonly altKey?: boolean }): void => {
    copying.current = event.altKey === true;
  }, []);

  return { dragged, onNodesChange, onEdgesChange, onDragStart };
}
