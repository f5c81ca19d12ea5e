import { openDialog } from '../state/dialogs.ts';

/** Opens the page of the selected module. */
export const showHelp = (): void => openDialog('help');
