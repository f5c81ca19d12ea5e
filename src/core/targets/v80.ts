import { sumCounts, type Platform, type ResourceCounts, type Target } from './types.ts';
import { RECOMMENDED_FILL } from './u280.ts';

/** The whole device (Vivado 2024.2 and HLS 2025.1 reports). */
const DIE: ResourceCounts = { lut: 2_574_208, ff: 5_148_416, dsp: 10_848, bram18: 7_482, uram: 1_925 };

/** SLRs of the die from RapidStream's slots. Its URAM counts add up to 2,015; they are scaled to the 1,925 of the device. */
const SLRS_DIE: readonly ResourceCounts[] = [
  { lut: 900_224, ff: 1_800_448, dsp: 3_984, bram18: 2_682, uram: 647 },
  { lut: 820_224, ff: 1_640_448, dsp: 3_456, bram18: 2_400, uram: 682 },
  { lut: 853_760, ff: 1_707_520, dsp: 3_408, bram18: 2_400, uram: 596 },
];

/**
 * The user region of a shell whose total is known: it is spread over the SLRs as the die is, because no public source
 * says how much of it lies in which SLR. Rounded so that the sums are exact.
 */
function spread(user: ResourceCounts): ResourceCounts[] {
  const share = (kind: keyof ResourceCounts): [number, number, number] => {
    const first = Math.round((user[kind] * (SLRS_DIE[0]?.[kind] ?? 0)) / DIE[kind]);
    const second = Math.round((user[kind] * (SLRS_DIE[1]?.[kind] ?? 0)) / DIE[kind]);
    return [first, second, user[kind] - first - second];
  };
  const [lut, ff, dsp, bram18, uram] = [share('lut'), share('ff'), share('dsp'), share('bram18'), share('uram')];
  return [0, 1, 2].map((slr) => ({
    lut: lut[slr] ?? 0,
    ff: ff[slr] ?? 0,
    dsp: dsp[slr] ?? 0,
    bram18: bram18[slr] ?? 0,
    uram: uram[slr] ?? 0,
  }));
}

function shell(id: string, title: string, user: ResourceCounts, clock: Platform['clock'], source: string): Platform {
  const slrs = spread(user);
  return { id, title, slrs, user: sumCounts(slrs), hbmPorts: 64, clock, source };
}

const PBLOCK =
  'from the pblock rectangles of the constraint file: an upper bound, prohibited sites are not taken off; the share of each SLR is assumed as in the die';

/** Alveo V80: Versal HBM with 32 GB HBM2e. */
export const V80: Target = {
  id: 'v80',
  title: 'Alveo V80',
  part: 'xcv80-lsva4737-2MHP-e-S',
  family: 'versal',
  platform: null,
  packageFormat: 'ip_catalog',
  flowTarget: 'vivado',
  memoryPorts: 64,
  defaultClock: 300,
  note: '3 SLRs, 32 GB HBM2e behind 64 ports. Kernels are packaged as IP for the card shell.',
  die: DIE,
  platforms: [
    shell(
      'slash_compute',
      'SLASH compute shell',
      { lut: 1_820_832, ff: 3_641_664, dsp: 8_016, bram18: 5_430, uram: 1_319 },
      [150, 200, 250],
      `SLASH, branch dev (default there), ${PBLOCK}; clocks of the SLASH examples`,
    ),
    shell(
      'slash_v1',
      'SLASH v1.0.0 shell',
      { lut: 726_880, ff: 1_453_760, dsp: 3_488, bram18: 2_190, uram: 544 },
      [146, 184, 250],
      `SLASH v1.0.0 (service shell with Ethernet), ${PBLOCK}; clocks of the SLASH examples`,
    ),
    {
      id: 'die',
      title: 'Whole device',
      slrs: SLRS_DIE,
      user: DIE,
      hbmPorts: 64,
      clock: [200, 250, 300],
      source:
        'LUT-LLM: own block design in plain Vivado 2024.2 with a RapidStream floorplan, 250 MHz met; FlexLLM projects 300 MHz',
    },
  ],
  fillLimits: RECOMMENDED_FILL,
  slrWires: {
    perBoundary: 18_870,
    advised: 9_435,
    source: 'RapidStream device file of the V80 (LUT-LLM): 18,870 per boundary; half of them advised, as on U280',
  },
  memories: [
    {
      kind: 'hbm',
      name: (index) => `HBM${index}`,
      count: 64,
      usable: 64,
      capacity: 512 * 2 ** 20,
      bandwidth: 12.8e9,
      total: 820e9,
      efficiency: 0.91,
      portBits: 256,
      portClock: 400,
      readLatency: 289,
      writeLatency: 151,
      slr: () => 2,
      switchGroup: 64,
      source:
        'DS1013 (820 GB/s in total); AVED documentation and SLASH (64 ports of 512 MB, 256 bit at 400 MHz, along SLR2; any port reaches any bank through the NoC); sustained rate and latency are not published, those of the U280 are assumed',
    },
    {
      kind: 'ddr',
      name: (index) => `DDR${index}`,
      count: 1,
      usable: 1,
      capacity: 32 * 2 ** 30,
      bandwidth: 25.6e9,
      total: 25.6e9,
      efficiency: 0.85,
      portBits: 512,
      portClock: 300,
      readLatency: 289,
      writeLatency: 151,
      slr: () => undefined,
      switchGroup: 1,
      source: 'DS1013 (one DIMM of 32 GB, 25.6 GB/s); efficiency and latency assumed',
    },
  ],
  power: {
    limit: 190,
    idle: 45,
    source:
      'Platform table of the FlexLLM paper: 190 W. Idle: 22 W static (Power Design Manager project of LUT-LLM, device at 100 degrees) and about 23 W for shell, HBM stacks and board, assumed in analogy to U280',
  },
  reconfiguration: 0.3,
  defaultBitstreams: 2,
};
