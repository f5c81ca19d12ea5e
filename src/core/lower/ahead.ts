/** Readers that go on, when the words of their operation are in, with the first words of the next one. */
import type { Expression } from '../ir/expression.ts';
import type { Ahead } from '../ir/process.ts';
import type { OperationContext, ProcessSpec } from '../modules/types.ts';
import type { ResolvedOperation } from '../schedule/types.ts';

/** Ahead of one operation: what its reader holds from the pass before, and fetches for the next one from there on. */
export interface AheadOf extends Ahead {
  readonly from: Expression;
}

/**
 * By operation of a reader, in the order of `operations`; undefined where it never reads ahead. In every layer, the
 * operation of the next pass in which the reader works gets a lead where it takes more words than this one: at most the
 * difference, so that the traffic of both passes comes closer. A pass that has a lead itself passes on half of it: its port
 * has the time, and a pass whose words were in part read before is not held up by its port either.
 */
export function aheadOf(
  process: ProcessSpec,
  operations: readonly ResolvedOperation[],
  contexts: readonly OperationContext[],
): readonly AheadOf[] | undefined {
  const { ahead } = process;
  if (!ahead) return undefined;
  const found = operations.map((): { held: number; fetched: number; from: Expression } => ({
    held: 0,
    fetched: 0,
    from: 0,
  }));
  const order = operations
    .map((operation, index) => ({ operation, index, of: ahead(contexts[index] as OperationContext) }))
    .filter(({ operation }) => operation.section === 'layer')
    .sort((a, b) => a.operation.pass - b.operation.pass);
  let any = false;
  order.slice(1).forEach((next, place) => {
    const before = order[place] as (typeof order)[number];
    const half = Math.floor((found[before.index]?.held ?? 0) / 2);
    const words = Math.min(next.of.most, next.of.count, Math.max(half, next.of.count - before.of.count));
    if (words <= 0) return;
    any = true;
    Object.assign(found[before.index] as object, { fetched: words, from: next.of.offset });
    Object.assign(found[next.index] as object, { held: words });
  });
  return any ? found : undefined;
}
