/** SVGs of docs/pictures by the name of their file, from the tables of docs/long-context.md. */
export function plotsOf(page: string): Readonly<Record<string, string>>;
