import type { Design, StageName } from '../../core/design/types.ts';
import type { Sensitivity } from '../../core/estimate/design/sensitivities.ts';
import { WorkerClient } from '../state/worker-client.ts';

export interface SensitivityQuestion {
  readonly design: Design;
  readonly about: { readonly stage?: StageName; readonly instance?: string };
}

const client = new WorkerClient<SensitivityQuestion, readonly Sensitivity[]>(
  () => new Worker(new URL('./sensitivities.worker.ts', import.meta.url), { type: 'module' }),
);
const known = new WeakMap<Design, Map<string, Promise<readonly Sensitivity[] | undefined>>>();

/** The parameters that would change the figures most, tried off the main thread; once per design. */
export function findSensitivities(
  design: Design,
  about: SensitivityQuestion['about'],
): Promise<readonly Sensitivity[] | undefined> {
  const of = known.get(design) ?? new Map<string, Promise<readonly Sensitivity[] | undefined>>();
  known.set(design, of);
  const key = `${about.stage ?? ''}/${about.instance ?? ''}`;
  const answer = of.get(key) ?? client.ask({ design, about });
  of.set(key, answer);
  return answer;
}
