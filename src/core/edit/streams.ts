import type { Design, Endpoint, StageName, Stream } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
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

/** Where a stream of an output that is already read goes through a fork, and how many copies that fork makes. */
const MOST_COPIES = 8;

/** A second reader of an output: through the fork that already follows it, or through a new one. */
export function connectThroughFork(design: Design, stage: StageName, from: Endpoint, to: Endpoint): Edit | Refused {
  const graph = design.stages[stage];
  const source = findInstance(design, stage, from.instance);
  const entry = source && moduleById(source.module);
  const present = graph.streams.find((stream) => sameEnd(stream.from, from));
  if (!source || !entry || !present)
    return { refused: `Output ${endName(from)} feeds nothing yet; connect it directly.` };
  const ids = streamIds(design, stage);
  const fork =
    entry.id === 'fork'
      ? source
      : graph.instances.find((instance) => instance.id === present.to.instance && instance.module === 'fork');
  const copies = fork ? Number(paramsOf(moduleById('fork') ?? entry, fork.params)['outputs']) : 0;
  if (fork && fork.operations.length === 1 && copies < MOST_COPIES) {
    const operation = fork.operations[0]?.id ?? 'copy';
    const free = Array.from({ length: copies }, (_, index) => `out${index}`).find(
      (port) => !graph.streams.some((stream) => sameEnd(stream.from, { instance: fork.id, operation, port })),
    );
    const end: Endpoint = { instance: fork.id, operation, port: free ?? `out${copies}` };
    return {
      label: `Fork ${from.operation} to ${to.operation}`,
      recipe: (draft) => {
        const stageGraph = draft.stages[stage];
        const target = stageGraph.instances.find((instance) => instance.id === fork.id);
        if (target && !free) target.params['outputs'] = copies + 1;
        stageGraph.streams.push({ id: streamId(end, to, ids), from: { ...end }, to: { ...to } });
      },
    };
  }
  const id = uniqueName(
    `fork_${from.port === 'out' ? from.operation : `${from.operation}_${from.port}`}`,
    new Set(graph.instances.map((instance) => instance.id)),
  );
  const input: Endpoint = { instance: id, operation: 'copy', port: 'in' };
  const outputs: Endpoint[] = [0, 1].map((index) => ({ instance: id, operation: 'copy', port: `out${index}` }));
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
        module: 'fork',
        params: { outputs: 2 },
        operations: [{ id: 'copy', role: 'copy' }],
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
