import { create } from 'zustand';
import type { Instance, StageName } from '../../core/design/types.ts';
import { NODE } from '../../core/templates/layout.ts';
import { cardsOf } from '../drawing/cards.ts';
import { canvasOf } from '../drawing/session.ts';
import { openDialog } from '../state/dialogs.ts';
import { composer } from '../state/app-store.ts';
import { freePlace } from '../../core/edit/places.ts';
import type { PortEnd } from '../../core/edit/connection.ts';
import { findInstance } from '../../core/edit/instances.ts';

/** Where something is to be added, and the loose end of the wire that asks for it. */
interface QuickAddPlace {
  readonly stage: StageName;
  readonly port: PortEnd | undefined;
  /** On the canvas. */
  readonly at: Instance['position'];
  /** On the screen; in the middle of the window when absent. */
  readonly screen: { readonly x: number; readonly y: number } | undefined;
}

export const useQuickAdd = create<{ readonly place: QuickAddPlace | undefined }>(() => ({ place: undefined }));

/** Opens the list of what could read the selected instance, to its right: chosen one after another, modules make a chain. */
export function openChain(): void {
  const { design, selection, notify } = composer.getState();
  const { stage, instances } = selection;
  const card = cardsOf(design, stage).instances.get(instances[0] ?? '');
  const instance = findInstance(design, stage, instances[0] ?? '');
  if (!card || !instance) return;
  const free = card.rows.flatMap((row) =>
    row.outputs.filter((port) => !port.connected).map((port) => ({ operation: row.id, port: port.id })),
  )[0];
  if (!free) {
    notify(`Every output of ${instance.id} leads somewhere already; draw a wire from one of them to add a fork.`);
    return;
  }
  const at = { x: instance.position.x + NODE.width + 72, y: instance.position.y };
  useQuickAdd.setState({
    place: { stage, port: { direction: 'output', end: { instance: instance.id, ...free } }, at, screen: undefined },
  });
  openDialog('quick-add');
}

/** Opens the list of what can be added: all modules, or those that fit a wire. */
export function openQuickAdd(wire?: {
  stage: StageName;
  port: PortEnd;
  at: Instance['position'];
  screen: { x: number; y: number };
}): void {
  const { stage, design } = composer.getState();
  const canvas = canvasOf(stage);
  useQuickAdd.setState({
    place: wire ?? {
      stage,
      port: undefined,
      at: canvas?.pointer() ?? freePlace(design.stages[stage].instances, canvas?.middle()),
      screen: undefined,
    },
  });
  openDialog('quick-add');
}
