/** The picture of docs/architecture.md in a theme, as SVG. */
export function architecturePicture(theme: 'light' | 'dark'): string;
