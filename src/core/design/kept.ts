/**
 * Results kept with what they are derived from. A WeakMap would serve as well, but the collection of young objects takes all of
 * its values for reachable, whether or not their keys still are: after each edit, everything derived for the edits before would
 * be copied along until the next full collection.
 */
export interface Keeps {
  readonly kept: Map<unknown, unknown>;
}

/** Results of an object that will come. */
export const nothingKept = (): Map<unknown, unknown> => new Map();

/** `derive`, once per object. */
export function once<Of extends Keeps, Value>(derive: (of: Of) => Value): (of: Of) => Value {
  return (of) => {
    const known = of.kept.get(derive) as Value | undefined;
    if (known !== undefined || of.kept.has(derive)) return known as Value;
    const value = derive(of);
    of.kept.set(derive, value);
    return value;
  };
}

/** A place in every object for a result that holds for a while. */
export const slot = <Of extends Keeps, Value>(): ((of: Of) => { value: Value | undefined }) =>
  once(() => ({ value: undefined }));
