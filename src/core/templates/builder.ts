import type { Instance, Operation, ParamValue, StageGraph, Stream } from '../design/types.ts';

/** Where data comes from while a graph is being composed: an operation and one of its outputs. */
export interface Source {
  readonly instance: string;
  readonly operation: string;
  readonly port: string;
}

/** Decides on which instance an operation goes, given the template's proposal. */
export type Assignment = (proposed: string, module: string, operation: string) => string;

interface Draft {
  readonly id: string;
  readonly module: string;
  params: Record<string, ParamValue>;
  readonly operations: Operation[];
}

/**
 * Composes a stage graph operation by operation. An output that is used several times gets a fork; instances are
 * named by an assignment, and equal names mean one instance (temporal reuse).
 */
export class GraphBuilder {
  private readonly assign: Assignment;
  private readonly drafts = new Map<string, Draft>();
  private readonly uses = new Map<
    string,
    { source: Source; targets: { instance: string; operation: string; port: string }[] }
  >();

  constructor(assign: Assignment = (instance) => instance) {
    this.assign = assign;
  }

  /** Adds an operation; `inputs` by port. Returns its default output. */
  operation(
    proposed: string,
    module: string,
    id: string,
    role: string,
    inputs: Readonly<Record<string, Source>>,
    params: Readonly<Record<string, ParamValue>> = {},
  ): Source {
    const instance = this.assign(proposed, module, id);
    let draft = this.drafts.get(instance);
    if (!draft) {
      draft = { id: instance, module, params: {}, operations: [] };
      this.drafts.set(instance, draft);
    }
    Object.assign(draft.params, params);
    draft.operations.push({ id, role });
    for (const [port, source] of Object.entries(inputs)) this.connect(source, { instance, operation: id, port });
    return { instance, operation: id, port: 'out' };
  }

  private connect(source: Source, target: { instance: string; operation: string; port: string }): void {
    const key = `${source.instance}/${source.operation}.${source.port}`;
    const entry = this.uses.get(key) ?? { source, targets: [] };
    entry.targets.push(target);
    this.uses.set(key, entry);
  }

  /** The finished graph, with forks where an output is used more than once. */
  build(): StageGraph {
    const streams: Stream[] = [];
    const link = (from: Source, to: { instance: string; operation: string; port: string }): void => {
      streams.push({
        id: `${from.instance}.${from.operation}.${from.port}>${to.instance}.${to.operation}.${to.port}`.slice(0, 80),
        from: { ...from },
        to: { ...to },
      });
    };
    for (const { source, targets } of this.uses.values()) {
      const [only, ...more] = targets;
      if (only && more.length === 0) {
        link(source, only);
        continue;
      }
      const base = source.port === 'scales' ? `${source.operation}_scales` : source.operation;
      const fork = this.unused(`fork_${base}`);
      this.drafts.set(fork, {
        id: fork,
        module: 'fork',
        params: { outputs: targets.length },
        operations: [{ id: 'copy', role: 'copy' }],
      });
      link(source, { instance: fork, operation: 'copy', port: 'in' });
      targets.forEach((target, index) => {
        link({ instance: fork, operation: 'copy', port: `out${index}` }, target);
      });
    }
    const ids = new Set<string>();
    const unique = streams.map((stream, index) => {
      const id = ids.has(stream.id) ? `s${index}` : stream.id;
      ids.add(id);
      return { ...stream, id };
    });
    const instances: Instance[] = [...this.drafts.values()].map((draft) => ({ ...draft, position: { x: 0, y: 0 } }));
    return { instances, streams: unique };
  }

  private unused(id: string): string {
    let candidate = id.slice(0, 36);
    for (let index = 2; this.drafts.has(candidate); index += 1) candidate = `${id.slice(0, 36)}_${index}`;
    return candidate;
  }
}
