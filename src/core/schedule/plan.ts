import { cacheSlot } from '../design/cache.ts';
import type { StageGraph, Stream } from '../design/types.ts';
import type { DesignContext } from '../modules/types.ts';
import { checkEmpty, checkRequired } from './complete.ts';
import { topologicalOrder } from './infer.ts';
import { assignPasses, assignSections } from './passes.ts';
import { wire } from './resolve.ts';
import type {
  DesignProblem,
  Pass,
  ResolvedInstance,
  ResolvedOperation,
  ResolvedStream,
  StageAnalysis,
} from './types.ts';

/** What follows from streams and roles alone, whatever types the streams have: who works when. */
export interface Plan {
  /** In program order. */
  readonly instances: readonly ResolvedInstance[];
  /** In topological order. */
  readonly operations: readonly ResolvedOperation[];
  readonly streams: readonly ResolvedStream[];
  readonly passes: readonly Pass[];
  /** What its roles lack; wires that cannot be are reported at once. */
  readonly missing: readonly DesignProblem[];
}

function derivePlan(
  graph: StageGraph,
  resolved: readonly ResolvedInstance[],
  context: DesignContext,
  problems: DesignProblem[],
): Plan {
  const { operations, streams } = wire(graph, resolved, context, problems);
  const order = topologicalOrder(operations, context.stage, problems);
  assignSections(order);
  const { passes, instances } = assignPasses(order, resolved);
  const missing: DesignProblem[] = [];
  if (graph.instances.length === 0) checkEmpty(context, missing);
  else checkRequired([...operations.values()], context, missing);
  return { instances, operations: order, streams, passes, missing };
}

/** The last legal analysis in a context, with the streams of its graph. */
const last = cacheSlot<DesignContext, { readonly streams: readonly Stream[]; readonly analysis: StageAnalysis }>();

/** Keeps a legal analysis: the next one in its context is likely to differ in parameters only. */
export function keepPlan(graph: StageGraph, analysis: StageAnalysis): void {
  last(analysis.context).value = { streams: graph.streams, analysis };
}

/** Whether instances are those of an analysis but for their parameters and places on the canvas. */
function alike(resolved: readonly ResolvedInstance[], { instances }: StageAnalysis): boolean {
  if (resolved.length !== instances.length) return false;
  for (const was of instances) {
    const now = resolved[was.index];
    if (now?.instance === was.instance) continue;
    if (
      now?.instance.id !== was.instance.id ||
      now.entry !== was.entry ||
      now.instance.operations !== was.instance.operations
    )
      return false;
    if (now.outputs.length !== was.outputs.length || now.outputs.some(({ id }, at) => id !== was.outputs[at]?.id))
      return false;
  }
  return true;
}

/** The plan of an analysis for instances that are alike. */
function planAgain(resolved: readonly ResolvedInstance[], before: StageAnalysis): Plan {
  const now = ({ owner, index }: ResolvedOperation): ResolvedOperation =>
    resolved[owner.index]?.operations[index] as ResolvedOperation;
  const operations = before.operations.map((was) => {
    const operation = now(was);
    operation.section = was.section;
    operation.pass = was.pass;
    operation.place = was.place;
    return operation;
  });
  const streams = before.streams.map(({ stream, from, to }, index): ResolvedStream => {
    const again: ResolvedStream = {
      index,
      stream,
      from: now(from),
      to: now(to),
      type: undefined,
      kind: 'fifo',
      depth: 2,
      least: 1,
    };
    again.from.outgoing.set(stream.from.port, again);
    again.to.incoming.set(stream.to.port, again);
    return again;
  });
  return {
    instances: before.instances.map(({ index }) => resolved[index] as ResolvedInstance),
    operations,
    streams,
    passes: before.passes.map((pass) => ({ ...pass, operations: pass.operations.map(now) })),
    missing: [],
  };
}

/** When the operations of resolved instances work; reports streams that cannot be and operations that wait for one another. */
export function planOf(
  graph: StageGraph,
  resolved: readonly ResolvedInstance[],
  context: DesignContext,
  problems: DesignProblem[],
): Plan {
  const before = last(context).value;
  return before?.streams === graph.streams &&
    resolved.length === graph.instances.length &&
    alike(resolved, before.analysis)
    ? planAgain(resolved, before.analysis)
    : derivePlan(graph, resolved, context, problems);
}
