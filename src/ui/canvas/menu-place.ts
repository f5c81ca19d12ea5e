import type { StageName } from '../../core/design/types.ts';
import { composer } from '../state/app-store.ts';
import type { Selection } from '../state/edit.ts';

/** What was pointed at: an instance (and the operation in it), a stream, or empty canvas. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  readonly instance?: string | undefined;
  readonly operation?: string | undefined;
  readonly stream?: string | undefined;
}

/** What is pointed at becomes what is selected, unless it is part of a larger selection. */
export function selectForMenu(stage: StageName, place: MenuPlace): void {
  const { selection, select } = composer.getState();
  const next: Selection = { stage, instances: place.instance ? [place.instance] : [], streams: place.stream ? [place.stream] : [] };
  const within = selection.stage === stage && (place.instance ? selection.instances.includes(place.instance) : place.stream ? selection.streams.includes(place.stream) : false);
  if (!within) select(next);
}
