import { create } from 'zustand';

export const DIALOG_NAMES = ['new', 'samples', 'shortcuts', 'commands', 'find', 'quick-add', 'connect', 'recipe', 'recover', 'compare'] as const;
export type DialogName = (typeof DIALOG_NAMES)[number];

/** Which dialog is open. */
export const useDialogs = create<{ readonly open: DialogName | undefined }>(() => ({ open: undefined }));

export const openDialog = (name: DialogName): void => useDialogs.setState({ open: name });
export const closeDialog = (): void => useDialogs.setState({ open: undefined });
