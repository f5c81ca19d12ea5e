import type { Draft } from 'immer';
import type { Design, Endpoint, Instance, Operation, ParamValue, StageGraph, StageName } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import type { ModuleEntry, RoleSpec } from '../../core/modules/types.ts';
import { layoutGraph } from '../../core/templates/layout.ts';
import type { Edit, Refused, Selection } from './edit.ts';
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
  const inStage = new Set(design.stages[stage].instances.filter((instance) => instance.module === entry.id).flatMap((instance) => instance.operations.map((operation) => operation.role)));
  const here = new Set(on?.operations.map((operation) => operation.role));
  return roles.find((role) => !inStage.has(role)) ?? roles.find((role) => !here.has(role)) ?? roles[0];
}

const operationId = (role: string, operations: readonly Operation[]): string => uniqueName(role, new Set(operations.map((operation) => operation.id)));

function draftInstance(draft: Draft<Design>, stage: StageName, id: string): Draft<Instance> | undefined {
  return draft.stages[stage].instances.find((instance) => instance.id === id);
}

/** A new instance of a module with its first operation. */
export function addInstance(design: Design, stage: StageName, module: string, position: Point, role?: string): Edit | Refused {
  const entry = moduleById(module);
  if (!entry) return { refused: `There is no module '${module}' in the catalogue.` };
  if (!entry.stages.includes(stage)) return { refused: `${entry.title} belongs on the ${entry.stages.join(' and ')} canvas, not on ${stage}.` };
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
  if (found.operations.length >= 64) return { refused: `'${instance}' already has 64 operations, the most that one instance can have.` };
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

/** Removes instances with their streams, and streams. */
export function removeSelection(_design: Design, selection: Selection): Edit | Refused {
  const instances = new Set(selection.instances);
  const streams = new Set(selection.streams);
  const count = instances.size + streams.size;
  if (count === 0) return { refused: 'Nothing is selected; select instances or streams first.' };
  const [only] = [...instances, ...streams];
  return {
    label: count === 1 ? `Delete ${instances.size ? only : 'stream'}` : `Delete ${count} items`,
    select: { stage: selection.stage, instances: [], streams: [] },
    recipe: (draft) => {
      const graph = draft.stages[selection.stage];
      graph.instances = graph.instances.filter((instance) => !instances.has(instance.id));
      graph.streams = graph.streams.filter((stream) => !streams.has(stream.id) && !instances.has(stream.from.instance) && !instances.has(stream.to.instance));
    },
  };
}

/** Sets a parameter; streams from ports that no longer exist (a fork with fewer outputs) go with it. */
export function setParam(design: Design, stage: StageName, instance: string, param: string, value: ParamValue): Edit {
  const found = findInstance(design, stage, instance);
  const entry = found && moduleById(found.module);
  const ports = found && entry ? new Set(entry.outputs(paramsOf(entry, { ...found.params, [param]: value })).map((port) => port.id)) : undefined;
  return {
    label: `Set ${param} of ${instance} to ${value}`,
    merge: `param/${stage}/${instance}/${param}`,
    recipe: (draft) => {
      const target = draftInstance(draft, stage, instance);
      if (!target) return;
      target.params[param] = value;
      const graph = draft.stages[stage];
      if (ports) graph.streams = graph.streams.filter((stream) => stream.from.instance !== instance || ports.has(stream.from.port));
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
    },
  };
}

/** Gives an operation another role; a name that came from the old role follows. */
export function setRole(design: Design, stage: StageName, instance: string, operation: string, role: string): Edit {
  const found = findInstance(design, stage, instance);
  const old = found?.operations.find((other) => other.id === operation);
  const others = found?.operations.filter((other) => other.id !== operation) ?? [];
  const id = old && (operation === old.role || operation.startsWith(`${old.role}_`)) ? operationId(role, others) : operation;
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

/** Moves instances to new positions, in one step. */
export function moveInstances(stage: StageName, positions: ReadonlyMap<string, Point>): Edit {
  return {
    label: positions.size === 1 ? `Move ${[...positions.keys()][0]}` : `Move ${positions.size} instances`,
    recipe: (draft) => {
      for (const instance of draft.stages[stage].instances) {
        const at = positions.get(instance.id);
        if (at && (Math.round(at.x) !== instance.position.x || Math.round(at.y) !== instance.position.y)) instance.position = { x: Math.round(at.x), y: Math.round(at.y) };
      }
    },
  };
}

/** Places all instances of a stage along the data flow. */
export function tidy(design: Design, stage: StageName): Edit | Refused {
  const placed = layoutGraph(design.stages[stage]).instances;
  if (placed.length === 0) return { refused: `There is nothing to tidy up in ${stage} yet.` };
  return { ...moveInstances(stage, new Map(placed.map((instance) => [instance.id, instance.position]))), label: `Tidy up ${stage}` };
}

/** Copies instances and the streams between them, a little lower. */
export function duplicate(design: Design, selection: Selection): Edit | Refused {
  const graph = design.stages[selection.stage];
  const chosen = graph.instances.filter((instance) => selection.instances.includes(instance.id));
  if (chosen.length === 0) return { refused: 'No instance is selected; select what to duplicate first.' };
  const taken = instanceIds(graph);
  const names = new Map<string, string>();
  for (const instance of chosen) {
    const name = uniqueName(instance.id, taken);
    taken.add(name);
    names.set(instance.id, name);
  }
  const ids = new Set(graph.streams.map((stream) => stream.id));
  const inner = graph.streams.flatMap((stream) => {
    const from = names.get(stream.from.instance);
    const to = names.get(stream.to.instance);
    if (!from || !to) return [];
    const copy = { ...stream, from: { ...stream.from, instance: from }, to: { ...stream.to, instance: to } };
    return [{ ...copy, id: streamId(copy.from, copy.to, ids) }];
  });
  return {
    label: chosen.length === 1 ? `Duplicate ${chosen[0]?.id}` : `Duplicate ${chosen.length} instances`,
    select: { stage: selection.stage, instances: [...names.values()], streams: [] },
    recipe: (draft) => {
      const target = draft.stages[selection.stage];
      for (const instance of chosen) {
        target.instances.push({
          ...instance,
          id: names.get(instance.id) ?? instance.id,
          params: { ...instance.params },
          operations: instance.operations.map((operation) => ({ ...operation })),
          position: { x: instance.position.x + 40, y: instance.position.y + 40 },
        });
      }
      target.streams.push(...inner);
    },
  };
}

/** A stream id that is legible and not taken; it is taken afterwards. */
export function streamId(from: Endpoint, to: Endpoint, taken: Set<string>): string {
  const base = `${from.instance}.${from.operation}.${from.port}>${to.instance}.${to.operation}.${to.port}`.slice(0, 74);
  let id = base;
  for (let index = 2; taken.has(id); index += 1) id = `${base}-${index}`;
  taken.add(id);
  return id;
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
export function splitOperation(design: Design, stage: StageName, instance: string, operation: string): Edit | Refused {
  const found = findInstance(design, stage, instance);
  const moved = found?.operations.find((other) => other.id === operation);
  if (!found || !moved) return { refused: `'${instance}' has no operation '${operation}'.` };
  if (found.operations.length < 2) return { refused: `'${operation}' is the only operation of '${instance}' and has it for itself already.` };
  const id = uniqueName(`${instance}_${moved.role.replace(/_proj$/, '')}`, instanceIds(design.stages[stage]));
  return {
    label: `Give ${operation} its own instance`,
    select: onlyInstance(stage, id),
    recipe: (draft) => {
      const graph = draft.stages[stage];
      const source = draftInstance(draft, stage, instance);
      if (!source) return;
      source.operations = source.operations.filter((other) => other.id !== operation);
      graph.instances.push({ id, module: found.module, params: { ...found.params }, operations: [{ ...moved }], position: { x: found.position.x + 32, y: found.position.y + 64 + 30 * found.operations.length } });
      moveEndpoints(graph, instance, operation, id, operation);
    },
  };
}

/** Spatial to temporal: an operation moves onto another instance of its module; an instance left empty goes. */
export function moveOperation(design: Design, stage: StageName, instance: string, operation: string, to: string): Edit | Refused {
  const found = findInstance(design, stage, instance);
  const target = findInstance(design, stage, to);
  const moved = found?.operations.find((other) => other.id === operation);
  if (!found || !target || !moved) return { refused: `'${instance}' has no operation '${operation}', or '${to}' does not exist.` };
  if (found.module !== target.module || found === target) return { refused: `'${operation}' can only move to another instance of the same module.` };
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
