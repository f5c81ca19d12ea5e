/**
 * Views that are loaded when they are first shown, but that an action wants ahead, so that what is typed next is
 * theirs. Actions know no view: the file that shows it says here how it is loaded.
 */
export type LateView = 'group-panel' | 'note-card';

const loaders = new Map<LateView, () => Promise<unknown>>();

/** Makes a view known by name; returns how it is loaded, for `lazy`. */
export function lateView<Module>(name: LateView, load: () => Promise<Module>): () => Promise<Module> {
  loaders.set(name, load);
  return load;
}

/** Loads a view before it is shown; does nothing where no file shows it. */
export async function loadAhead(name: LateView): Promise<void> {
  await loaders.get(name)?.();
}
