/** What goes wrong on the way to a V80: `all` stops with the right words, and a second `all` goes on and completes. */
import { afterAll, beforeAll } from 'vitest';
import { WORLD } from '../tests/fake-tools/world.ts';
import { builtLab, type FaultCase, type Lab } from './fake-lab.ts';
import { edited, fault, hostSays, testFaults, without, world } from './fault-checks.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await builtLab('v80');
}, 120_000);
afterAll(() => lab.remove());

const card = WORLD.v80 as NonNullable<typeof WORLD.v80>;
const SYNTHS = ['configure', 'synth-prefill', 'synth-decode'];

const MACHINE: readonly FaultCase[] = [
  { name: 'release 2024.2', break: world({ release: '2024.2' }), says: ['SLASH needs 2025.1 exactly'] },
  { name: 'no slashkit', break: without('slashkit'), says: ['missing Alveo V80: slashkit', 'install the SLASH packages'] },
  { name: 'no card', break: world({ v80: null }), says: ['v80-smi lists no V80'] },
  { name: 'a part of the card is not ready', break: world({ v80: { ...card, notReady: ['PF1', 'VRTD'] } }), says: ['PF1, VRTD not ready', 'systemctl restart vrtd'] },
  { name: 'wrong shell', break: world({ v80: { ...card, shell: 'service' } }), says: ['the card has the service shell', '--shell-type compute'] },
  { name: 'old firmware', break: world({ v80: { ...card, ami: 'NO_AMC' } }), says: ['ami_tool says NO_AMC', 'cfgmem_program'] },
];

const HEAD = '[connectivity]\nnk=decode:1:decode_0\n';
const CLOCK = '[clock]\nkrnl=decode_0\nfreqhz=200000000\n';

const BUILD: readonly FaultCase[] = [
  { name: 'CMake finds no linker', break: fault({ tool: 'cmake', phase: 'configure', lines: ['CMake Error at SlashTools.cmake:60 (message):', '  SlashTools: Cannot find the SLASH linker.  Either:'] }), says: ['slashkit, libvrt-dev'], known: 'slash-linker' },
  { name: 'no licence', break: fault({ tool: 'v++', phase: 'compile', about: 'decode', lines: ["ERROR: [Common 17-345] A valid license was not found for feature 'Synthesis' and/or device 'xcv80'."] }), says: ['Vivado Enterprise licence'], known: 'licence', kept: ['configure', 'synth-prefill'] },
  { name: 'an instance that does not exist', break: edited('config_decode.cfg', `${HEAD}sp=decode.m_axi_weights:HBM0\nsp=decode_0.m_axi_result:HBM1\n${CLOCK}`), says: ['unknown instance', 'k_0'], known: 'slash-instance', kept: SYNTHS },
  { name: 'a port that is none', break: edited('config_decode.cfg', `${HEAD}sp=decode_0.weights:HBM0\nsp=decode_0.m_axi_result:HBM1\n${CLOCK}`), says: ['is not an AXI4FULL port'], known: 'slash-instance', kept: SYNTHS },
  { name: 'a memory that does not exist', break: edited('config_decode.cfg', `${HEAD}sp=decode_0.m_axi_weights:HBM64\nsp=decode_0.m_axi_result:HBM1\n${CLOCK}`), says: ['HBM0 to HBM63'], known: 'slash-memory', kept: SYNTHS },
  { name: 'sp below [clock]', break: edited('config_decode.cfg', `${HEAD}${CLOCK}[connectivity]\nsp=decode_0.m_axi_weights:HBM0\nsp=decode_0.m_axi_result:HBM1\n`), says: ['Move all of [connectivity] in front of [clock]'], known: 'slash-sp-after-clock', kept: SYNTHS },
  { name: 'half a clock', break: edited('config_decode.cfg', `${HEAD}sp=decode_0.m_axi_weights:HBM0\nsp=decode_0.m_axi_result:HBM1\n[clock]\nkrnl=decode_0\n`), says: ['needs both lines'], known: 'slash-clock', kept: SYNTHS },
  { name: 'out of memory', break: fault({ tool: 'slashkit', phase: 'link', about: 'decode_hw', signal: 'SIGKILL', lines: ['/usr/bin/slashkit: line 9: 4711 Killed                  vivado'] }), says: ['ran out of memory'], known: 'out-of-memory', kept: [...SYNTHS, 'link-prefill_hw'] },
  { name: 'HBM outside of the region', break: fault({ tool: 'slashkit', phase: 'link', lines: ["ERROR: [DRC HDPR-18] Reconfigurable Module resource type: requires resource type 'NOC_NMU_HBM2E' which is not ranged by 'pblock_inst_shell'"] }), says: ['2025.1 exactly'], known: 'v80-hdpr', kept: SYNTHS },
  { name: 'routing failed', break: fault({ tool: 'slashkit', phase: 'link', about: 'prefill_hw', lines: ['ERROR: [Route 35-3] Design is not routable as its global congestion level is 7.'] }), says: ['Spread the kernels'], known: 'routing', kept: SYNTHS },
  { name: 'a kernel that includes a file of the project', break: edited('hls/prefill.cpp', '#include "kernels.hpp"\nextern "C" void prefill(int length) {\n#pragma HLS interface s_axilite port=length\n#pragma HLS interface s_axilite port=return\n}\n'), says: ['kernels.hpp', 'The C++ front end refuses'], known: 'hls-compile', kept: ['configure'] },
];

const SAID: readonly (readonly [string, string, string])[] = [
  ['bitstream of another target', 'No PDI files found for programming', 'vrt-platform'],
  ['buffer in another memory', "Memory type mismatch for kernel 'decode_0': target is HBM", 'vrt-memory'],
  ['the design hangs', 'qdma: QDMA timeout on queue 0', 'v80-hung'],
];

testFaults(() => lab, [
  ...MACHINE.map((entry): FaultCase => ({ ...entry, from: 'built' })),
  ...BUILD,
  ...SAID.map(([name, words, known]): FaultCase => ({ from: 'built', name, break: hostSays(words), says: [words, 'Why:', 'Do:'], known, kept: [...SYNTHS, 'host'] })),
]);
