import type { Endpoint, Instance, Problem, StageGraph } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { DesignContext, RoleSpec } from '../modules/types.ts';
import { memoryOf, type Resolution } from './reuse.ts';
import type { ResolvedInstance, ResolvedOperation, ResolvedStream } from './types.ts';

/** Operations by their keys, in the order of the graph, with the streams between them. */
export interface Wiring {
  readonly operations: ReadonlyMap<string, ResolvedOperation>;
  readonly streams: readonly ResolvedStream[];
}

/** Names a few of many legal values, nearest first. */
function nearest(choices: readonly (number | string)[], value: number | string): string {
  if (typeof value !== 'number') return choices.slice(0, 6).join(', ');
  return [...choices]
    .sort((a, b) => Math.abs(Number(a) - value) - Math.abs(Number(b) - value))
    .slice(0, 4)
    .sort((a, b) => Number(a) - Number(b))
    .join(', ');
}

/** Looks an instance up in the catalogue and checks its parameters; undefined where it cannot stand in the stage. */
function lookUp(instance: Instance, context: DesignContext, problems: Problem[]): Resolution | undefined {
  const { stage } = context;
  const at = { severity: 'error', stage, instance: instance.id } as const;
  const entry = moduleById(instance.module);
  if (!entry) {
    problems.push({
      ...at,
      message: `Instance '${instance.id}' is of the module '${instance.module}', which is not in the catalogue; replace it.`,
    });
    return undefined;
  }
  if (!entry.stages.includes(stage)) {
    problems.push({
      ...at,
      message: `${entry.title} ('${instance.id}') belongs on the ${entry.stages.join(' and ')} canvas, not on ${stage}; move or delete it.`,
    });
    return undefined;
  }
  const params = paramsOf(entry, instance.params);
  const roles = instance.operations.map((operation) => operation.role);
  for (const param of entry.params) {
    const value = params[param.id];
    try {
      const choices = param.choices(context, params, roles);
      if (value === undefined || !choices.includes(value)) {
        problems.push({
          ...at,
          param: param.id,
          message: `${param.label} of '${instance.id}' cannot be ${value}; legal near it: ${nearest(choices, value ?? 0) || 'none with these parameters'}.`,
        });
      }
    } catch {
      // The entry refuses the instance as a whole; inference reports why.
    }
  }
  for (const key of Object.keys(instance.params)) {
    if (!entry.params.some((param) => param.id === key)) {
      problems.push({
        ...at,
        severity: 'warning',
        param: key,
        message: `'${instance.id}' sets '${key}', which ${entry.title} does not have; it is ignored.`,
      });
    }
  }
  if (instance.operations.length === 0) {
    problems.push({ ...at, message: `'${instance.id}' has no operation; add one or delete it.` });
  }
  const operations: Resolution['operations'][number][] = [];
  const known = entry.roles(context);
  const seen = new Set<string>();
  for (const operation of instance.operations) {
    if (seen.has(operation.id)) {
      problems.push({
        ...at,
        operation: operation.id,
        message: `'${instance.id}' has two operations named '${operation.id}'; rename one.`,
      });
      continue;
    }
    seen.add(operation.id);
    const role: RoleSpec | undefined = known.find((candidate) => candidate.role === operation.role);
    if (!role) {
      problems.push({
        ...at,
        operation: operation.id,
        message: `${entry.title} cannot do '${operation.role}' in ${stage} under this recipe; possible: ${known.map((candidate) => candidate.role).join(', ')}.`,
      });
      continue;
    }
    operations.push({ key: `${instance.id}/${operation.id}`, operation, role });
  }
  return { entry, params, outputs: entry.outputs(params), operations };
}

/** An instance with operations whose streams, types and passes are still to be found; problems as of the last time it was looked up. */
function resolveInstance(
  instance: Instance,
  index: number,
  context: DesignContext,
  problems: Problem[],
): ResolvedInstance | undefined {
  const memory = memoryOf(instance, context);
  if (!memory.resolved) {
    const found: Problem[] = [];
    memory.resolved = { resolution: lookUp(instance, context, found), problems: found };
  }
  const { resolution } = memory.resolved;
  for (const problem of memory.resolved.problems) problems.push(problem);
  if (!resolution) return undefined;
  const { entry, params, outputs } = resolution;
  const resolved: ResolvedInstance = { index, instance, entry, params, outputs, operations: [], memory };
  resolution.operations.forEach(({ key, operation, role }, place) => {
    resolved.operations.push({
      key,
      index: place,
      operation,
      owner: resolved,
      role,
      incoming: new Map(),
      outgoing: new Map(),
      inputs: {},
      outputs: {},
      section: 'layer',
      pass: -1,
      place: -1,
    });
  });
  return resolved;
}

