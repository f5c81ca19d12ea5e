import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { checkConnection, type PortEnd } from '../../core/edit/connection.ts';

/** Says why two ports cannot be connected, and offers what would help. */
async function explain(
  stage: StageName,
  from: PortEnd,
  to: PortEnd,
  reason: string,
  at?: { x: number; y: number },
): Promise<void> {
  const { remedyFor } = await import('../../core/edit/bridge.ts');
  const { design, edit, notify } = composer.getState();
  const remedy = remedyFor(design, stage, from, to);
  const run = () =>
    edit((present) => {
      const again = checkConnection(present, stage, from, to);
      if (again.ok) return again.edit;
      return remedyFor(present, stage, from, to)?.edit ?? { refused: again.reason };
    });
  notify(reason, { tone: 'error', ...(at ? { at } : {}), ...(remedy ? { action: { label: remedy.label, run } } : {}) });
}

/** Connects two ports, or says why not (beside the pointer when its place is given) and offers what would help. */
export function tryConnect(stage: StageName, from: PortEnd, to: PortEnd, at?: { x: number; y: number }): boolean {
  const { design, edit } = composer.getState();
  const verdict = checkConnection(design, stage, from, to);
  if (verdict.ok) return edit(() => verdict.edit);
  void explain(stage, from, to, verdict.reason, at);
  return false;
}
