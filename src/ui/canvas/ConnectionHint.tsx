import { useStore } from '@xyflow/react';
import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { remedyFor } from '../../core/edit/bridge.ts';
import { checkConnection } from '../../core/edit/connection.ts';
import { portOfHandle } from '../drawing/flow.ts';

/** While a wire hovers over a port that it does not fit: why, beside the pointer. */
export default function ConnectionHint({ stage }: { readonly stage: StageName }) {
  const connection = useStore((state) =>
    state.connection.inProgress && state.connection.toHandle && state.connection.isValid === false
      ? state.connection
      : undefined,
  );
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  if (!connection?.toHandle) return null;
  const from = portOfHandle(connection.fromHandle.nodeId, connection.fromHandle.id);
  const to = portOfHandle(connection.toHandle.nodeId, connection.toHandle.id);
  if (!from || !to) return null;
  const verdict = checkConnection(composer.getState().design, stage, from, to);
  if (verdict.ok) return null;
  const remedy = remedyFor(composer.getState().design, stage, from, to);
  const { x, y } = connection.to;
  const place = {
    ...(x > width - 320 ? { right: width - x + 14 } : { left: x + 14 }),
    ...(y > height - 110 ? { bottom: height - y + 14 } : { top: y + 14 }),
  };
  return (
    <div className="wire-hint" role="status" style={place}>
      {verdict.reason}
      {remedy ? <span className="wire-hint__remedy">Let go for: {remedy.label}</span> : null}
    </div>
  );
}
