import type { Design } from '../../core/design/types.ts';
import type { Levers } from '../../core/estimate/design/levers.ts';
import { WorkerClient } from '../state/worker-client.ts';
import type { About } from './explain-store.ts';

export interface LeverQuestion {
  readonly design: Design;
  readonly about: About;
}

const client = new WorkerClient<LeverQuestion, Levers>(
  () => new Worker(new URL('./levers.worker.ts', import.meta.url), { type: 'module' }),
);
const known = new WeakMap<Design, Map<string, Promise<Levers | undefined>>>();

/** The steps that would change a figure most, tried off the main thread; once per design. */
export function findLevers(design: Design, about: About): Promise<Levers | undefined> {
  const of = known.get(design) ?? new Map<string, Promise<Levers | undefined>>();
  known.set(design, of);
  const key = `${about.measure}/${about.stage ?? ''}/${about.instance ?? ''}`;
  const answer = of.get(key) ?? client.ask({ design, about });
  of.set(key, answer);
  return answer;
}
