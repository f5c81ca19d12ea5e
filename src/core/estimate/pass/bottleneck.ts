import type { PassTime, Slot } from './pass-time.ts';

/**
 * The operation that sets the interval of a pass: the one whose own work takes longest, with fill and memory; of equals,
 * the first. The others add fill and drain alone. Nothing for a pass in which nothing works.
 */
export function bottleneckOf({ slots }: Pick<PassTime, 'slots'>): Slot | undefined {
  const most = slots.reduce<Slot | undefined>(
    (found, slot) => (found && found.modelled >= slot.modelled ? found : slot),
    undefined,
  );
  return most && most.modelled > 0 ? most : undefined;
}
