import type { Design } from '../../core/design/types.ts';
import type { Levers } from '../../core/estimate/design/levers.ts';
import type { About } from './explain-store.ts';

export interface LeverRequest {
  readonly id: number;
  readonly design: Design;
  readonly about: About;
}

export interface LeverResponse {
  readonly id: number;
  readonly found: Levers | undefined;
}

let worker: Worker | undefined;
let requests = 0;
const waiting = new Map<number, (found: Levers | undefined) => void>();
const known = new WeakMap<Design, Map<string, Promise<Levers | undefined>>>();

function start(): Worker {
  const started = new Worker(new URL('./levers.worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<LeverResponse>) => {
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

/** The steps that would change a figure most, tried off the main thread; once per design. */
export function findLevers(design: Design, about: LeverRequest['about']): Promise<Levers | undefined> {
  const of = known.get(design) ?? new Map<string, Promise<Levers | undefined>>();
  known.set(design, of);
  const key = `${about.measure}/${about.stage ?? ''}/${about.instance ?? ''}`;
  let answer = of.get(key);
  if (!answer) {
    answer = new Promise((resolve) => {
      requests += 1;
      waiting.set(requests, resolve);
      worker ??= start();
      worker.postMessage({ id: requests, design, about } satisfies LeverRequest);
    });
    of.set(key, answer);
  }
  return answer;
}
