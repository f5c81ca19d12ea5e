/** Folders in the order of their dependencies, with what each is for. */
export const CORE: readonly (readonly [name: string, what: string])[];
export const UI: readonly (readonly [name: string, what: string])[];
