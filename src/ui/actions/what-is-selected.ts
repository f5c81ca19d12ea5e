import { composer } from '../state/app-store.ts';

/** The state of the application, as it is when an action asks. */
export const state = composer.getState;
/** Whether at least so many instances are selected. */
export const selected = (least: number) => (): boolean => state().selection.instances.length >= least;
/** Instances or notes. */
export const things = (): boolean => state().selection.instances.length + (state().selection.notes?.length ?? 0) > 0;
