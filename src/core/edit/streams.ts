import type { Design, Endpoint, Instance, StageName, Stream } from '../design/types.ts';
import { copierFor, isPlainPort, moduleById, paramsOf } from '../modules/catalogue.ts';
import type { ModuleEntry, PortSpec } from '../modules/types.ts';
import type { Edit, Refused } from './edit.ts';
import { streamId } from './copies.ts';
import { findInstance } from './instances.ts';
import { uniqueName } from './naming.ts';

/** Edits of streams. Whether a stream fits is the business of `connection.ts`. */

export const sameEnd = (a: Endpoint, b: Endpoint): boolean =>
  a.instance === b.instance && a.operation === b.operation && a.port === b.port;
export const endName = (end: Endpoint): string => `${end.instance}/${end.operation}.${end.port}`;

const streamIds = (design: Design, stage: StageName): Set<string> =>
  new Set(design.stages[stage].streams.map((stream) => stream.id));

/** Connects an output to an input; what was connected to the input before goes when `replace` is set. */
export function connect(design: Design, stage: StageName, from: Endpoint, to: Endpoint, replace = false): Edit {
  const stream: Stream = { id: streamId(from, to, streamIds(design, stage)), from: { ...from }, to: { ...to } };
  return {
    label: `Connect ${from.operation} to ${to.operation}`,
    recipe: (draft) => {
      const graph = draft.stages[stage];
      if (replace)
        graph.streams = graph.streams.filter((other) => !sameEnd(other.to, to) && !sameEnd(other.from, from));
      graph.streams.push({ ...stream, from: { ...stream.from }, to: { ...stream.to } });
    },
  };
}

export function disconnect(_design: Design, stage: StageName, stream: string): Edit {
  return {
    label: 'Disconnect stream',
    select: { stage, instances: [], streams: [] },
    recipe: (draft) => {
      const graph = draft.stages[stage];
      graph.streams = graph.streams.filter((other) => other.id !== stream);
    },
  };
}

/** Depth of a FIFO in vectors, or undefined to let the composer derive it. */
export function setDepth(stage: StageName, stream: string, depth: number | undefined): Edit {
  return {
    label: depth === undefined ? 'Derive the FIFO depth' : `Set the FIFO depth to ${depth}`,
    merge: `depth/${stage}/${stream}`,
    recipe: (draft) => {
      const found = draft.stages[stage].streams.find((other) => other.id === stream);
      if (!found) return;
      if (depth === undefined) delete found.depth;
      else found.depth = depth;
    },
  };
}

/** How data is carried to a later pass, or undefined to let the composer decide. */
export function setCarry(stage: StageName, stream: string, carry: 'fifo' | 'memory' | undefined): Edit {
  return {
    label:
      carry === undefined ? 'Derive the carry' : `Carry through ${carry === 'fifo' ? 'an on-chip FIFO' : 'memory'}`,
    recipe: (draft) => {
      const found = draft.stages[stage].streams.find((other) => other.id === stream);
      if (!found) return;
      if (carry === undefined) delete found.carry;
      else found.carry = carry;
    },
  };
}

/** An instance that copies a stream, with as many copies as it makes. */
interface Copier {
  readonly instance: Instance;
  readonly entry: ModuleEntry;
  /** Parameter that says how many copies it makes. */
  readonly param: string;
  readonly copies: number;
}

function copierOf(instance: Instance | undefined): Copier | undefined {
  const entry = instance && moduleById(instance.module);
  if (!instance || entry?.copies === undefined) return undefined;
  return {
    instance,
    entry,
    param: entry.copies,
    copies: Number(paramsOf(entry, instance.params)[entry.copies]),
  };
}

/** Its outputs with so many copies. */
const outputsOf = ({ entry, param }: Pick<Copier, 'entry' | 'param'>, copies: number): readonly PortSpec[] =>
  entry.outputs({ ...paramsOf(entry, {}), [param]: copies });

/** One more reader of an instance that copies: at an output that is free, or at a new one; undefined where it has no room. */
function readCopy(design: Design, stage: StageName, copier: Copier, from: Endpoint, to: Endpoint): Edit | undefined {
  const { instance, copies, param } = copier;
  const [operation] = instance.operations;
  if (!operation || instance.operations.length > 1) return undefined;
  const graph = design.stages[stage];
  const ends = outputsOf(copier, copies + 1).map(
    ({ id }): Endpoint => ({ instance: instance.id, operation: operation.id, port: id }),
  );
  const free = ends.findIndex((end) => !graph.streams.some((stream) => sameEnd(stream.from, end)));
  const end = ends[free];
  if (!end) return undefined;
  const ids = streamIds(design, stage);
  return {
    label: `Fork ${from.operation} to ${to.operation}`,
    recipe: (draft) => {
      const target = draft.stages[stage].instances.find(({ id }) => id === instance.id);
      if (target && free >= copies) target.params[param] = copies + 1;
      draft.stages[stage].streams.push({ id: streamId(end, to, ids), from: { ...end }, to: { ...to } });
    },
  };
}

/** A second reader of an output: through the fork that already follows it, or through a new one. */
export function connectThroughFork(design: Design, stage: StageName, from: Endpoint, to: Endpoint): Edit | Refused {
  const graph = design.stages[stage];
  const source = findInstance(design, stage, from.instance);
  const present = graph.streams.find((stream) => sameEnd(stream.from, from));
  if (!source || !moduleById(source.module) || !present)
    return { refused: `Output ${endName(from)} feeds nothing yet; connect it directly.` };
  const ids = streamIds(design, stage);
  const follower = graph.instances.find((instance) => instance.id === present.to.instance);
  const copier = copierOf(source) ?? copierOf(follower);
  const more = copier && readCopy(design, stage, copier, from, to);
  if (more) return more;
  const entry = copierFor(stage);
  const [role] = entry?.roles({ stage, recipe: design.recipe }) ?? [];
  const [into] = entry?.inputs ?? [];
  if (entry?.copies === undefined || !role || !into) return { refused: `No module copies a stream in ${stage}.` };
  const { id: module, copies } = entry;
  const id = uniqueName(
    `${module}_${isPlainPort(from.port) ? from.operation : `${from.operation}_${from.port}`}`,
    new Set(graph.instances.map((instance) => instance.id)),
  );
  const end = (port: string): Endpoint => ({ instance: id, operation: role.role, port });
  const input = end(into.id);
  const outputs = outputsOf({ entry, param: copies }, 2).map((port) => end(port.id));
  const reader = findInstance(design, stage, present.to.instance);
  const at = {
    x: source.position.x + (reader && reader.position.x - source.position.x > 520 ? 280 : 40),
    y: source.position.y + 130,
  };
  return {
    label: `Insert a fork behind ${from.operation}`,
    recipe: (draft) => {
      const stageGraph = draft.stages[stage];
      stageGraph.instances.push({
        id,
        module,
        params: { [copies]: 2 },
        operations: [{ id: role.role, role: role.role }],
        position: at,
      });
      stageGraph.streams = stageGraph.streams.filter((stream) => stream.id !== present.id);
      stageGraph.streams.push({ id: streamId(from, input, ids), from: { ...from }, to: { ...input } });
      [present.to, to].forEach((target, index) => {
        const out = outputs[index];
        if (out) stageGraph.streams.push({ id: streamId(out, target, ids), from: { ...out }, to: { ...target } });
      });
    },
  };
}
