import { groupsOf } from '../../core/design/annotations.ts';
import { type Design, type Group, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { cardsOf, type InstanceCard, type PortCard, type RowCard } from '../drawing/cards.ts';
import { plural } from '../words/format.ts';
import { plainLines } from '../words/markdown.ts';
import { type PortEnd, quickReason } from '../../core/edit/connection.ts';
import { endName, sameEnd } from '../../core/edit/streams.ts';

/** A line of the outline. */
export interface OutlineRow {
  readonly key: string;
  readonly parent: string | undefined;
  readonly kind: 'stage' | 'group' | 'instance' | 'operation' | 'port' | 'note';
  readonly level: number;
  readonly stage: StageName;
  readonly label: string;
  readonly detail: string;
  readonly open: boolean | undefined;
  readonly instance?: string;
  readonly group?: Group;
  readonly note?: string;
  readonly port?: PortEnd;
  readonly stream?: string | undefined;
  readonly problem?: boolean;
  /** While a wire is being made: why it cannot end here, or undefined when it can. */
  readonly refused?: string | undefined;
}

interface Wire {
  readonly stage: StageName;
  readonly port: PortEnd;
}

export const groupKey = (stage: StageName, id: string): string => `${stage}/group:${id}`;

/** Makes the lines of one stage. */
class StageRows {
  readonly rows: OutlineRow[] = [];
  private readonly design: Design;
  private readonly stage: StageName;
  private readonly opened: ReadonlySet<string>;
  private readonly wire: Wire | undefined;

  constructor(design: Design, stage: StageName, opened: ReadonlySet<string>, wire: Wire | undefined) {
    this.design = design;
    this.stage = stage;
    this.opened = opened;
    this.wire = wire;
  }

  all(): OutlineRow[] {
    const { stage, design } = this;
    const graph = design.stages[stage];
    const notes = graph.notes ?? [];
    const detail = `${graph.instances.length} instances, ${graph.streams.length} streams${notes.length > 0 ? `, ${plural(notes.length, 'note')}` : ''}`;
    if (!this.add({ key: stage, parent: undefined, kind: 'stage', level: 1, label: STAGE_TITLES[stage], detail }))
      return this.rows;
    const cards = cardsOf(design, stage).instances;
    const grouped = new Set<string>();
    for (const group of groupsOf(graph)) {
      const key = groupKey(stage, group.id);
      const members = group.members.flatMap((id) => cards.get(id) ?? []);
      for (const id of group.members) grouped.add(id);
      const open = this.add({
        key,
        parent: stage,
        kind: 'group',
        level: 2,
        label: group.title,
        detail: `group of ${plural(members.length, 'instance')}${group.collapsed ? ', collapsed' : ''}`,
        group,
        problem: members.some((card) => card.errors > 0),
      });
      if (open) for (const card of members) this.instance(card, key, 3);
    }
    for (const card of cards.values()) if (!grouped.has(card.id)) this.instance(card, stage, 2);
    for (const note of notes)
      this.add(
        {
          key: `${stage}/note:${note.id}`,
          parent: stage,
          kind: 'note',
          level: 2,
          label: plainLines(note.text)[0]?.text ?? 'Empty note',
          detail: 'note',
          note: note.id,
        },
        false,
      );
    return this.rows;
  }

  /** Adds a line; true when what lies below it is to be shown. */
  private add(row: Omit<OutlineRow, 'stage' | 'open'>, unfolds = true): boolean {
    const open = unfolds ? this.opened.has(row.key) : undefined;
    this.rows.push({ ...row, stage: this.stage, open });
    return open === true;
  }

  private instance(card: InstanceCard, parent: string, level: number): void {
    const key = `${this.stage}/${card.id}`;
    if (
      !this.add(
        {
          key,
          parent,
          kind: 'instance',
          level,
          label: card.id,
          detail: card.title,
          instance: card.id,
          problem: card.errors > 0,
        },
        card.rows.length > 0,
      )
    )
      return;
    for (const row of card.rows) this.operation(card, row, key, level + 1);
  }

  private operation(card: InstanceCard, row: RowCard, parent: string, level: number): void {
    const key = `${parent}/${row.id}`;
    if (
      !this.add({
        key,
        parent,
        kind: 'operation',
        level,
        label: row.id,
        detail: row.pass === undefined ? 'operation' : `pass ${row.pass}`,
        instance: card.id,
        problem: row.problem,
      })
    )
      return;
    for (const port of row.inputs) this.port(card, row, port, 'input', key, level + 1);
    for (const port of row.outputs) this.port(card, row, port, 'output', key, level + 1);
  }

  private port(
    card: InstanceCard,
    row: RowCard,
    port: PortCard,
    direction: 'input' | 'output',
    parent: string,
    level: number,
  ): void {
    const { design, stage, wire } = this;
    const end: PortEnd = { direction, end: { instance: card.id, operation: row.id, port: port.id } };
    const stream = design.stages[stage].streams.find((candidate) =>
      sameEnd(direction === 'input' ? candidate.to : candidate.from, end.end),
    );
    const detail = stream
      ? `${direction === 'input' ? '←' : '→'} ${endName(direction === 'input' ? stream.from : stream.to)}`
      : 'not connected';
    const refused = wire
      ? { refused: wire.stage === stage ? quickReason(design, stage, wire.port, end) : 'on the other canvas' }
      : {};
    this.add(
      {
        key: `${parent}/${direction}/${port.id}`,
        parent,
        kind: 'port',
        level,
        label: `${direction === 'input' ? 'in' : 'out'} ${port.label}`,
        detail,
        instance: card.id,
        port: end,
        stream: stream?.id,
        ...refused,
      },
      false,
    );
  }
}

/** The canvases as lines, as far as they are unfolded: stage, group, instance, operation, port; and notes. */
export function outlineRows(design: Design, opened: ReadonlySet<string>, wire: Wire | undefined): OutlineRow[] {
  return STAGE_NAMES.flatMap((stage) => new StageRows(design, stage, opened, wire).all());
}
