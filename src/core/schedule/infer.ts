import { inputLabel } from '../modules/catalogue.ts';
import { elementName } from '../modules/common.ts';
import { type DesignContext, Refusal, type StreamType } from '../modules/types.ts';
import { keepTypes, recallTypes } from './reuse.ts';
import { found } from './diagnostics.ts';
import type { DesignProblem, ResolvedInstance, ResolvedOperation } from './types.ts';

/** Operations so that producers come before consumers; reports cycles and leaves their operations out. */
export function topologicalOrder(
  operations: ReadonlyMap<string, ResolvedOperation>,
  stage: DesignContext['stage'],
  problems: DesignProblem[],
): ResolvedOperation[] {
  const waiting = new Map<ResolvedOperation, number>();
  for (const operation of operations.values()) waiting.set(operation, operation.incoming.size);
  const ready = [...waiting].filter(([, count]) => count === 0).map(([operation]) => operation);
  const order: ResolvedOperation[] = [];
  for (let operation = ready.shift(); operation; operation = ready.shift()) {
    order.push(operation);
    for (const stream of operation.outgoing.values()) {
      const left = (waiting.get(stream.to) ?? 0) - 1;
      waiting.set(stream.to, left);
      if (left === 0) ready.push(stream.to);
    }
  }
  if (order.length < waiting.size) {
    const done = new Set(order);
    const stuck = [...waiting.keys()].filter((operation) => !done.has(operation));
    const first = stuck[0];
    if (first) {
      problems.push({
        ...found('cycle', { operations: stuck.slice(0, 6).map(({ key }) => key) }),
        stage,
        instance: first.owner.instance.id,
        operation: first.operation.id,
      });
    }
  }
  return order;
}

const typeText = (type: StreamType): string =>
  `${type.tensor} (${elementName(type.element)}, ${type.lanes} lanes${type.order === 'tokens' ? '' : `, ${type.order}`})`;

/** Derives the types of all streams; what an entry refuses becomes a problem at the operation and port. */
export function inferTypes(
  order: readonly ResolvedOperation[],
  context: DesignContext,
  problems: DesignProblem[],
): void {
  const { stage } = context;
  for (const operation of order) {
    if (recallTypes(operation)) {
      for (const [port, stream] of operation.outgoing) stream.type = operation.outputs[port];
      continue;
    }
    const at = { stage, instance: operation.owner.instance.id, operation: operation.operation.id };
    let complete = true;
    for (const [port, stream] of operation.incoming) {
      if (!stream.type) {
        complete = false;
        continue;
      }
      operation.inputs[port] = stream.type;
      const expected = operation.role.inputs[port];
      if (expected && stream.type.tensor !== expected) {
        complete = false;
        const label = inputLabel(operation.owner.entry, port);
        problems.push({
          ...found('tensor-differs', {
            port: label,
            operation: operation.key,
            needs: expected,
            gets: stream.type.tensor,
          }),
          ...at,
          port,
          stream: stream.stream.id,
        });
      }
      const scales = stream.type.extent.kind === 'scales';
      const carries = operation.owner.entry.inputs.find(({ id }) => id === port)?.carries;
      if (carries !== 'any' && scales !== (carries === 'scales')) {
        complete = false;
        problems.push({
          ...found(scales ? 'data-expected' : 'scales-expected', { port, operation: operation.key }),
          ...at,
          port,
          stream: stream.stream.id,
        });
      }
    }
    if (!complete || operation.incoming.size < operation.owner.entry.inputs.length) continue;
    try {
      const { entry, params, operations } = operation.owner;
      const roles = operations.map((other) => other.operation.role);
      keepTypes(operation, entry.infer(context, params, operation.operation.role, operation.inputs, roles));
      for (const [port, stream] of operation.outgoing) stream.type = operation.outputs[port];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const stream = error.port ? operation.incoming.get(error.port)?.stream.id : undefined;
      problems.push({
        ...error.finding,
        message: `'${operation.key}': ${error.message}`,
        ...at,
        ...(error.port ? { port: error.port } : {}),
        ...(error.param ? { param: error.param } : {}),
        ...(stream ? { stream } : {}),
      });
    }
  }
}

/** All operations of an instance use the same wires, so their streams must have the same elements, lanes and order. */
export function checkSharing(
  instances: readonly ResolvedInstance[],
  stage: DesignContext['stage'],
  problems: DesignProblem[],
): void {
  for (const resolved of instances) {
    const [first, ...rest] = resolved.operations;
    if (!first) continue;
    for (const other of rest) {
      for (const direction of ['inputs', 'outputs'] as const) {
        for (const [port, type] of Object.entries(first[direction])) {
          const theirs = other[direction][port];
          if (!theirs) continue;
          if (
            elementName(type.element) !== elementName(theirs.element) ||
            type.lanes !== theirs.lanes ||
            type.order !== theirs.order ||
            (type.extent.kind === 'scales') !== (theirs.extent.kind === 'scales')
          ) {
            problems.push({
              ...found('sharing-differs', {
                first: first.key,
                operation: other.key,
                own: other.operation.id,
                port,
                forms: [typeText(type), typeText(theirs)],
              }),
              stage,
              instance: resolved.instance.id,
              operation: other.operation.id,
              port,
            });
          }
        }
      }
    }
  }
}
