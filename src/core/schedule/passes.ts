import type { Pass, ResolvedInstance, ResolvedOperation } from './types.ts';
import { SECTIONS } from './types.ts';

/** The section of every operation: that of the connected part of the graph in which it lies. */
export function assignSections(operations: readonly ResolvedOperation[]): void {
  const seen = new Set<ResolvedOperation>();
  for (const start of operations) {
    if (seen.has(start)) continue;
    const part: ResolvedOperation[] = [];
    const open = [start];
    seen.add(start);
    for (let operation = open.pop(); operation; operation = open.pop()) {
      part.push(operation);
      for (const next of [...[...operation.outgoing.values()].map((stream) => stream.to), ...[...operation.incoming.values()].map((stream) => stream.from)]) {
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    const anchor = part.map((operation) => operation.role.section).find((section) => section !== undefined);
    for (const operation of part) operation.section = anchor ?? 'layer';
  }
}

/** Directed graph between instances that stays acyclic; also yields their program order. */
class InstanceOrder {
  private readonly successors = new Map<ResolvedInstance, Set<ResolvedInstance>>();

  constructor(instances: readonly ResolvedInstance[]) {
    for (const instance of instances) this.successors.set(instance, new Set());
  }

  private reaches(from: ResolvedInstance, to: ResolvedInstance): boolean {
    const open = [from];
    const seen = new Set(open);
    for (let instance = open.pop(); instance; instance = open.pop()) {
      if (instance === to) return true;
      for (const next of this.successors.get(instance) ?? []) {
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    return false;
  }

  allows(from: ResolvedInstance, to: ResolvedInstance): boolean {
    return from !== to && !this.reaches(to, from);
  }

  add(from: ResolvedInstance, to: ResolvedInstance): void {
    this.successors.get(from)?.add(to);
  }

  order(instances: readonly ResolvedInstance[]): ResolvedInstance[] {
    const waiting = new Map(instances.map((instance) => [instance, 0]));
    for (const next of this.successors.values()) for (const instance of next) waiting.set(instance, (waiting.get(instance) ?? 0) + 1);
    const result: ResolvedInstance[] = [];
    const ready = instances.filter((instance) => waiting.get(instance) === 0);
    for (let instance = ready.shift(); instance; instance = ready.shift()) {
      result.push(instance);
      for (const next of this.successors.get(instance) ?? []) {
        const left = (waiting.get(next) ?? 0) - 1;
        waiting.set(next, left);
        if (left === 0) ready.push(next);
      }
    }
    return result;
  }
}

export interface Schedule {
  readonly passes: Pass[];
  readonly instances: ResolvedInstance[];
}

/**
 * Earliest pass for every operation, in topological order, such that an instance does one operation per pass, data
 * flows forward, readers of the KV cache come after its writers, and the streams inside passes, over all passes
 * together, form no cycle of instances (so that one program order serves every pass; a cycle is broken by carrying
 * the data to a later pass).
 */
export function assignPasses(operations: readonly ResolvedOperation[], instances: readonly ResolvedInstance[]): Schedule {
  const order = new InstanceOrder(instances);
  const busy = new Map<ResolvedInstance, Set<number>>();
  const passes: Pass[] = [];
  for (const section of SECTIONS) {
    const base = passes.length;
    const members = operations.filter((operation) => operation.section === section);
    const writers = new Map<string, ResolvedOperation[]>();
    for (const operation of members) {
      for (const tensor of operation.role.writes ?? []) {
        if (tensor !== 'hidden') writers.set(tensor, [...(writers.get(tensor) ?? []), operation]);
      }
    }
    const pending = new Set(members);
    const blockers = (operation: ResolvedOperation): ResolvedOperation[] => (operation.role.reads ?? []).flatMap((tensor) => writers.get(tensor) ?? []);
    while (pending.size > 0) {
      const operation = [...pending].find(
        (candidate) => ![...candidate.incoming.values()].some((stream) => pending.has(stream.from)) && !blockers(candidate).some((writer) => pending.has(writer)),
      );
      if (!operation) break;
      pending.delete(operation);
      const sources = [...operation.incoming.values()].map((stream) => stream.from);
      const earliest = Math.max(base, ...sources.map((source) => source.pass), ...blockers(operation).map((writer) => writer.pass + 1));
      const used = busy.get(operation.owner) ?? new Set<number>();
      busy.set(operation.owner, used);
      let pass = earliest;
      while (used.has(pass) || sources.some((source) => source.pass === pass && !order.allows(source.owner, operation.owner))) pass += 1;
      operation.pass = pass;
      used.add(pass);
      for (const source of sources) if (source.pass === pass) order.add(source.owner, operation.owner);
    }
    const last = Math.max(base - 1, ...members.map((operation) => operation.pass));
    for (let index = base; index <= last; index += 1) {
      passes.push({ index, section, operations: members.filter((operation) => operation.pass === index) });
    }
  }
  return { passes, instances: order.order(instances) };
}
