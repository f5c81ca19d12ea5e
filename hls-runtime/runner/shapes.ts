/** Checks of values read from files. */

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that is safe in C++, in paths and in commands. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** A path below the project that cannot lead out of it. */
export function isInnerPath(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[A-Za-z0-9_.][A-Za-z0-9_./+-]*$/.test(value) && !value.split('/').includes('..')
  );
}
