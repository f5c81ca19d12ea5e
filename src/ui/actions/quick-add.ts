import { create } from 'zustand';
import type { Instance, StageName } from '../../core/design/types.ts';
import { canvasOf } from '../canvas/session.ts';
import { openDialog } from '../dialogs/dialogs.ts';
import { composer } from '../state/app-store.ts';
import { freePlace } from '../state/arrange.ts';
import type { PortEnd } from '../state/connection.ts';

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

/** Opens the list of what can be added: all modules, or those that fit a wire. */
export function openQuickAdd(wire?: { stage: StageName; port: PortEnd; at: Instance['position']; screen: { x: number; y: number } }): void {
  const { stage, design } = composer.getState();
  const canvas = canvasOf(stage);
  useQuickAdd.setState({ place: wire ?? { stage, port: undefined, at: canvas?.pointer() ?? freePlace(design.stages[stage].instances, canvas?.middle()), screen: undefined } });
  openDialog('quick-add');
}
