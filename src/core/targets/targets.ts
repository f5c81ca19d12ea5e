/** A platform profile. Budgets and banks follow with the estimators. */
export interface Target {
  readonly id: string;
  readonly title: string;
  /** FPGA part as the vendor's tools name it. */
  readonly part: string;
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
}

export const TARGETS: readonly Target[] = [
  {
    id: 'u280',
    title: 'Alveo U280',
    part: 'xcu280-fsvh2892-2L-e',
    platform: 'xilinx_u280_gen3x16_xdma_1_202211_1',
    packageFormat: 'xo',
    flowTarget: 'vitis',
    memoryPorts: 30,
    defaultClock: 300,
    note: '3 SLRs, 8 GB HBM2 in 32 pseudo-channels (460 GB/s), 2 x 16 GB DDR4. Usable HBM ports: 30; pseudo-channels 30 and 31 overlap the static region.',
  },
  {
    id: 'v80',
    title: 'Alveo V80',
    part: 'xcv80-lsva4737-2MHP-e-S',
    platform: null,
    packageFormat: 'ip_catalog',
    flowTarget: 'vivado',
    memoryPorts: 64,
    defaultClock: 300,
    note: '3 SLRs, 32 GB HBM2e behind 64 ports. Kernels are packaged as IP for the card shell.',
  },
];

export function targetById(id: string): Target | undefined {
  return TARGETS.find((target) => target.id === id);
}