/** Looks up modules and roles; reports what does not exist, and names that are taken. */
export function resolveInstances(graph: StageGraph, context: DesignContext, problems: Problem[]): ResolvedInstance[] {
  const instances: ResolvedInstance[] = [];
  const ids = new Set<string>();
  for (const instance of graph.instances) {
    if (ids.has(instance.id)) {
      problems.push({
        severity: 'error',
        stage: context.stage,
        instance: instance.id,
        message: `Two instances are named '${instance.id}'; rename one.`,
      });
      continue;
    }
    ids.add(instance.id);
    const resolved = resolveInstance(instance, instances.length, context, problems);
    if (resolved) instances.push(resolved);
  }
  return instances;
}

/** Connects streams to the operations at their ends; reports ends that do not exist, are connected twice or not at all. */
export function wire(
  graph: StageGraph,
  instances: readonly ResolvedInstance[],
  { stage }: DesignContext,
  problems: Problem[],
): Wiring {
  const operations = new Map<string, ResolvedOperation>();
  for (const resolved of instances)
    for (const operation of resolved.operations) operations.set(operation.key, operation);
  const streams: ResolvedStream[] = [];
  const find = (endpoint: Endpoint, direction: 'inputs' | 'outputs', stream: string): ResolvedOperation | undefined => {
    const operation = operations.get(`${endpoint.instance}/${endpoint.operation}`);
    const ports = operation && (direction === 'inputs' ? operation.owner.entry.inputs : operation.owner.outputs);
    if (operation && ports?.some((port) => port.id === endpoint.port)) return operation;
    problems.push({
      severity: 'error',
      stage,
      stream,
      message: `A stream ${direction === 'inputs' ? 'leads to' : 'comes from'} '${endpoint.instance}/${endpoint.operation}.${endpoint.port}', which does not exist; delete or reconnect it.`,
    });
    return undefined;
  };
  for (const stream of graph.streams) {
    const from = find(stream.from, 'outputs', stream.id);
    const to = find(stream.to, 'inputs', stream.id);
    if (!from || !to) continue;
    const resolved: ResolvedStream = {
      index: streams.length,
      stream,
      from,
      to,
      type: undefined,
      kind: 'fifo',
      depth: 2,
    };
    if (from.outgoing.has(stream.from.port)) {
      problems.push({
        severity: 'error',
        stage,
        stream: stream.id,
        instance: from.owner.instance.id,
        operation: from.operation.id,
        port: stream.from.port,
        message: `Output '${stream.from.port}' of '${from.key}' feeds two streams, but hardware streams have one reader; insert a fork.`,
      });
      continue;
    }
    if (to.incoming.has(stream.to.port)) {
      problems.push({
        severity: 'error',
        stage,
        stream: stream.id,
        instance: to.owner.instance.id,
        operation: to.operation.id,
        port: stream.to.port,
        message: `Input '${stream.to.port}' of '${to.key}' is fed by two streams; remove one.`,
      });
      continue;
    }
    from.outgoing.set(stream.from.port, resolved);
    to.incoming.set(stream.to.port, resolved);
    streams.push(resolved);
  }

  for (const operation of operations.values()) {
    const at = {
      severity: 'error',
      stage,
      instance: operation.owner.instance.id,
      operation: operation.operation.id,
    } as const;
    for (const port of operation.owner.entry.inputs) {
      if (!operation.incoming.has(port.id))
        problems.push({
          ...at,
          port: port.id,
          message: `Nothing is connected to input '${port.label}' of '${operation.key}'; connect a stream to it.`,
        });
    }
    for (const port of operation.owner.outputs) {
      if (!operation.outgoing.has(port.id))
        problems.push({
          ...at,
          port: port.id,
          message: `Output '${port.label}' of '${operation.key}' leads nowhere, so its data would block the hardware; connect it.`,
        });
    }
  }
  return { operations, streams };
}
