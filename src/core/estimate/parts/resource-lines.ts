import type { Hardware } from '../../modules/hardware.ts';
import { type Family, RESOURCE_KINDS, type ResourceCounts, sumCounts } from '../../targets/types.ts';
import { memoryCost } from './memories.ts';
import { unitCost } from './operator-costs.ts';

/** `count` equal parts, what one of them takes and where that figure comes from. */
export interface ResourceLine {
  readonly what: string;
  readonly count: number;
  readonly each: ResourceCounts;
  readonly source: string;
}

/** Amounts with their derivation: the sum over the breakdown of count times each. */
export interface Resources extends ResourceCounts {
  readonly breakdown: readonly ResourceLine[];
}

/**
 * Calibrated on U280, the only calibrated constant: share of the registers of operators and loops that is left after
 * synthesis. LUT-LLM reports 0.84 between HLS and Vivado; 0.98 puts both U280 designs of FlexLLM within 15 % (docs/resources.md).
 */
export const REGISTER_SHARE = 0.98;

const counts = ({ lut, ff, dsp, bram18, uram }: ResourceCounts): ResourceCounts => ({
  lut,
  ff: ff * REGISTER_SHARE,
  dsp,
  bram18,
  uram,
});

export const line = (
  what: string,
  count: number,
  cost: ResourceCounts & { readonly source: string },
): ResourceLine => ({ what, count, each: counts(cost), source: cost.source });

/** A line from only what is not zero. */
export const costLine = (what: string, count: number, each: Partial<ResourceCounts>, source: string): ResourceLine => ({
  what,
  count,
  each: counts({ lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0, ...each }),
  source,
});

type Order = (lines: readonly ResourceLine[]) => readonly ResourceLine[];
const asTheyAre: Order = (lines) => lines;

/** An edit needs the amounts at once, and later the lines of few parts: these are put together when asked for. */
class Sum implements Resources {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
  private readonly derive: () => readonly ResourceLine[];
  private lines: readonly ResourceLine[] | undefined;

  constructor({ lut, ff, dsp, bram18, uram }: ResourceCounts, derive: () => readonly ResourceLine[]) {
    this.lut = lut;
    this.ff = ff;
    this.dsp = dsp;
    this.bram18 = bram18;
    this.uram = uram;
    this.derive = derive;
    this.lines = undefined;
  }

  get breakdown(): readonly ResourceLine[] {
    this.lines ??= this.derive();
    return this.lines;
  }
}

/** Sum of lines; its breakdown is brought into `order`. */
export function sumLines(lines: readonly ResourceLine[], order: Order = asTheyAre): Resources {
  let [lut, ff, dsp, bram18, uram] = [0, 0, 0, 0, 0];
  for (const { count, each } of lines) {
    lut += count * each.lut;
    ff += count * each.ff;
    dsp += count * each.dsp;
    bram18 += count * each.bram18;
    uram += count * each.uram;
  }
  return new Sum({ lut, ff, dsp, bram18, uram }, () => order(lines));
}

/** Equal lines of one process kind are shown as one with a count. */
export function merge(lines: readonly ResourceLine[]): ResourceLine[] {
  // `what` tells lines apart but for those that differ in size; the costs of equal ones are the same object or equal.
  const merged = new Map<string, ResourceLine[]>();
  for (const one of lines) {
    const group = merged.get(one.what);
    if (!group) {
      merged.set(one.what, [one]);
      continue;
    }
    const at = group.findIndex(
      ({ each }) => each === one.each || RESOURCE_KINDS.every((kind) => each[kind] === one.each[kind]),
    );
    const before = group[at];
    if (before) group[at] = { ...before, count: before.count + one.count };
    else group.push(one);
  }
  return [...merged.values()].flat();
}

/** Sum of resources; its breakdown are their lines one after another, in `order`. */
export const sumResources = (parts: readonly Resources[], order: Order = asTheyAre): Resources =>
  new Sum(sumCounts(parts), () => order(parts.flatMap((part) => part.breakdown)));

/** The parts of a module's hardware on a family. */
export function hardwareLines(hardware: Hardware, family: Family): readonly ResourceLine[] {
  return hardware
    .filter((component) => component.kind !== 'buffer' || component.words * component.bits * component.banks > 0)
    .map((component) => {
      if (component.kind !== 'buffer') {
        const { each, count } = unitCost(component, family);
        return line(component.what, count, each);
      }
      const memory = memoryCost(component.words, component.bits, component.dual, component.ultra);
      return line(
        `${component.what} (${component.words} x ${component.bits} bits, ${memory.storage})`,
        component.banks,
        memory,
      );
    });
}
