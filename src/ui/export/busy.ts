import { create } from 'zustand';

/** Work that the user waits for, so that buttons can say so. */
export const useBusy = create<{ readonly exporting: boolean }>(() => ({ exporting: false }));
