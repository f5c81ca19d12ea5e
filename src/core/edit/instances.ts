import type { Draft } from 'immer';
import type { Design, Endpoint, Instance, Operation, StageGraph, StageName } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { ModuleEntry, RoleSpec } from '../modules/types.ts';
import { layoutGraph } from '../templates/layout.ts';
import { type Edit, type Refused, selectedCount, type Selection } from './edit.ts';
import { nameProblem, uniqueName } from './naming.ts';

export type Point = Instance['position'];

export const instanceIds = (graph: StageGraph): Set<string> => new Set(graph.instances.map((instance) => instance.id));
export const onlyInstance = (stage: StageName, id: string): Selection => ({ stage, instances: [id], streams: [] });

export function findInstance(design: Design, stage: StageName, id: string): Instance | undefined {
  return design.stages[stage].instances.find((instance) => instance.id === id);
}

/** The roles that a module can take in a stage of this design. */
export function rolesOf(design: Design, stage: StageName, entry: ModuleEntry): readonly RoleSpec[] {
  return entry.roles({ stage, recipe: design.recipe });
}

/** The role a new operation takes: one that nothing in the stage does yet, else one that the instance does not do. */
export function nextRole(design: Design, stage: StageName, entry: ModuleEntry, on?: Instance): string | undefined {
  const roles = rolesOf(design, stage, entry).map((role) => role.role);
  const inStage = new Set(
    design.stages[stage].instances
      .filter((instance) => instance.module === entry.id)
      .flatMap((instance) => instance.operations.map((operation) => operation.role)),
  );
  const here = new Set(on?.operations.map((operation) => operation.role));
  return roles.find((role) => !inStage.has(role)) ?? roles.find((role) => !here.has(role)) ?? roles[0];
}

/** The name of a new operation of a role. */
export const operationId = (role: string, operations: readonly Operation[]): string =>
  uniqueName(role, new Set(operations.map((operation) => operation.id)));

/** An instance of a draft. */
export function draftInstance(draft: Draft<Design>, stage: StageName, id: string): Draft<Instance> | undefined {
  return draft.stages[stage].instances.find((instance) => instance.id === id);
}

/** A new instance of a module with its first operation. */
export function addInstance(
  design: Design,
  stage: StageName,
  module: string,
  position: Point,
  role?: string,
): Edit | Refused {
  const entry = moduleById(module);
  if (!entry) return { refused: `There is no module '${module}' in the catalogue.` };
  if (!entry.stages.includes(stage))
    return { refused: `${entry.title} belongs on the ${entry.stages.join(' and ')} canvas, not on ${stage}.` };
  const id = uniqueName(entry.id, instanceIds(design.stages[stage]));
  const first = role ?? nextRole(design, stage, entry);
  const at = { x: Math.round(position.x / 8) * 8, y: Math.round(position.y / 8) * 8 };
  return {
    label: `Add ${entry.title}`,
    select: onlyInstance(stage, id),
    recipe: (draft) => {
      draft.stages[stage].instances.push({
        id,
        module: entry.id,
        params: { ...paramsOf(entry, {}) },
        operations: first === undefined ? [] : [{ id: operationId(first, []), role: first }],
        position: at,
      });
    },
  };
}

/** Removes instances with their streams, streams, and notes. */
export function removeSelection(_design: Design, selection: Selection): Edit | Refused {
  const instances = new Set(selection.instances);
  const streams = new Set(selection.streams);
  const notes = new Set(selection.notes);
  const count = selectedCount(selection);
  if (count === 0) return { refused: 'Nothing is selected; select instances, streams or notes first.' };
  const [only] = [...instances, ...streams];
  return {
    label: count === 1 ? `Delete ${instances.size ? only : streams.size ? 'stream' : 'note'}` : `Delete ${count} items`,
    select: { stage: selection.stage, instances: [], streams: [] },
    recipe: (draft) => {
      const graph = draft.stages[selection.stage];
      graph.instances = graph.instances.filter((instance) => !instances.has(instance.id));
      graph.streams = graph.streams.filter(
        (stream) =>
          !streams.has(stream.id) && !instances.has(stream.from.instance) && !instances.has(stream.to.instance),
      );
      if (graph.notes) graph.notes = graph.notes.filter((note) => !notes.has(note.id));
    },
  };
}

/** Changes all ends of streams of a stage. */
export function renameEndpoints(graph: Draft<StageGraph>, change: (end: Draft<Endpoint>) => void): void {
  for (const stream of graph.streams) {
    change(stream.from);
    change(stream.to);
  }
}

/** Renames an instance; its streams follow. */
export function renameInstance(design: Design, stage: StageName, from: string, to: string): Edit | Refused {
  const taken = instanceIds(design.stages[stage]);
  taken.delete(from);
  const problem = nameProblem(to, taken);
  if (problem) return { refused: problem };
  return {
    label: `Rename ${from} to ${to}`,
    select: onlyInstance(stage, to),
    recipe: (draft) => {
      const found = draftInstance(draft, stage, from);
      if (!found) return;
      found.id = to;
      renameEndpoints(draft.stages[stage], (end) => {
        if (end.instance === from) end.instance = to;
      });
      for (const group of draft.stages[stage].groups ?? [])
        group.members = group.members.map((id) => (id === from ? to : id));
    },
  };
}

const NO_PLACES: ReadonlyMap<string, Point> = new Map();

function place(items: readonly { readonly id: string; position: Point }[], places: ReadonlyMap<string, Point>): void {
  for (const item of items) {
    const at = places.get(item.id);
    if (at && (Math.round(at.x) !== item.position.x || Math.round(at.y) !== item.position.y))
      item.position = { x: Math.round(at.x), y: Math.round(at.y) };
  }
}

/** Moves instances and notes to new positions, in one step. */
export function moveInstances(
  stage: StageName,
  positions: ReadonlyMap<string, Point>,
  notes: ReadonlyMap<string, Point> = NO_PLACES,
): Edit {
  const [only] = positions.keys();
  const count = positions.size + notes.size;
  return {
    label:
      count === 1 ? `Move ${only ?? 'note'}` : notes.size === 0 ? `Move ${count} instances` : `Move ${count} items`,
    recipe: (draft) => {
      place(draft.stages[stage].instances, positions);
      place(draft.stages[stage].notes ?? [], notes);
    },
  };
}

/** Places all instances of a stage along the data flow. */
export function tidy(design: Design, stage: StageName): Edit | Refused {
  const placed = layoutGraph(design.stages[stage]).instances;
  if (placed.length === 0) return { refused: `There is nothing to tidy up in ${stage} yet.` };
  return {
    ...moveInstances(stage, new Map(placed.map((instance) => [instance.id, instance.position]))),
    label: `Tidy up ${stage}`,
  };
}
