/** Something wrong with what the user gave: exit code 2, nothing written. */
export class InputError extends Error {}
