import type { Draft } from 'immer';
import type {
  Design,
  Endpoint,
  Instance,
  Operation,
  ParamValue,
  StageGraph,
  StageName,
} from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import type { ModuleEntry, RoleSpec } from '../../core/modules/types.ts';
import { layoutGraph } from '../../core/templates/layout.ts';
import { type Edit, type Refused, selectedCount, type Selection } from './edit.ts';
import { nameProblem, uniqueName } from './naming.ts';

type Point = Instance['position'];

const instanceIds = (graph: StageGraph): Set<string> => new Set(graph.instances.map((instance) => instance.id));
const onlyInstance = (stage: StageName, id: string): Selection => ({ stage, instances: [id], streams: [] });

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

const operationId = (role: string, operations: readonly Operation[]): string =>
  uniqueName(role, new Set(operations.map((operation) => operation.id)));

function draftInstance(draft: Draft<Design>, stage: StageName, id: string): Draft<Instance> | undefined {
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

/** Reuse: one more operation on an instance, in a pass of its own. */
export function addOperation(design: Design, stage: StageName, instance: string, role?: string): Edit | Refused {
  const found = findInstance(design, stage, instance);
  const entry = found && moduleById(found.module);
  if (!found || !entry) return { refused: `There is no instance '${instance}' in ${stage}.` };
  const chosen = role ?? nextRole(design, stage, entry, found);
  if (chosen === undefined) return { refused: `${entry.title} has no operation for ${stage} under this recipe.` };
  if (found.operations.length >= 64)
    return { refused: `'${instance}' already has 64 operations, the most that one instance can have.` };
  const id = operationId(chosen, found.operations);
  return {
    label: `Reuse ${instance} for ${chosen}`,
    select: onlyInstance(stage, instance),
    recipe: (draft) => {
      draftInstance(draft, stage, instance)?.operations.push({ id, role: chosen });
    },
  };
}

/** Removes one operation with its streams. */
export function removeOperation(_design: Design, stage: StageName, instance: string, operation: string): Edit {
  return {
    label: `Remove ${operation} from ${instance}`,
    recipe: (draft) => {
      const graph = draft.stages[stage];
      const found = draftInstance(draft, stage, instance);
      if (!found) return;
      found.operations = found.operations.filter((other) => other.id !== operation);
      const touches = (end: Endpoint): boolean => end.instance === instance && end.operation === operation;
      graph.streams = graph.streams.filter((stream) => !touches(stream.from) && !touches(stream.to));
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

/** Sets a parameter; streams from ports that no longer exist (a fork with fewer outputs) go with it. */
export function setParam(design: Design, stage: StageName, instance: string, param: string, value: ParamValue): Edit {
  const found = findInstance(design, stage, instance);
  const entry = found && moduleById(found.module);
  const ports =
    found && entry
      ? new Set(entry.outputs(paramsOf(entry, { ...found.params, [param]: value })).map((port) => port.id))
      : undefined;
  return {
    label: `Set ${param} of ${instance} to ${value}`,
    merge: `param/${stage}/${instance}/${param}`,
    recipe: (draft) => {
      const target = draftInstance(draft, stage, instance);
      if (!target) return;
      target.params[param] = value;
      const graph = draft.stages[stage];
      if (ports)
        graph.streams = graph.streams.filter(
          (stream) => stream.from.instance !== instance || ports.has(stream.from.port),
        );
    },
  };
}

function renameEndpoints(graph: Draft<StageGraph>, change: (end: Draft<Endpoint>) => void): void {
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

/** Gives an operation another role; a name that came from the old role follows. */
export function setRole(design: Design, stage: StageName, instance: string, operation: string, role: string): Edit {
  const found = findInstance(design, stage, instance);
  const old = found?.operations.find((other) => other.id === operation);
  const others = found?.operations.filter((other) => other.id !== operation) ?? [];
  const id =
    old && (operation === old.role || operation.startsWith(`${old.role}_`)) ? operationId(role, others) : operation;
  return {
    label: `Let ${instance} do ${role}`,
    recipe: (draft) => {
      const target = draftInstance(draft, stage, instance)?.operations.find((other) => other.id === operation);
      if (!target) return;
      target.role = role;
      target.id = id;
      renameEndpoints(draft.stages[stage], (end) => {
        if (end.instance === instance && end.operation === operation) end.operation = id;
      });
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

function moveEndpoints(graph: Draft<StageGraph>, from: string, operation: string, to: string, id: string): void {
  renameEndpoints(graph, (end) => {
    if (end.instance === from && end.operation === operation) {
      end.instance = to;
      end.operation = id;
    }
  });
}

/** Temporal to spatial: an operation gets hardware of its own, with the same parameters. */
export function splitOperation(
  design: Design,
  stage: StageName,
  instance: string,
  operation: string,
  at?: Point,
): Edit | Refused {
  const found = findInstance(design, stage, instance);
  const moved = found?.operations.find((other) => other.id === operation);
  if (!found || !moved) return { refused: `'${instance}' has no operation '${operation}'.` };
  if (found.operations.length < 2)
    return { refused: `'${operation}' is the only operation of '${instance}' and has it for itself already.` };
  const id = uniqueName(`${instance}_${moved.role.replace(/_proj$/, '')}`, instanceIds(design.stages[stage]));
  return {
    label: `Give ${operation} its own instance`,
    select: onlyInstance(stage, id),
    recipe: (draft) => {
      const graph = draft.stages[stage];
      const source = draftInstance(draft, stage, instance);
      if (!source) return;
      source.operations = source.operations.filter((other) => other.id !== operation);
      graph.instances.push({
        id,
        module: found.module,
        params: { ...found.params },
        operations: [{ ...moved }],
        position: at
          ? { x: Math.round(at.x / 8) * 8, y: Math.round(at.y / 8) * 8 }
          : { x: found.position.x + 32, y: found.position.y + 64 + 30 * found.operations.length },
      });
      moveEndpoints(graph, instance, operation, id, operation);
    },
  };
}

/** Spatial to temporal: an operation moves onto another instance of its module; an instance left empty goes. */
export function moveOperation(
  design: Design,
  stage: StageName,
  instance: string,
  operation: string,
  to: string,
): Edit | Refused {
  const found = findInstance(design, stage, instance);
  const target = findInstance(design, stage, to);
  const moved = found?.operations.find((other) => other.id === operation);
  if (!found || !target || !moved)
    return { refused: `'${instance}' has no operation '${operation}', or '${to}' does not exist.` };
  if (found.module !== target.module || found === target)
    return { refused: `'${operation}' can only move to another instance of the same module.` };
  const id = uniqueName(operation, new Set(target.operations.map((other) => other.id)));
  return {
    label: `Move ${operation} onto ${to}`,
    select: onlyInstance(stage, to),
    recipe: (draft) => {
      const graph = draft.stages[stage];
      draftInstance(draft, stage, to)?.operations.push({ id, role: moved.role });
      moveEndpoints(graph, instance, operation, to, id);
      const source = draftInstance(draft, stage, instance);
      if (source) source.operations = source.operations.filter((other) => other.id !== operation);
      graph.instances = graph.instances.filter((other) => other.id !== instance || other.operations.length > 0);
    },
  };
}
