export type ActionGroup = 'Design' | 'Edit' | 'Arrange' | 'View' | 'Help';

/** Something that the user can ask for. Menus, keys, the command palette and the sheet of shortcuts are made from this one list. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: ActionGroup;
  /** `Mod` is Ctrl, or Cmd on a Mac. */
  readonly keys: readonly string[];
  /** Other words that it is found by. */
  readonly aliases?: readonly string[];
  /** Works while a text is being edited, too. */
  readonly always?: boolean;
  /** Its keys are left to the browser, whose event calls it (copy, cut, paste). */
  readonly native?: boolean;
  /** Its keys act on a canvas only, not in lists and panels. */
  readonly onCanvas?: boolean;
  /** Not worth a place in the command palette. */
  readonly hidden?: boolean;
  readonly enabled?: () => boolean;
  readonly run: () => void;
}
