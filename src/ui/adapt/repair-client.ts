import type { Design, Problem } from '../../core/design/types.ts';
import type { Edit } from '../../core/edit/edit.ts';
import { graft } from '../../core/edit/graft.ts';
import type { Repair } from '../../core/edit/repairs.ts';
import { WorkerClient } from '../state/worker-client.ts';

export interface RepairQuestion {
  /** Equal for equal designs, so that what was derived of one serves for all of its problems. */
  readonly revision: number;
  readonly design: Design;
  readonly problem: Problem;
  readonly pinned: readonly string[];
}

/** A repair on its way: the design that it makes stands for what it does. */
export interface MadeRepair extends Omit<Repair, 'edit'> {
  readonly edit: Omit<Edit, 'recipe'>;
  readonly design: Design;
}

const client = new WorkerClient<RepairQuestion, readonly MadeRepair[]>(
  () => new Worker(new URL('./repairs.worker.ts', import.meta.url), { type: 'module' }),
);
let present: Design | undefined;
let revision = 0;

/** The repairs of a problem of a design, found off the main thread; none where the design has changed meanwhile. */
export async function findRepairs(
  design: Design,
  problem: Problem,
  pinned: readonly string[],
): Promise<readonly Repair[]> {
  if (design !== present) {
    client.giveUp();
    present = design;
    revision += 1;
  }
  const made = (await client.ask({ revision, design, problem, pinned })) ?? [];
  return made.map(({ edit, design: next, ...repair }) => ({
    ...repair,
    edit: { ...edit, recipe: () => graft(design, next) },
  }));
}
