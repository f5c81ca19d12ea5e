import { openDialog } from '../dialogs/dialogs.ts';

/** Opens the page of the selected module. */
export const showHelp = (): void => openDialog('help');
