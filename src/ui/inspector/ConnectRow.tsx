import { Unplug } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useMemo, useState } from 'react';
import type { Design, Endpoint, StageName } from '../../core/design/types.ts';
import { cardsOf, type PortCard } from '../drawing/cards.ts';
import { tryConnect } from '../actions/connect.ts';
import { IconButton } from '../components/IconButton.tsx';
import { menuLayer } from '../components/menu-layer.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { checkConnection, type PortEnd, quickReason } from '../../core/edit/connection.ts';
import { disconnect, endName, sameEnd } from '../../core/edit/streams.ts';

interface Target {
  readonly end: Endpoint;
  readonly reason: string | undefined;
}

/** Trials take milliseconds each; more ports than this fit by name only on very large canvases. */
const MAX_TRIALS = 24;

/** Ports on the other side, those that fit first; why the others do not. */
function targets(design: Design, stage: StageName, port: PortEnd): Target[] {
  const direction = port.direction === 'input' ? 'output' : 'input';
  const found: Target[] = [];
  let trials = 0;
  for (const card of cardsOf(design, stage).instances.values()) {
    for (const row of card.rows) {
      for (const candidate of direction === 'input' ? row.inputs : row.outputs) {
        const end: Endpoint = { instance: card.id, operation: row.id, port: candidate.id };
        let reason = quickReason(design, stage, port, { end, direction });
        if (reason === undefined && trials < MAX_TRIALS) {
          trials += 1;
          const verdict = checkConnection(design, stage, port, { end, direction });
          if (!verdict.ok) reason = verdict.reason;
        }
        found.push({ end, reason });
      }
    }
  }
  return found.sort((a, b) => Number(a.reason !== undefined) - Number(b.reason !== undefined));
}

function TargetItem({
  stage,
  port,
  target,
}: {
  readonly stage: StageName;
  readonly port: PortEnd;
  readonly target: Target;
}) {
  const name = endName(target.end);
  return (
    <DropdownMenu.Item
      className={`menu__item menu__item--port ${target.reason === undefined ? '' : 'menu__item--refused'}`}
      textValue={name}
      onSelect={() =>
        tryConnect(stage, port, { end: target.end, direction: port.direction === 'input' ? 'output' : 'input' })
      }
    >
      <span className="mono">{name}</span>
      {target.reason === undefined ? null : <span className="menu__reason">{target.reason}</span>}
    </DropdownMenu.Item>
  );
}

/** Connecting by keyboard: a list of ports, those that fit first, the others with the reason. */
function ConnectMenu({
  stage,
  port,
  label,
}: {
  readonly stage: StageName;
  readonly port: PortEnd;
  readonly label: string;
}) {
  const design = useComposer((state) => state.design);
  const [open, setOpen] = useState(false);
  const found = useMemo(() => (open ? targets(design, stage, port) : []), [open, design, stage, port]);
  const fitting = found.filter((target) => target.reason === undefined);
  const refused = found.filter((target) => target.reason !== undefined);
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
      <DropdownMenu.Trigger className="button button--small port-row__connect">
        connect…<span className="sr-only"> {label}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={menuLayer()}>
        <DropdownMenu.Content
          className="menu menu--wide"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
        >
          <DropdownMenu.Label className="menu__label">
            {fitting.length > 0 ? 'Fitting' : 'Nothing on this canvas fits yet'}
          </DropdownMenu.Label>
          {fitting.map((target) => (
            <TargetItem key={endName(target.end)} stage={stage} port={port} target={target} />
          ))}
          {refused.length > 0 ? <DropdownMenu.Label className="menu__label">Not fitting</DropdownMenu.Label> : null}
          {refused.map((target) => (
            <TargetItem key={endName(target.end)} stage={stage} port={port} target={target} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ConnectRowProps {
  readonly stage: StageName;
  readonly end: Endpoint;
  readonly direction: 'input' | 'output';
  readonly card: PortCard;
}

/** A port: its type and what it is connected to; connecting and disconnecting by keyboard. */
export function ConnectRow({ stage, end, direction, card }: ConnectRowProps) {
  const streams = useComposer((state) => state.design.stages[stage].streams);
  const stream = streams.find((candidate) => sameEnd(direction === 'input' ? candidate.to : candidate.from, end));
  const { instance, operation, port: portId } = end;
  const port = useMemo<PortEnd>(
    () => ({ end: { instance, operation, port: portId }, direction }),
    [instance, operation, portId, direction],
  );
  const { edit, select } = composer.getState();
  const name = `${direction === 'input' ? 'Input' : 'Output'} ${card.label}`;
  return (
    <li className="port-row">
      <span className={`port-dot port-dot--${card.colour} port-dot--${direction}`} aria-hidden="true" />
      <span className="port-row__name">{card.label}</span>
      <span className="port-row__type" title={card.type}>
        {card.type}
      </span>
      {stream ? (
        <span className="port-row__link">
          <button
            type="button"
            className="link mono"
            onClick={() => select({ stage, instances: [], streams: [stream.id] })}
            aria-label={`${name} of ${operation}: show stream ${direction === 'input' ? 'from' : 'to'} ${endName(direction === 'input' ? stream.from : stream.to)}`}
          >
            {direction === 'input' ? '← ' : '→ '}
            {endName(direction === 'input' ? stream.from : stream.to)}
          </button>
          <IconButton
            label={`Disconnect ${name.toLowerCase()} of ${operation}`}
            className="icon-button--small"
            onClick={() =>
              edit((design) => ({ ...disconnect(design, stage, stream.id), select: composer.getState().selection }))
            }
          >
            <Unplug size={13} />
          </IconButton>
        </span>
      ) : (
        <ConnectMenu
          stage={stage}
          port={port}
          label={`${name.toLowerCase()} of ${operation} ${direction === 'input' ? 'from' : 'to'}`}
        />
      )}
    </li>
  );
}
