/** What goes wrong only on the way to a V80. */
import { WORLD } from '../../hls-runtime/tests/fake-tools/world.ts';
import { cardSays, edited, type Fault, tool, without, world } from './faults.ts';

const card = WORLD.v80 as NonNullable<typeof WORLD.v80>;
const LINK = 'link-decode_hw';
const CONFIG = 'config_decode.cfg';

const MACHINE: readonly Fault[] = [
  { name: 'release 2024.2', break: world({ release: '2024.2' }), says: ['SLASH needs 2025.1 exactly'] },
  { name: 'release 2025.2', break: world({ release: '2025.2' }), says: ['SLASH needs 2025.1 exactly'] },
  {
    name: 'no slashkit',
    break: without('slashkit'),
    says: ['missing Alveo V80: slashkit', 'install the SLASH packages'],
  },
  { name: 'no v80-smi', break: without('v80-smi'), says: ['missing Alveo V80: v80-smi', 'install the SLASH packages'] },
  {
    name: 'an old CMake',
    break: tool({ tool: 'cmake', phase: 'version', lines: ['cmake version 3.16.3'], code: 0 }),
    says: ['wrong   Alveo V80: CMake: 3.16.3, but 3.20 or newer is needed'],
  },
  { name: 'no card', break: world({ v80: null }), says: ['v80-smi lists no V80'] },
  {
    name: 'a part of the card is not ready',
    break: world({ v80: { ...card, notReady: ['PF1', 'VRTD'] } }),
    says: ['PF1, VRTD not ready', 'systemctl restart vrtd'],
  },
  {
    name: 'wrong shell',
    break: world({ v80: { ...card, shell: 'service' } }),
    says: ['the card has the service shell', '--shell-type compute'],
  },
  {
    name: 'firmware without management',
    break: world({ v80: { ...card, ami: 'NO_AMC' } }),
    says: ['ami_tool says NO_AMC', 'cfgmem_program'],
  },
  {
    name: 'old firmware',
    break: world({ v80: { ...card, ami: 'COMPAT' } }),
    says: ['ami_tool says COMPAT', 'cfgmem_program'],
  },
];

const BUILD: readonly Fault[] = [
  {
    name: 'CMake finds no linker',
    at: 'configure',
    break: tool({
      tool: 'cmake',
      phase: 'configure',
      lines: ['CMake Error at SlashTools.cmake:60 (message):', '  SlashTools: Cannot find the SLASH linker.  Either:'],
    }),
    says: ['slashkit, libvrt-dev'],
    known: 'slash-linker',
  },
  {
    name: 'CMake finds no Ninja',
    at: 'configure',
    break: tool({
      tool: 'cmake',
      phase: 'configure',
      lines: ['CMake Error: CMake was unable to find a build program corresponding to "Ninja".'],
    }),
    says: ['cmake ninja-build'],
    known: 'cmake-generator',
  },
  {
    name: 'an instance that does not exist',
    at: LINK,
    break: edited(CONFIG, /sp=decode_0\./, 'sp=decode.'),
    says: ['unknown instance', 'k_0'],
    known: 'slash-instance',
  },
  {
    name: 'a port that is none',
    at: LINK,
    break: edited(CONFIG, /sp=decode_0\.m_axi_/, 'sp=decode_0.'),
    says: ['is not an AXI4FULL port'],
    known: 'slash-instance',
  },
  {
    name: 'a kernel that does not exist',
    at: LINK,
    break: edited(CONFIG, 'nk=decode:', 'nk=decoder:'),
    says: ['not found in kernel_library'],
    known: 'slash-instance',
  },
  {
    name: 'a memory that does not exist',
    at: LINK,
    break: edited(CONFIG, /HBM\d+$/m, 'HBM64'),
    says: ['HBM0 to HBM63'],
    known: 'slash-memory',
  },
  {
    name: 'sp below [clock]',
    at: LINK,
    break: edited(CONFIG, /(sp=.*\n)([\s\S]*)$/, '$2[connectivity]\n$1'),
    says: ['Move all of [connectivity] in front of [clock]'],
    known: 'slash-sp-after-clock',
  },
  {
    name: 'half a clock',
    at: LINK,
    break: edited(CONFIG, /freqhz=.*\n/, ''),
    says: ['needs both lines'],
    known: 'slash-clock',
  },
  {
    name: 'too many kernels',
    at: LINK,
    break: edited(CONFIG, 'nk=decode:1:decode_0', 'nk=decode:16'),
    says: ['at most 15 kernels'],
    known: 'slash-kernels',
  },
  {
    name: 'HBM outside of the region',
    at: LINK,
    break: tool({
      tool: 'slashkit',
      phase: 'link',
      lines: [
        "ERROR: [DRC HDPR-18] Reconfigurable Module resource type: requires resource type 'NOC_NMU_HBM2E' which is not ranged by 'pblock_inst_shell'",
      ],
    }),
    says: ['2025.1 exactly'],
    known: 'v80-hdpr',
  },
  {
    name: 'a kernel that includes a file of the project',
    at: 'synth-prefill',
    break: edited('hls/prefill.cpp', /^/, '#include "kernels.hpp"\n'),
    says: ['kernels.hpp', 'The C++ front end refuses'],
    known: 'hls-compile',
  },
];

/** Words of VRT and its driver, and the entry that explains them. */
const SAID: readonly (readonly [string, string, string])[] = [
  ['bitstream of another target', 'No PDI files found for programming', 'vrt-platform'],
  ['buffer in another memory', "Memory type mismatch for kernel 'decode_0': target is HBM", 'vrt-memory'],
  ['the design hangs', 'qdma: QDMA timeout on queue 0', 'v80-hung'],
  ['the daemon is gone', 'Cannot connect to vrtd', 'v80-not-ready'],
  ['driver and firmware of different versions', 'Failed to read VSEC', 'v80-firmware'],
];

export const V80_FAULTS: readonly Fault[] = [
  ...MACHINE,
  ...BUILD,
  ...SAID.map(
    ([name, words, known]): Fault => ({
      name,
      break: cardSays(words),
      says: [words, 'Why:', 'Do:', 'build/logs/run.log'],
      known,
    }),
  ),
];
