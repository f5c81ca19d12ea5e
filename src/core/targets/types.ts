/** Amounts of the five kinds of programmable resources. A BRAM36 counts as two `bram18`. */
export interface ResourceCounts {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
}

/** Resource kinds in the order in which tables show them. */
export const RESOURCE_KINDS = ['lut', 'ff', 'dsp', 'bram18', 'uram'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** As tables and sentences name them. */
export const KIND_NAMES = {
  lut: 'LUT',
  ff: 'FF',
  dsp: 'DSP',
  bram18: 'BRAM18',
  uram: 'URAM',
} as const satisfies Readonly<Record<ResourceKind, string>>;

/** As shares name them, which do not count blocks of BRAM. */
export const SHARE_NAMES: Readonly<Record<ResourceKind, string>> = { ...KIND_NAMES, bram18: 'BRAM' };

/** A family decides what an operator costs: UltraScale+ has DSP48E2, Versal has DSP58 with a native FP32 mode. */
export type Family = 'ultrascale' | 'versal';

/** What a shell leaves to the user on a card. */
export interface Platform {
  readonly id: string;
  readonly title: string;
  /** User region per SLR, from the bottom up. */
  readonly slrs: readonly ResourceCounts[];
  /** Sum of `slrs`: what a design is placed against. */
  readonly user: ResourceCounts;
  /** m_axi ports to HBM that a kernel design can have. */
  readonly hbmPorts: number;
  /** Clock in MHz that has been reached with this shell: lowest seen, typical, highest seen. */
  readonly clock: readonly [number, number, number];
  /** Where the numbers come from and how sure they are. */
  readonly source: string;
}

/** A kind of memory that kernel ports can be mapped to: `count` equal banks of one name. */
export interface MemoryBanks {
  readonly kind: 'hbm' | 'ddr' | 'plram';
  /** Name of bank `index` in the linker's configuration. */
  readonly name: (index: number) => string;
  readonly count: number;
  /** Banks that a design may use by default (the others overlap the static region or serve the card). */
  readonly usable: number;
  /** Bytes per bank. */
  readonly capacity: number;
  /** Peak bytes per second of one bank. */
  readonly bandwidth: number;
  /** Peak bytes per second of all banks. */
  readonly total: number;
  /** Share of the peak that a long sequential burst reaches. */
  readonly efficiency: number;
  /** Width in bits of the native port and its clock in MHz: a kernel port transfers at most `portBits` x `portClock`. */
  readonly portBits: number;
  readonly portClock: number;
  /** Latency in nanoseconds from the request to the first data (read), and to the response (write). */
  readonly readLatency: number;
  readonly writeLatency: number;
  /** SLR that the ports of bank `index` enter. */
  readonly slr: (index: number) => number | undefined;
  /** Banks that a port reaches without crossing into another switch: groups of this many neighbours. */
  readonly switchGroup: number;
  readonly source: string;
}

/** Power of a card: what it may draw and what its estimate is built of (estimate/stage/power.ts). */
export interface PowerProfile {
  /** Limit of the card in watts. */
  readonly limit: number;
  /** Card without an active kernel in watts: device static, shell, board. */
  readonly idle: number;
  readonly source: string;
}

/** Shares of a region up to which timing closure is to be expected. */
export interface FillLimits extends ResourceCounts {
  /** Limit of the mean of the shares of BRAM, URAM and DSP. */
  readonly memoriesAndDsp: number;
  readonly source: string;
}

/** A card: device, shells, memories, power, tool flow. */
export interface Target {
  readonly id: string;
  readonly title: string;
  /** FPGA part as the vendor's tools name it. */
  readonly part: string;
  readonly family: Family;
  /** Vitis platform, or null where kernels are packaged as IP. */
  readonly platform: string | null;
  /** How the kernel is packaged: `xo` for v++ linking, `ip_catalog` for the V80 flow. */
  readonly packageFormat: 'xo' | 'ip_catalog';
  readonly flowTarget: 'vitis' | 'vivado';
  /** m_axi ports to HBM that a kernel design can have. */
  readonly memoryPorts: number;
  /** Clock in MHz that a new design aims at. */
  readonly defaultClock: number;
  readonly note: string;
  /** The whole device. */
  readonly die: ResourceCounts;
  /** Shells, the default first. */
  readonly platforms: readonly Platform[];
  readonly fillLimits: FillLimits;
  /** Wires between two neighbouring SLRs; a design should not use more than `advised` of them. */
  readonly slrWires: { readonly perBoundary: number; readonly advised: number; readonly source: string };
  /** Memories, the default first. */
  readonly memories: readonly MemoryBanks[];
  readonly power: PowerProfile;
  /** Seconds to load another bitstream. */
  readonly reconfiguration: number;
  /** Bitstreams of a design that does not say: two let prefill and decode each have the whole card. */
  readonly defaultBitstreams: 1 | 2;
}

/** Sum of resource counts. */
export function sumCounts(parts: readonly ResourceCounts[]): ResourceCounts {
  const sum = { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 };
  for (const part of parts) {
    sum.lut += part.lut;
    sum.ff += part.ff;
    sum.dsp += part.dsp;
    sum.bram18 += part.bram18;
    sum.uram += part.uram;
  }
  return sum;
}
