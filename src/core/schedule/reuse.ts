/**
 * What stays the same from one edit to the next. Documents are immutable: an edit replaces the objects on the way to what
 * it changes and keeps all others. So results are kept by the instance (or graph) they were derived from, and hold as
 * long as everything else they depend on is the same object: the context of the design and the types at the inputs.
 */

import { BoundedCache, cached, emptyCache } from '../design/cache.ts';
import type { Instance, Operation } from '../design/types.ts';
import { callWithoutUltra, type Hardware, withoutUltra } from '../modules/hardware.ts';
import type {
  DesignContext,
  InstanceContext,
  ModuleEntry,
  OperationContext,
  PortSpec,
  RoleSpec,
  StreamType,
  Structure,
} from '../modules/types.ts';
import type { DesignProblem, ResolvedInstance, ResolvedOperation } from './types.ts';

/** An instance looked up in the catalogue: what does not depend on its streams. */
export interface Resolution {
  readonly entry: ModuleEntry;
  readonly params: Instance['params'];
  readonly outputs: readonly PortSpec[];
  readonly operations: readonly { readonly key: string; readonly operation: Operation; readonly role: RoleSpec }[];
}

interface Inferred {
  readonly ports: readonly string[];
  readonly inputs: Record<string, StreamType>;
  readonly outputs: Record<string, StreamType>;
}

/** What analyses have found out about an instance in one context. */
export interface InstanceMemory {
  readonly instance: Instance;
  resolved: { readonly resolution: Resolution | undefined; readonly problems: readonly DesignProblem[] } | undefined;
  /** Types by operation, as last inferred. */
  readonly inferred: Map<string, Inferred>;
  context: InstanceContext | undefined;
  structure: Structure | undefined;
  hardware: Hardware | undefined;
  /** What later steps keep as long as the context stays (design/cache.ts). */
  cache: Map<unknown, unknown>;
}

/** The memories of the last analyses in a context, by the name of the instance. */
const memories = cached((_: DesignContext) => new BoundedCache<string, InstanceMemory>(8192));

/** The memory of an instance; a new one when it is another object than before, or the context is another. */
export function memoryOf(instance: Instance, design: DesignContext): InstanceMemory {
  const known = memories(design);
  let memory = known.get(instance.id);
  if (memory?.instance !== instance) {
    memory = {
      instance,
      resolved: undefined,
      inferred: new Map(),
      context: undefined,
      structure: undefined,
      hardware: undefined,
      cache: emptyCache(),
    };
    known.set(instance.id, memory);
  }
  return memory;
}

/** One object for all equal stream types, so that a type that is inferred anew and equal counts as unchanged. */
const types = new BoundedCache<string, StreamType>(4096);

function shared(type: StreamType): StreamType {
  const { tensor, element, lanes, order, extent } = type;
  const key = `${tensor} ${element.kind === 'float' ? 'f' : `${element.signed}${element.bits}`} ${lanes} ${order} ${extent.kind} ${extent.kind === 'channels' ? extent.channels : extent.kind === 'keys' ? extent.heads : 0}`;
  const known = types.get(key);
  if (known) return known;
  types.set(key, type);
  return type;
}

/** Sets the types of an operation as they were last inferred, if the types at its inputs are the same. */
export function recallTypes(operation: ResolvedOperation): boolean {
  const known = operation.owner.memory.inferred.get(operation.operation.id);
  if (known?.ports.length !== operation.incoming.size) return false;
  for (const port of known.ports) if (operation.incoming.get(port)?.type !== known.inputs[port]) return false;
  operation.inputs = known.inputs;
  operation.outputs = known.outputs;
  return true;
}

/** Sets the types at the outputs of an operation; those at its inputs are set. */
export function keepTypes(operation: ResolvedOperation, found: Readonly<Record<string, StreamType>>): void {
  const outputs: Record<string, StreamType> = {};
  for (const port of Object.keys(found)) outputs[port] = shared(found[port] as StreamType);
  operation.outputs = outputs;
  operation.owner.memory.inferred.set(operation.operation.id, {
    ports: Object.keys(operation.inputs),
    inputs: operation.inputs,
    outputs,
  });
}

/** An instance as its module sees it; the same object while nothing changes for it. */
export function contextOf(design: DesignContext, resolved: ResolvedInstance): InstanceContext {
  const { memory, operations } = resolved;
  const known = memory.context;
  if (
    known &&
    known.operations.length === operations.length &&
    operations.every(
      ({ inputs, outputs }, index) =>
        known.operations[index]?.inputs === inputs && known.operations[index].outputs === outputs,
    )
  )
    return known;
  memory.structure = undefined;
  memory.hardware = undefined;
  memory.cache = emptyCache();
  memory.context = {
    design,
    params: resolved.params,
    operations: operations.map(({ operation, inputs, outputs }) => ({
      id: operation.id,
      role: operation.role,
      inputs,
      outputs,
    })),
  };
  return memory.context;
}

/** An operation as its module sees it, in the context of its instance. */
export function operationIn(instance: InstanceContext, operation: ResolvedOperation): OperationContext {
  return instance.operations[operation.index] as OperationContext;
}

/** Arrays where the tools keep them. */
const placed = (design: DesignContext, structure: Structure): Structure =>
  design.ultra
    ? structure
    : {
        ...structure,
        processes: structure.processes.map((process) => ({ ...process, call: callWithoutUltra(process.call) })),
      };

/** Processes, wires and memories of an instance; the module may refuse. */
export function structureOf(design: DesignContext, resolved: ResolvedInstance): Structure {
  const context = contextOf(design, resolved);
  resolved.memory.structure ??= placed(design, resolved.entry.structure(context));
  return resolved.memory.structure;
}

/** What an instance is built of. */
export function componentsOf(design: DesignContext, resolved: ResolvedInstance): Hardware {
  const context = contextOf(design, resolved);
  resolved.memory.hardware ??= design.ultra
    ? resolved.entry.hardware(context)
    : withoutUltra(resolved.entry.hardware(context));
  return resolved.memory.hardware;
}
