import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { remedyFor } from '../state/bridge.ts';
import { checkConnection, type PortEnd } from '../state/connection.ts';

/** Connects two ports, or says why not (beside the pointer when its place is given) and offers what would help. */
export function tryConnect(stage: StageName, from: PortEnd, to: PortEnd, at?: { x: number; y: number }): boolean {
  const { design, edit, notify } = composer.getState();
  const verdict = checkConnection(design, stage, from, to);
  if (verdict.ok) return edit(() => verdict.edit);
  const remedy = remedyFor(design, stage, from, to);
  notify(verdict.reason, {
    tone: 'error',
    ...(at ? { at } : {}),
    ...(remedy
      ? {
          action: {
            label: remedy.label,
            run: () =>
              edit((present) => {
                const again = checkConnection(present, stage, from, to);
                if (again.ok) return again.edit;
                return remedyFor(present, stage, from, to)?.edit ?? { refused: again.reason };
              }),
          },
        }
      : {}),
  });
  return false;
}
