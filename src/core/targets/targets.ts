import type { Platform, Target } from './types.ts';
import { U280 } from './u280.ts';
import { V80 } from './v80.ts';

export type { Target } from './types.ts';

export const TARGETS: readonly Target[] = [U280, V80];

export function targetById(id: string): Target | undefined {
  return TARGETS.find((target) => target.id === id);
}

/** The shell of a target: the named one, or the default. */
export function platformOf(target: Target, id?: string): Platform {
  const platform = target.platforms.find((candidate) => candidate.id === id) ?? target.platforms[0];
  if (!platform) throw new Error(`target ${target.id} has no platform`);
  return platform;
}

/** Ids of the shells of all targets. */
export const PLATFORM_IDS: readonly string[] = TARGETS.flatMap((target) =>
  target.platforms.map((platform) => platform.id),
);
