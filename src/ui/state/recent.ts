import { create } from 'zustand';

const MAX_RECENT = 12;

/** Modules that were added in this visit, the latest first. */
export const useRecent = create<{ readonly modules: readonly string[] }>(() => ({ modules: [] }));

/** Remembers that a module was used. */
export const noteUse = (module: string): void =>
  useRecent.setState(({ modules }) => ({
    modules: [module, ...modules.filter((other) => other !== module)].slice(0, MAX_RECENT),
  }));
