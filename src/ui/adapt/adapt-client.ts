import type { Design } from '../../core/design/types.ts';
import { WorkerClient } from '../state/worker-client.ts';

export interface AdaptQuestion {
  readonly design: Design;
  /** As it was before the change. */
  readonly before: Design;
  /** What the change has set. */
  readonly pinned: readonly string[];
}

/** What else has to change, and the design with it; or why nothing helps. */
export type Adapted =
  | { readonly steps: readonly string[]; readonly effect: string; readonly design: Design }
  | { readonly refused: string };

const client = new WorkerClient<AdaptQuestion, Adapted>(
  () => new Worker(new URL('./adapt.worker.ts', import.meta.url), { type: 'module' }),
);

/** Looks for what else has to change; a search that is still under way is given up. Undefined: given up, or failed. */
export function findAdaptation(question: AdaptQuestion): Promise<Adapted | undefined> {
  client.giveUp();
  return client.ask(question);
}
