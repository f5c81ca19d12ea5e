import type { Endpoint, Instance, StageGraph } from '../design/types.ts';
import { legalValues, nearText } from '../modules/choices.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { DesignContext, RoleSpec } from '../modules/types.ts';
import { found } from './diagnostics.ts';
import { memoryOf, type Resolution } from './reuse.ts';
import type { DesignProblem, ResolvedInstance, ResolvedOperation, ResolvedStream } from './types.ts';

/** Operations by their keys, in the order of the graph, with the streams between them. */
export interface Wiring {
  readonly operations: ReadonlyMap<string, ResolvedOperation>;
  readonly streams: readonly ResolvedStream[];
}

/** Looks an instance up in the catalogue and checks its parameters; undefined where it cannot stand in the stage. */
function lookUp(instance: Instance, context: DesignContext, problems: DesignProblem[]): Resolution | undefined {
  const { stage } = context;
  const at = { stage, instance: instance.id };
  const entry = moduleById(instance.module);
  if (!entry) {
    problems.push({ ...found('module-unknown', { instance: instance.id, module: instance.module }), ...at });
    return undefined;
  }
  if (!entry.stages.includes(stage)) {
    const { title: module, stages } = entry;
    problems.push({ ...found('module-of-other-stage', { module, instance: instance.id, stages, stage }), ...at });
    return undefined;
  }
  const params = paramsOf(entry, instance.params);
  const roles = instance.operations.map((operation) => operation.role);
  for (const param of entry.params) {
    const value = params[param.id];
    // Where there are none the entry refuses the instance as a whole; inference reports why.
    const choices = legalValues(param, context, params, roles);
    if (!choices || (value !== undefined && choices.includes(value))) continue;
    const near = nearText(choices, value ?? 0, 6);
    problems.push({
      ...found('parameter-illegal', { label: param.label, instance: instance.id, value, near }),
      ...at,
      param: param.id,
    });
  }
  for (const key of Object.keys(instance.params)) {
    if (!entry.params.some((param) => param.id === key)) {
      problems.push({
        ...found('parameter-unknown', { instance: instance.id, parameter: key, module: entry.title }),
        ...at,
        param: key,
      });
    }
  }
  if (instance.operations.length === 0) {
    problems.push({ ...found('operations-missing', { instance: instance.id }), ...at });
  }
  const operations: Resolution['operations'][number][] = [];
  const known = entry.roles(context);
  const seen = new Set<string>();
  for (const operation of instance.operations) {
    if (seen.has(operation.id)) {
      problems.push({
        ...found('operation-name-taken', { instance: instance.id, operation: operation.id }),
        ...at,
        operation: operation.id,
      });
      continue;
    }
    seen.add(operation.id);
    const role: RoleSpec | undefined = known.find((candidate) => candidate.role === operation.role);
    if (!role) {
      const roles = known.map((candidate) => candidate.role);
      problems.push({
        ...found('role-impossible', { module: entry.title, role: operation.role, stage, roles }),
        ...at,
        operation: operation.id,
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
  problems: DesignProblem[],
): ResolvedInstance | undefined {
  const memory = memoryOf(instance, context);
  if (!memory.resolved) {
    const own: DesignProblem[] = [];
    memory.resolved = { resolution: lookUp(instance, context, own), problems: own };
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
export function resolveInstances(
  graph: StageGraph,
  context: DesignContext,
  problems: DesignProblem[],
): ResolvedInstance[] {
  const instances: ResolvedInstance[] = [];
  const ids = new Set<string>();
  for (const instance of graph.instances) {
    if (ids.has(instance.id)) {
      problems.push({
        ...found('instance-name-taken', { instance: instance.id }),
        stage: context.stage,
        instance: instance.id,
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
  problems: DesignProblem[],
): Wiring {
  const operations = new Map<string, ResolvedOperation>();
  for (const resolved of instances)
    for (const operation of resolved.operations) operations.set(operation.key, operation);
  const streams: ResolvedStream[] = [];
  const find = (endpoint: Endpoint, direction: 'inputs' | 'outputs', stream: string): ResolvedOperation | undefined => {
    const operation = operations.get(`${endpoint.instance}/${endpoint.operation}`);
    const ports = operation && (direction === 'inputs' ? operation.owner.entry.inputs : operation.owner.outputs);
    if (operation && ports?.some((port) => port.id === endpoint.port)) return operation;
    const end = `${endpoint.instance}/${endpoint.operation}.${endpoint.port}`;
    problems.push({
      ...found('stream-end-missing', { way: direction === 'inputs' ? 'to' : 'from', end }),
      stage,
      stream,
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
      least: 1,
    };
    if (from.outgoing.has(stream.from.port)) {
      problems.push({
        ...found('output-shared', { port: stream.from.port, operation: from.key }),
        stage,
        stream: stream.id,
        instance: from.owner.instance.id,
        operation: from.operation.id,
        port: stream.from.port,
      });
      continue;
    }
    if (to.incoming.has(stream.to.port)) {
      problems.push({
        ...found('input-shared', { port: stream.to.port, operation: to.key }),
        stage,
        stream: stream.id,
        instance: to.owner.instance.id,
        operation: to.operation.id,
        port: stream.to.port,
      });
      continue;
    }
    from.outgoing.set(stream.from.port, resolved);
    to.incoming.set(stream.to.port, resolved);
    streams.push(resolved);
  }

  for (const operation of operations.values()) {
    const at = { stage, instance: operation.owner.instance.id, operation: operation.operation.id };
    for (const port of operation.owner.entry.inputs) {
      if (!operation.incoming.has(port.id))
        problems.push({
          ...found('input-open', { port: port.label, operation: operation.key }),
          ...at,
          port: port.id,
        });
    }
    for (const port of operation.owner.outputs) {
      if (!operation.outgoing.has(port.id))
        problems.push({
          ...found('output-open', { port: port.label, operation: operation.key }),
          ...at,
          port: port.id,
        });
    }
  }
  return { operations, streams };
}
