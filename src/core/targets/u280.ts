import { sumCounts, type FillLimits, type ResourceCounts, type Target } from './types.ts';

/**
 * Fill up to which timing closes as a rule: the limits that FINN's device models quote as recommended by the vendor;
 * UG1393 asks for about 10 % of the region to be left for infrastructure on top.
 */
export const RECOMMENDED_FILL: FillLimits = {
  lut: 0.7,
  ff: 0.5,
  dsp: 0.8,
  bram18: 0.8,
  uram: 0.8,
  memoriesAndDsp: 0.7,
  source: 'FINN platforms.py ("recommended by Xilinx"); UG1393 for the 10 % of infrastructure',
};

/** Dynamic region of the platform by SLR, from RapidStream's device file of the same platform. */
const SLRS_202211: readonly ResourceCounts[] = [
  { lut: 388_800, ff: 777_600, dsp: 2_664, bram18: 1_200, uram: 320 },
  { lut: 364_800, ff: 729_600, dsp: 2_784, bram18: 1_152, uram: 320 },
  { lut: 382_080, ff: 764_160, dsp: 2_856, bram18: 1_200, uram: 320 },
];

/** Alveo U280: UltraScale+ with 8 GB HBM2. */
export const U280: Target = {
  id: 'u280',
  title: 'Alveo U280',
  part: 'xcu280-fsvh2892-2L-e',
  family: 'ultrascale',
  platform: 'xilinx_u280_gen3x16_xdma_1_202211_1',
  packageFormat: 'xo',
  flowTarget: 'vitis',
  memoryPorts: 30,
  defaultClock: 300,
  note: '3 SLRs, 8 GB HBM2 in 32 pseudo-channels (460 GB/s), 2 x 16 GB DDR4. Usable HBM ports: 30; pseudo-channels 30 and 31 overlap the static region.',
  die: { lut: 1_303_680, ff: 2_607_360, dsp: 9_024, bram18: 4_032, uram: 960 },
  platforms: [
    {
      id: 'gen3x16_xdma_1_202211',
      title: 'gen3x16 XDMA 202211',
      slrs: SLRS_202211,
      user: sumCounts(SLRS_202211),
      hbmPorts: 30,
      clock: [175, 270, 305],
      source:
        'Dynamic region of xilinx_u280_gen3x16_xdma_1_202211_1 in the U280 device file of RapidStream (FlexLLM repository); clocks of published U280 designs (FAST-Prefill 175 MHz, DFX 200, Serpens 270, FlexLLM 304)',
    },
  ],
  fillLimits: RECOMMENDED_FILL,
  slrWires: {
    perBoundary: 23_040,
    advised: 11_520,
    source: 'FINN: 23,040 SLLs per boundary; RapidStream plans with 11,520 in the column beside the shell-free half',
  },
  memories: [
    {
      kind: 'hbm',
      name: (index) => `HBM[${index}]`,
      count: 32,
      usable: 30,
      capacity: 256 * 2 ** 20,
      bandwidth: 14.375e9,
      total: 460e9,
      efficiency: 0.91,
      portBits: 256,
      portClock: 450,
      readLatency: 289,
      writeLatency: 151,
      slr: () => 0,
      switchGroup: 4,
      source:
        'UG1393 (capacity, 14.375 GB/s per pseudo-channel); HBM Connect, FPGA 2021 (13.1 of 14.4 GB/s reached, 289 ns read, 151 ns write, full crossbar among 4 neighbours)',
    },
    {
      kind: 'ddr',
      name: (index) => `DDR[${index}]`,
      count: 2,
      usable: 2,
      capacity: 16 * 2 ** 30,
      bandwidth: 19.2e9,
      total: 38.4e9,
      efficiency: 0.85,
      portBits: 512,
      portClock: 300,
      readLatency: 289,
      writeLatency: 151,
      slr: (index) => index,
      switchGroup: 1,
      source: 'DS963 (2 x 16 GB DDR4-2400); efficiency and latency assumed as for HBM or lower',
    },
  ],
  power: {
    limit: 225,
    idle: 37.3,
    source:
      'xbutil examine -r electrical: Max Power 225 W; lowest sample of the U280 power log in the FlexLLM repository 37.3 W',
  },
  reconfiguration: 0.3,
  defaultBitstreams: 2,
};
