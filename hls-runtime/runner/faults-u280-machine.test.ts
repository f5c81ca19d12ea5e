/** What is missing or wrong on a machine that builds for the U280: `all` says it before anything is built. */
import { afterAll, beforeAll } from 'vitest';
import { WORLD } from '../tests/fake-tools/world.ts';
import { builtLab, type FaultCase, type Lab } from './fake-lab.ts';
import { testFaults, without, world } from './fault-checks.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await builtLab('u280');
}, 120_000);
afterAll(() => lab.remove());

function noPlatform({ machine }: Lab): undefined {
  machine.removePlatform();
}

const MACHINE: readonly FaultCase[] = [
  { from: 'built', name: 'no Vitis', break: without('v++'), says: ['missing Alveo U280: Vitis', 'source <folder>/settings64.sh'] },
  { from: 'built', name: 'no vitis-run', break: without('vitis-run', 'vitis_hls'), says: ['missing Alveo U280: HLS front end'] },
  { from: 'built', name: 'release 2025.2', break: world({ release: '2025.2' }), says: ['Release 2025.2 does not build for the U280: its platform was dropped after 2025.1.'] },
  { from: 'built', name: 'release 2021.1', break: world({ release: '2021.1' }), says: ['not one that the project is written for: 2023.2 to 2025.1'] },
  { from: 'built', name: 'no platform', break: noPlatform, says: ['missing Alveo U280: Platform', 'xilinx-u280-gen3x16-xdma-1-202211-1-dev'] },
  { from: 'built', name: 'no XRT', break: without('xrt-smi', 'xbutil'), says: ['missing Alveo U280: XRT', '2.19'] },
  { from: 'built', name: 'driver of another XRT', break: world({ xrt: { ...WORLD.xrt, xocl: '2.16.204' } }), says: ['wrong   Alveo U280: XRT driver: xocl is 2.16.204, XRT is 2.19.194'] },
  { from: 'built', name: 'no driver', break: world({ xrt: { ...WORLD.xrt, xocl: 'unknown' } }), says: ['xocl is not loaded', 'dkms status'] },
  { from: 'built', name: 'no card', break: world({ cards: [] }), says: ['XRT sees no card', 'build here, run on the machine that has one'] },
  { from: 'built', name: 'wrong shell', break: world({ cards: [{ bdf: '0000:3b:00.1', shell: 'xilinx_u280_xdma_201920_3', ready: true }] }), says: ['0000:3b:00.1 with xilinx_u280_xdma_201920_3; the project is for', 'xbmgmt program --base'] },
  { from: 'built', name: 'card not ready', break: world({ cards: [{ bdf: '0000:3b:00.1', shell: 'xilinx_u280_gen3x16_xdma_base_1', ready: false }] }), says: ['0000:3b:00.1 is not ready'] },
];

testFaults(() => lab, MACHINE);
