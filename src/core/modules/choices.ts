import type { ParamValue } from '../design/types.ts';
import type { DesignContext, ParamSpec } from './types.ts';

/** Legal values of a parameter of an instance; undefined where the module cannot say while other parameters are illegal. */
export function legalValues(
  spec: ParamSpec,
  context: DesignContext,
  params: Readonly<Record<string, ParamValue>>,
  roles: readonly string[],
): readonly ParamValue[] | undefined {
  try {
    return spec.choices(context, params, roles);
  } catch {
    return undefined;
  }
}

/** How far two values are apart: numbers by their ratio, anything else by whether they are equal. */
export const distance = (a: ParamValue, b: ParamValue): number =>
  typeof a === 'number' && typeof b === 'number' && a > 0 && b > 0 ? Math.abs(Math.log(a / b)) : a === b ? 0 : 1;

/** For a message: the legal numbers next to one that is not; of anything else the first `most`. */
export function nearText(choices: readonly ParamValue[], value: ParamValue, most: number): string {
  const numbers = choices.filter((choice) => typeof choice === 'number');
  if (typeof value !== 'number' || !Number.isFinite(value) || numbers.length < choices.length)
    return choices.slice(0, most).join(', ');
  return [...numbers]
    .sort((a, b) => Math.abs(a - value) - Math.abs(b - value) || a - b)
    .slice(0, 4)
    .sort((a, b) => a - b)
    .join(', ');
}
