import { sensitivities } from '../../core/estimate/design/sensitivities.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import type { SensitivityRequest, SensitivityResponse } from './sensitivity-client.ts';

/** Tries parameters off the main thread. */

const scope = self as unknown as {
  postMessage(message: SensitivityResponse): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<SensitivityRequest>) => void): void;
};

scope.addEventListener('message', ({ data: { id, design, about } }) => {
  try {
    scope.postMessage({ id, found: sensitivities(analyze(design), { ...about, most: 5 }) });
  } catch {
    scope.postMessage({ id, found: undefined });
  }
});
