import { Handle, Position, useStore } from '@xyflow/react';
import { memo } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import { type PortEnd, quickReason } from '../../core/edit/connection.ts';
import type { PortCard } from '../drawing/cards.ts';
import { handleId, portOfHandle } from '../drawing/flow.ts';

/** While a wire is drawn: whether this port could take it. */
function useFit(stage: StageName, port: PortEnd): string {
  return useStore((state) => {
    const { connection } = state;
    if (!connection.inProgress) return '';
    const from = portOfHandle(connection.fromHandle.nodeId, connection.fromHandle.id);
    if (!from) return '';
    if (
      from.direction === port.direction &&
      from.end.port === port.end.port &&
      from.end.operation === port.end.operation &&
      from.end.instance === port.end.instance
    )
      return 'port--origin';
    return quickReason(composer.getState().design, stage, from, port) === undefined ? 'port--fits' : 'port--fades';
  });
}

interface PortProps {
  readonly stage: StageName;
  readonly instance: string;
  readonly operation: string;
  readonly direction: 'input' | 'output';
  readonly port: PortCard;
  readonly top: number;
  /** On a collapsed group, which stands for several instances. */
  readonly boundary?: boolean;
}

/** The ends of what goes through memory, at the foot of a node. Seen and taken hold of by nobody, but measured by React Flow. */
export const MemoryPorts = memo(function MemoryPorts() {
  return (['input', 'output'] as const).map((direction) => (
    <Handle
      key={direction}
      type={direction === 'input' ? 'target' : 'source'}
      position={Position.Bottom}
      id={`memory-${direction}`}
      isConnectable={false}
      className="port--memory"
      style={{ left: direction === 'input' ? '35%' : '65%' }}
    />
  ));
});

/** The ends of streams to ports that do not exist. */
export function LostPorts({ ids, top }: { readonly ids: readonly string[]; readonly top: number }) {
  return ids.map((id) => (
    <Handle
      key={id}
      type={id.startsWith('input:') ? 'target' : 'source'}
      position={id.startsWith('input:') ? Position.Left : Position.Right}
      id={id}
      isConnectable={false}
      className="port port--lost"
      style={{ top }}
      title="The port of this stream does not exist"
    />
  ));
}

/** A port that wires can be drawn from and to: its colour says what travels, its shape whether data or scales. */
export const Port = memo(function Port({ stage, instance, operation, direction, port, top, boundary }: PortProps) {
  const fit = useFit(stage, { direction, end: { instance, operation, port: port.id } });
  const input = direction === 'input';
  const shape = port.colour === 'scales' ? 'port--diamond' : '';
  return (
    <Handle
      type={input ? 'target' : 'source'}
      position={input ? Position.Left : Position.Right}
      id={handleId(direction, operation, port.id, boundary ? instance : undefined)}
      className={`port port--${port.colour} ${shape} ${port.connected ? 'port--connected' : ''} ${fit}`}
      style={{ top }}
      title={`${input ? 'Input' : 'Output'} ${port.label} of ${operation}: ${port.type}`}
      data-testid={`port:${instance}:${operation}:${direction}:${port.id}`}
    />
  );
});
