import type { Design, Endpoint, StageName } from '../design/types.ts';
import { checkConnection } from './connection.ts';
import { isRefused, type Edit, type Refused, type Selection } from './edit.ts';
import { removeSelection } from './instances.ts';
import { sequence } from './sequence.ts';

/** Along the streams: what feeds a selection, what it feeds, and taking it out of the way. */

/** The selection with every instance upstream (or downstream) of it. */
export function reach(design: Design, selection: Selection, way: 'upstream' | 'downstream'): Selection {
  const graph = design.stages[selection.stage];
  const key = ({ instance, operation }: Pick<Endpoint, 'instance' | 'operation'>): string => `${instance}/${operation}`;
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.streams) {
    const [a, b] = way === 'downstream' ? [key(from), key(to)] : [key(to), key(from)];
    next.set(a, [...(next.get(a) ?? []), b]);
  }
  // By operation: an engine that is reused does not lead to all that its other operations feed.
  const found = new Set(
    graph.instances
      .filter(({ id }) => selection.instances.includes(id))
      .flatMap((instance) =>
        instance.operations.map((operation) => key({ instance: instance.id, operation: operation.id })),
      ),
  );
  for (const operation of found) for (const other of next.get(operation) ?? []) found.add(other);
  const owners = [...found].map((operation) => operation.slice(0, operation.indexOf('/')));
  return { stage: selection.stage, instances: [...new Set([...selection.instances, ...owners])], streams: [] };
}

/** Where data that entered an instance could go once it is gone: the ends of its streams, operation by operation. */
function gaps(design: Design, stage: StageName, instance: string): { from: Endpoint; to: Endpoint }[] {
  const { streams, instances } = design.stages[stage];
  const operations = instances.find(({ id }) => id === instance)?.operations ?? [];
  return operations.flatMap(({ id }) => {
    const sources = streams.filter(({ to }) => to.instance === instance && to.operation === id).map(({ from }) => from);
    const targets = streams
      .filter(({ from }) => from.instance === instance && from.operation === id)
      .map(({ to }) => to);
    return targets.flatMap((to) => sources.map((from) => ({ from, to })));
  });
}

/** Removes the selected instances one by one and connects what fed them to what they fed, wherever the types fit. */
export function removeAndReconnect(design: Design, selection: Selection): Edit | Refused {
  const { stage, instances } = selection;
  if (instances.length === 0)
    return { refused: 'Select the instances to take out, then their neighbours are connected.' };
  const plans = instances.flatMap((id) => {
    let open: { from: Endpoint; to: Endpoint }[] = [];
    const count = gaps(design, stage, id).length;
    const remove = (present: Design): Edit | Refused => {
      open = gaps(present, stage, id);
      return removeSelection(present, { stage, instances: [id], streams: [] });
    };
    const join =
      (index: number) =>
      (present: Design): Edit | Refused => {
        const gap = open[index];
        const verdict =
          gap &&
          checkConnection(present, stage, { end: gap.from, direction: 'output' }, { end: gap.to, direction: 'input' });
        // What does not fit stays open, and the problems say so.
        return verdict?.ok ? verdict.edit : { label: '', recipe: () => undefined };
      };
    return [remove, ...Array.from({ length: count }, (_, index) => join(index))];
  });
  const edit = sequence(
    design,
    instances.length === 1
      ? `Delete ${instances[0]} and reconnect`
      : `Delete ${instances.length} instances and reconnect`,
    plans,
  );
  return isRefused(edit) ? edit : { ...edit, select: { stage, instances: [], streams: [] } };
}
