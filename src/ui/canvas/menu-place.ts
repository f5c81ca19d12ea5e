import type { StageName } from '../../core/design/types.ts';
import { findGroup } from '../../core/edit/groups.ts';
import { composer } from '../state/app-store.ts';
import type { Selection } from '../../core/edit/edit.ts';

/** What was pointed at: an instance (and the operation in it), a stream, a group, a note, or empty canvas. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  readonly instance?: string | undefined;
  readonly operation?: string | undefined;
  readonly stream?: string | undefined;
  readonly group?: string | undefined;
  readonly note?: string | undefined;
}

/** What is pointed at becomes what is selected, unless it is part of a larger selection. */
export function selectForMenu(stage: StageName, place: MenuPlace): void {
  const { design, selection, select } = composer.getState();
  const group = place.group ? findGroup(design, stage, place.group) : undefined;
  const instances = group?.members ?? (place.instance ? [place.instance] : []);
  const notes = place.note ? [place.note] : [];
  const next: Selection = {
    stage,
    instances,
    streams: place.stream ? [place.stream] : [],
    ...(place.note ? { notes } : {}),
  };
  const all = (wanted: readonly string[], chosen: readonly string[] = []): boolean =>
    wanted.every((id) => chosen.includes(id));
  const within =
    selection.stage === stage &&
    all(instances, selection.instances) &&
    all(next.streams, selection.streams) &&
    all(notes, selection.notes);
  if (!within) select(next);
}
