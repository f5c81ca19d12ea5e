import type { Design } from '../../core/design/types.ts';

export interface AdaptRequest {
  readonly id: number;
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

export type AdaptAnswer = Adapted & { readonly id: number };

let worker: Worker | undefined;
let requests = 0;
let waiting: { readonly id: number; readonly settle: (answer: Adapted | undefined) => void } | undefined;

function stop(): void {
  worker?.terminate();
  worker = undefined;
  waiting?.settle(undefined);
  waiting = undefined;
}

function start(): Worker {
  const started = new Worker(new URL('./adapt.worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<AdaptAnswer>) => {
    if (waiting?.id !== data.id) return;
    waiting.settle(data);
    waiting = undefined;
  });
  started.addEventListener('error', stop);
  return started;
}

/** Looks for what else has to change; a search that is still under way is given up. Undefined: given up, or failed. */
export function findAdaptation(request: Omit<AdaptRequest, 'id'>): Promise<Adapted | undefined> {
  if (waiting) stop();
  return new Promise((settle) => {
    requests += 1;
    waiting = { id: requests, settle };
    worker ??= start();
    worker.postMessage({ id: requests, ...request } satisfies AdaptRequest);
  });
}
