import type { StageName } from '../../core/design/types.ts';
import { type BankMap, placeName, sustained } from '../../core/estimate/stage/banks.ts';
import type { PortLoad } from '../../core/estimate/stage/ports.ts';
import type { MemoryBanks, Target } from '../../core/targets/types.ts';
import { banksNeeded } from '../../core/edit/placement.ts';

/** What the memory panel shows, without any pixel. */

export interface BankCell {
  readonly name: string;
  readonly index: number;
  readonly memory: MemoryBanks;
  /** A kernel may use it. */
  readonly usable: boolean;
  readonly bytes: number;
  /** Share of its capacity. */
  readonly fill: number;
  /** Demand over what it sustains in the busiest pass; streams of one pass add up, passes take turns. */
  readonly load: number;
  readonly busiest: { readonly stage: StageName; readonly pass: number } | undefined;
  readonly ports: readonly string[];
}

/** Banks with what lies in them, and what passes through in a stage. */
export function bankCells(map: BankMap, loads: readonly PortLoad[], stage: StageName): BankCell[] {
  const known = new Map(loads.map((load) => [load.key, load]));
  return map.banks.map(({ memory, index, name, bytes, ports }) => {
    const rates = new Map<string, { stage: StageName; pass: number; rate: number }>();
    for (const key of ports) {
      const load = known.get(key);
      if (load?.stage !== stage) continue;
      for (const { pass, duty } of load.passes) {
        const at = `${load.stage}/${pass}`;
        const before = rates.get(at) ?? { stage: load.stage, pass, rate: 0 };
        rates.set(at, { ...before, rate: before.rate + duty * load.fullRate });
      }
    }
    const busiest = [...rates.values()].reduce<{ stage: StageName; pass: number; rate: number } | undefined>(
      (most, one) => (most && most.rate >= one.rate ? most : one),
      undefined,
    );
    return {
      name,
      index,
      memory,
      usable: index < memory.usable,
      bytes,
      fill: bytes / memory.capacity,
      load: (busiest?.rate ?? 0) / sustained(memory),
      busiest: busiest && { stage: busiest.stage, pass: busiest.pass },
      ports,
    };
  });
}

/** Banks side by side in a row of the map. */
export const columnsOf = (memory: MemoryBanks): number => (memory.count > 8 ? 16 : Math.max(2, memory.count));

/** Where a port can go, as the selection list names it. A buffer larger than a bank takes neighbours, too. */
export function placesFor(target: Target, load: Pick<PortLoad, 'size'>): string[] {
  return target.memories.flatMap((memory) => {
    const count = banksNeeded(load.size, memory);
    return Array.from({ length: Math.max(0, memory.usable - count + 1) }, (_, first) =>
      placeName(memory, first, count),
    );
  });
}

/** Steps of colour for a share: 0 nothing, then fifths, 6 above all of it. */
export function step(share: number): number {
  if (share <= 0) return 0;
  if (share > 1.0005) return 6;
  return Math.max(1, Math.min(5, Math.ceil(share * 5)));
}

/** A bank in words. */
export function sayBank(cell: BankCell, percent: (share: number) => string, bytes: (value: number) => string): string {
  if (!cell.usable) return `${cell.name}: reserved, not for kernels`;
  if (cell.ports.length === 0) return `${cell.name}: free, ${bytes(cell.memory.capacity)}`;
  const load = cell.busiest
    ? `load ${percent(cell.load)} of what it sustains, most in ${cell.busiest.stage} pass ${cell.busiest.pass}`
    : 'no traffic';
  return `${cell.name}: ${bytes(cell.bytes)} of ${bytes(cell.memory.capacity)}, ${load}; ${cell.ports.join(', ')}`;
}
