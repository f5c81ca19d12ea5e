/** Where menus are put: within a landmark of the page, so that whoever goes through landmarks finds an open menu. */
export const MENU_LAYER = 'menus';

export const menuLayer = (): HTMLElement | null => document.getElementById(MENU_LAYER);
