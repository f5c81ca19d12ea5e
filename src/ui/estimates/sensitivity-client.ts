import type { Design, StageName } from '../../core/design/types.ts';
import type { Sensitivity } from '../../core/estimate/design/sensitivities.ts';

export interface SensitivityRequest {
  readonly id: number;
  readonly design: Design;
  readonly about: { readonly stage?: StageName; readonly instance?: string };
}

export interface SensitivityResponse {
  readonly id: number;
  readonly found: readonly Sensitivity[] | undefined;
}

let worker: Worker | undefined;
let requests = 0;
const waiting = new Map<number, (found: readonly Sensitivity[] | undefined) => void>();
const known = new WeakMap<Design, Map<string, Promise<readonly Sensitivity[] | undefined>>>();

function start(): Worker {
  const started = new Worker(new URL('./sensitivities.worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<SensitivityResponse>) => {
    waiting.get(data.id)?.(data.found);
    waiting.delete(data.id);
  });
  started.addEventListener('error', () => {
    for (const settle of waiting.values()) settle(undefined);
    waiting.clear();
    worker = undefined;
  });
  return started;
}

/** The parameters that would change the figures most, tried off the main thread; once per design. */
export function findSensitivities(
  design: Design,
  about: SensitivityRequest['about'],
): Promise<readonly Sensitivity[] | undefined> {
  const of = known.get(design) ?? new Map<string, Promise<readonly Sensitivity[] | undefined>>();
  known.set(design, of);
  const key = `${about.stage ?? ''}/${about.instance ?? ''}`;
  let answer = of.get(key);
  if (!answer) {
    answer = new Promise((resolve) => {
      requests += 1;
      waiting.set(requests, resolve);
      worker ??= start();
      worker.postMessage({ id: requests, design, about } satisfies SensitivityRequest);
    });
    of.set(key, answer);
  }
  return answer;
}
