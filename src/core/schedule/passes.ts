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
      const visit = (next: ResolvedOperation): void => {
        if (seen.has(next)) return;
        seen.add(next);
        open.push(next);
      };
      for (const { to } of operation.outgoing.values()) visit(to);
      for (const { from } of operation.incoming.values()) visit(from);
    }
    const anchor = part.map((operation) => operation.role.section).find((section) => section !== undefined);
    for (const operation of part) operation.section = anchor ?? 'layer';
  }
}

/** Directed graph between instances that stays acyclic; also yields their program order. Instances go by their place in the list. */
class InstanceOrder {
  private readonly instances: readonly ResolvedInstance[];
  private readonly places: ReadonlyMap<ResolvedInstance, number>;
  private readonly successors: number[][];
  /** The search that has last seen an instance. */
  private readonly seen: Uint32Array;
  private search = 0;

  constructor(instances: readonly ResolvedInstance[]) {
    this.instances = instances;
    this.places = new Map(instances.map((instance, place) => [instance, place]));
    this.successors = instances.map(() => []);
    this.seen = new Uint32Array(instances.length);
  }

  private place(instance: ResolvedInstance): number {
    return this.places.get(instance) as number;
  }

  private after(place: number): number[] {
    return this.successors[place] as number[];
  }

  private reaches(from: number, to: number): boolean {
    this.search += 1;
    const open = [from];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (place === to) return true;
      if (this.seen[place] === this.search) continue;
      this.seen[place] = this.search;
      for (const next of this.after(place)) open.push(next);
    }
    return false;
  }

  allows(from: ResolvedInstance, to: ResolvedInstance): boolean {
    return from !== to && !this.reaches(this.place(to), this.place(from));
  }

  add(from: ResolvedInstance, to: ResolvedInstance): void {
    const successors = this.after(this.place(from));
    const next = this.place(to);
    if (!successors.includes(next)) successors.push(next);
  }

  order(): ResolvedInstance[] {
    const waiting = new Uint32Array(this.instances.length);
    for (const next of this.successors) for (const place of next) waiting[place] = (waiting[place] as number) + 1;
    const ready: number[] = [];
    waiting.forEach((count, place) => {
      if (count === 0) ready.push(place);
    });
    // Grows while it is gone through.
    for (const place of ready) {
      for (const next of this.after(place)) {
        const left = (waiting[next] as number) - 1;
        waiting[next] = left;
        if (left === 0) ready.push(next);
      }
    }
    return ready.map((place) => this.instances[place] as ResolvedInstance);
  }
}

const NOTHING: readonly never[] = [];

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
export function assignPasses(
  operations: readonly ResolvedOperation[],
  instances: readonly ResolvedInstance[],
): Schedule {
  const order = new InstanceOrder(instances);
  const passes: Pass[] = [];
  for (const section of SECTIONS) {
    const base = passes.length;
    const members = operations.filter((operation) => operation.section === section);
    const writers = new Map<string, ResolvedOperation[]>();
    for (const operation of members) {
      for (const { tensor, seen } of operation.role.writes ?? []) {
        if (seen === 'later_pass') writers.set(tensor, [...(writers.get(tensor) ?? []), operation]);
      }
    }
    /** Whether all that an operation reads, from streams and from the KV cache, has a pass. */
    const ready = (operation: ResolvedOperation): boolean => {
      for (const { from } of operation.incoming.values()) if (from.pass < 0) return false;
      for (const { tensor } of operation.role.reads ?? NOTHING)
        for (const writer of writers.get(tensor) ?? NOTHING) if (writer.pass < 0) return false;
      return true;
    };
    const place = (operation: ResolvedOperation): void => {
      const { owner } = operation;
      let pass = base;
      for (const { from } of operation.incoming.values()) pass = Math.max(pass, from.pass);
      for (const { tensor } of operation.role.reads ?? NOTHING)
        for (const writer of writers.get(tensor) ?? NOTHING) pass = Math.max(pass, writer.pass + 1);
      const taken = (): boolean => {
        for (const other of owner.operations) if (other.pass === pass) return true;
        for (const { from } of operation.incoming.values())
          if (from.pass === pass && !order.allows(from.owner, owner)) return true;
        return false;
      };
      while (taken()) pass += 1;
      operation.pass = pass;
      for (const { from } of operation.incoming.values()) if (from.pass === pass) order.add(from.owner, owner);
    };
    // Always the first that can: what had to wait for a writer comes before what stands behind it.
    const waiting: ResolvedOperation[] = [];
    for (const operation of members) {
      if (!ready(operation)) {
        waiting.push(operation);
        continue;
      }
      place(operation);
      for (let next = waiting.findIndex(ready); next >= 0; next = waiting.findIndex(ready))
        for (const freed of waiting.splice(next, 1)) place(freed);
    }
    const placed: ResolvedOperation[][] = [];
    for (const operation of members) {
      // What waits for a writer that is missing has no pass.
      if (operation.pass < 0) continue;
      const group = placed[operation.pass - base];
      operation.place = group?.length ?? 0;
      if (group) group.push(operation);
      else placed[operation.pass - base] = [operation];
    }
    placed.forEach((group, index) => {
      passes.push({ index: base + index, section, operations: group });
    });
  }
  return { passes, instances: order.order() };
}
