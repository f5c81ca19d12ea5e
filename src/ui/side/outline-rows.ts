import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../canvas/CanvasTitle.tsx';
import { cardsOf } from '../canvas/cards.ts';
import { type PortEnd, quickReason } from '../state/connection.ts';
import { endName, sameEnd } from '../state/wires.ts';

/** A line of the outline. */
export interface OutlineRow {
  readonly key: string;
  readonly parent: string | undefined;
  readonly level: 1 | 2 | 3 | 4;
  readonly stage: StageName;
  readonly label: string;
  readonly detail: string;
  readonly open: boolean | undefined;
  readonly instance?: string;
  readonly port?: PortEnd;
  readonly stream?: string | undefined;
  readonly problem?: boolean;
  /** While a wire is being made: why it cannot end here, or undefined when it can. */
  readonly refused?: string | undefined;
}

/** The canvases as lines, as far as they are unfolded: stage, instance, operation, port. */
export function outlineRows(design: Design, opened: ReadonlySet<string>, wire: { readonly stage: StageName; readonly port: PortEnd } | undefined): OutlineRow[] {
  const rows: OutlineRow[] = [];
  for (const stage of STAGE_NAMES) {
    const { instances, streams } = design.stages[stage];
    const cards = cardsOf(design, stage);
    rows.push({ key: stage, parent: undefined, level: 1, stage, label: STAGE_TITLES[stage], detail: `${instances.length} instances, ${streams.length} streams`, open: opened.has(stage) });
    if (!opened.has(stage)) continue;
    for (const card of cards.instances.values()) {
      const key = `${stage}/${card.id}`;
      rows.push({ key, parent: stage, level: 2, stage, label: card.id, detail: card.title, open: card.rows.length > 0 ? opened.has(key) : undefined, instance: card.id, problem: card.errors > 0 });
      if (!opened.has(key)) continue;
      for (const row of card.rows) {
        const operationKey = `${key}/${row.id}`;
        rows.push({ key: operationKey, parent: key, level: 3, stage, label: row.id, detail: row.pass === undefined ? 'operation' : `pass ${row.pass}`, open: opened.has(operationKey), instance: card.id, problem: row.problem });
        if (!opened.has(operationKey)) continue;
        for (const direction of ['in', 'out'] as const) {
          for (const port of direction === 'in' ? row.inputs : row.outputs) {
            const end: PortEnd = { direction, end: { instance: card.id, operation: row.id, port: port.id } };
            const stream = streams.find((candidate) => sameEnd(direction === 'in' ? candidate.to : candidate.from, end.end));
            const to = stream ? `${direction === 'in' ? '←' : '→'} ${endName(direction === 'in' ? stream.from : stream.to)}` : 'not connected';
            rows.push({
              key: `${operationKey}/${direction}/${port.id}`,
              parent: operationKey,
              level: 4,
              stage,
              label: `${direction} ${port.label}`,
              detail: to,
              open: undefined,
              instance: card.id,
              port: end,
              stream: stream?.id,
              ...(wire ? { refused: wire.stage === stage ? quickReason(design, stage, wire.port, end) : `on the other canvas` } : {}),
            });
          }
        }
      }
    }
  }
  return rows;
}

