/**
 * The one place where derived results are kept. Results belong to the object that they follow from and go with it. A WeakMap
 * would serve as well, but the collection of young objects takes all of its values for reachable, whether or not their keys
 * still are: after each edit, everything derived for the edits before would be copied along until the next full collection
 * (ADR 9).
 */
export interface HasCache {
  readonly cache: Map<unknown, unknown>;
}

/** The cache of a new object. */
export const emptyCache = (): Map<unknown, unknown> => new Map();

/** `derive`, once per object. */
export function cached<Of extends HasCache, Value>(derive: (of: Of) => Value): (of: Of) => Value {
  return (of) => {
    const known = of.cache.get(derive) as Value | undefined;
    if (known !== undefined || of.cache.has(derive)) return known as Value;
    const value = derive(of);
    of.cache.set(derive, value);
    return value;
  };
}

/** A place in the cache of every object for a result that the next one replaces. */
export const cacheSlot = <Of extends HasCache, Value>(): ((of: Of) => { value: Value | undefined }) =>
  cached(() => ({ value: undefined }));

/**
 * A place beside every object of a document, or type, which have no cache of their own. For small results of objects that
 * live long: see above.
 */
export function cacheBeside<Of extends object, Value>(): (of: Of) => { value: Value | undefined } {
  const places = new WeakMap<Of, { value: Value | undefined }>();
  return (of) => {
    let place = places.get(of);
    if (!place) {
      place = { value: undefined };
      places.set(of, place);
    }
    return place;
  };
}

/** Results by key; all are forgotten when there are `most`. */
export class BoundedCache<Key, Value> extends Map<Key, Value> {
  private readonly most: number;

  constructor(most: number) {
    super();
    this.most = most;
  }

  override set(key: Key, value: Value): this {
    if (this.size >= this.most && !this.has(key)) this.clear();
    return super.set(key, value);
  }
}

/** The last `most` results of `find`, the latest first; `matches` tells whether a result answers a question. */
export class LatestCache<Value> {
  private known: readonly Value[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** The result that matches, or a new one; it is the latest then. */
  take(matches: (value: Value) => boolean, derive: () => Value): Value {
    const [first] = this.known;
    if (first !== undefined && matches(first)) return first;
    const value = this.known.find(matches) ?? derive();
    this.known = [value, ...this.known.filter((other) => other !== value).slice(0, this.most - 1)];
    return value;
  }
}

/** `derive`, kept for the last `most` objects that were asked about. */
export function latest<Key extends object, Value>(most: number, derive: (key: Key) => Value): (key: Key) => Value {
  const cache = new LatestCache<{ readonly key: Key; readonly value: Value }>(most);
  return (key) =>
    cache.take(
      (entry) => entry.key === key,
      () => ({ key, value: derive(key) }),
    ).value;
}
