import { isPlainPort } from '../../core/modules/catalogue.ts';
import type { Design, Endpoint, Group, StageName } from '../../core/design/types.ts';
import { boundaryOf } from './boundary.ts';
import { cardsOf, type PortCard } from './cards.ts';

/** What the card of a collapsed group shows, derived from the cards of its instances. */
export interface GroupCard {
  readonly inputs: readonly BoundaryPort[];
  readonly outputs: readonly BoundaryPort[];
  readonly passes: readonly number[];
  readonly operations: number;
  readonly errors: number;
}

export interface BoundaryPort {
  readonly end: Endpoint;
  /** Operation, and the port where it has a name of its own. */
  readonly label: string;
  readonly port: PortCard;
}

export function groupCard(design: Design, stage: StageName, group: Group): GroupCard {
  const { instances } = cardsOf(design, stage);
  const boundary = boundaryOf(design.stages[stage], group);
  const ports = (ends: readonly Endpoint[], direction: 'inputs' | 'outputs'): BoundaryPort[] =>
    ends.flatMap((end) => {
      const port = instances
        .get(end.instance)
        ?.rows.find((row) => row.id === end.operation)
        ?.[direction].find((candidate) => candidate.id === end.port);
      return port
        ? [
            {
              end,
              label: isPlainPort(end.port) ? end.operation : `${end.operation}.${end.port}`,
              port,
            },
          ]
        : [];
    });
  const cards = group.members.flatMap((id) => instances.get(id) ?? []);
  const rows = cards.flatMap((card) => card.rows);
  return {
    inputs: ports(boundary.inputs, 'inputs'),
    outputs: ports(boundary.outputs, 'outputs'),
    passes: [...new Set(rows.flatMap((row) => row.pass ?? []))].sort((a, b) => a - b),
    operations: rows.length,
    errors: cards.reduce((sum, card) => sum + card.errors, 0),
  };
}
