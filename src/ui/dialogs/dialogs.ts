import { create } from 'zustand';

export type DialogName = 'new' | 'samples' | 'shortcuts' | 'commands' | 'find' | 'quick-add' | 'recipe' | 'recover' | 'compare' | 'help';

/** Which dialog is open. */
export const useDialogs = create<{ readonly open: DialogName | undefined }>(() => ({ open: undefined }));

export const openDialog = (name: DialogName): void => useDialogs.setState({ open: name });
export const closeDialog = (): void => useDialogs.setState({ open: undefined });
