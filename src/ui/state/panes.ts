import { create } from 'zustand';

/** What a small window shows; a large one shows all of it side by side. */
export type Pane = 'side' | 'canvas' | 'inspector' | 'views';

export const usePane = create<{ readonly pane: Pane }>(() => ({ pane: 'canvas' }));
export const showPane = (pane: Pane): void => usePane.setState({ pane });
