import type { Draft } from 'immer';
import type { Design, Endpoint, StageGraph, StageName } from '../design/types.ts';
import { moduleById } from '../modules/catalogue.ts';
import type { Edit, Refused } from './edit.ts';
import {
  draftInstance,
  findInstance,
  instanceIds,
  nextRole,
  onlyInstance,
  operationId,
  type Point,
  renameEndpoints,
} from './instances.ts';
import { uniqueName } from './naming.ts';

/** Edits of operations: what an instance does, and which instance does it (temporal reuse and spatial hardware). */

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
