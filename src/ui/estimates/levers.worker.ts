import { levers } from '../../core/estimate/design/levers.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import type { LeverRequest, LeverResponse } from './lever-client.ts';

/** Tries parameters off the main thread. */

const scope = self as unknown as {
  postMessage(message: LeverResponse): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<LeverRequest>) => void): void;
};

scope.addEventListener('message', ({ data: { id, design, about } }) => {
  try {
    scope.postMessage({ id, found: levers(analyze(design), about.measure, about) });
  } catch {
    scope.postMessage({ id, found: undefined });
  }
});
