/** What the memory ports of a pass ask of the banks that they are mapped to. */
import type { PassParts } from './pass-parts.ts';

/** Bank of a memory port (bundle), and the bytes per cycle that it sustains; undefined: never a limit. */
export type BankOf = (port: string) => { readonly name: string; readonly bytesPerCycle: number } | undefined;

/** What the parts of a pass ask of the banks: of banks that are asked alike, one. */
export interface Traffic {
  /** Cycles of the bank per cycle of a part, for each part on it; parts are counted through the pass. */
  readonly terms: readonly { readonly part: number; readonly perCycle: number; readonly port: string }[];
}

/** The traffic of a pass, and what tells it from other traffic. */
export function trafficOf(
  { operations }: PassParts,
  bankOf: BankOf,
): { readonly key: string; readonly traffic: readonly Traffic[] } {
  const banks = new Map<string, { part: number; perCycle: number; port: string }[]>();
  let index = -1;
  for (const { parts } of operations) {
    for (const { ports } of parts) {
      index += 1;
      for (const port of ports) {
        const bank = bankOf(port.name);
        if (!bank) continue;
        const perCycle = port.wordBytes / bank.bytesPerCycle;
        const terms = banks.get(bank.name) ?? [];
        // Ports of a part come one after another.
        const same = terms.at(-1);
        if (same?.part === index) same.perCycle += perCycle;
        else terms.push({ part: index, perCycle, port: port.name });
        banks.set(bank.name, terms);
      }
    }
  }
  const unique = new Map<string, Traffic>();
  for (const terms of banks.values()) {
    const key = terms.map((term) => `${term.part}:${term.perCycle}`).join(' ');
    if (!unique.has(key)) unique.set(key, { terms });
  }
  return { key: [...unique.keys()].join('/'), traffic: [...unique.values()] };
}

/** Cycles of the parts of a pass on their memory ports, and the port that takes longest of each. */
interface Moving {
  readonly cycles: Float64Array;
  readonly slowest: (Traffic['terms'][number] | undefined)[];
}

/** Least cycles of parts that move words: their bytes at the rate of their bank; of those that share one, the busiest waits for all. */
export function movingOf(traffic: readonly Traffic[], counts: Float64Array): Moving {
  const cycles = new Float64Array(counts.length);
  const slowest: Moving['slowest'] = [];
  const take = (term: Traffic['terms'][number], needed: number): void => {
    if (needed <= (cycles[term.part] as number)) return;
    cycles[term.part] = needed;
    slowest[term.part] = term;
  };
  for (const { terms } of traffic) {
    let all = 0;
    let most = 0;
    let busiest: Traffic['terms'][number] | undefined;
    for (const term of terms) {
      const own = (counts[term.part] as number) * term.perCycle;
      take(term, own);
      all += own;
      if (own > most) {
        most = own;
        busiest = term;
      }
    }
    if (busiest) take(busiest, all);
  }
  return { cycles, slowest };
}
