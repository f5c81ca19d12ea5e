import { create } from 'zustand';

export const DIALOG_NAMES = [
  'start',
  'new',
  'samples',
  'shortcuts',
  'commands',
  'find',
  'quick-add',
  'connect',
  'recipe',
  'recover',
  'compare',
  'help',
  'glossary',
] as const;
export type DialogName = (typeof DIALOG_NAMES)[number];

/** A file that a dialog is to begin with. */
export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

/** Which dialog is open. */
export const useDialogs = create<{ readonly open: DialogName | undefined; readonly given: GivenFile | undefined }>(
  () => ({ open: undefined, given: undefined }),
);

export const openDialog = (name: DialogName, given?: GivenFile): void => useDialogs.setState({ open: name, given });
export const closeDialog = (): void => useDialogs.setState({ open: undefined, given: undefined });
