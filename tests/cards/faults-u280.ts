/** What goes wrong only on the way to a U280. */
import { WORLD } from '../../hls-runtime/tests/fake-tools/world.ts';
import { cardSays, edited, type Fault, tool, without, world } from './faults.ts';

const LINK = 'link-decode-hw';
const CONFIG = 'cfg/link_decode.cfg';

const MACHINE: readonly Fault[] = [
  {
    name: 'release 2025.2',
    break: world({ release: '2025.2' }),
    says: ['Release 2025.2 does not build for the U280: its platform was dropped after 2025.1.'],
  },
  {
    name: 'release 2021.1',
    break: world({ release: '2021.1' }),
    says: ['not one that the project is written for: 2023.2 to 2025.1'],
  },
  {
    name: 'no platform',
    break: ({ lab }) => {
      lab.machine.removePlatform();
      return undefined;
    },
    says: ['missing Alveo U280: Platform', 'xilinx-u280-gen3x16-xdma-1-202211-1-dev'],
  },
  { name: 'no XRT', break: without('xrt-smi', 'xbutil'), says: ['missing Alveo U280: XRT', '2.19'] },
  {
    name: 'driver of another XRT',
    break: world({ xrt: { ...WORLD.xrt, xocl: '2.16.204' } }),
    says: ['wrong   Alveo U280: XRT driver: xocl is 2.16.204, XRT is 2.19.194'],
  },
  {
    name: 'no driver',
    break: world({ xrt: { ...WORLD.xrt, xocl: 'unknown' } }),
    says: ['xocl is not loaded', 'dkms status'],
  },
  {
    name: 'no card',
    break: world({ cards: [] }),
    says: ['XRT sees no card', 'build here, run on the machine that has one'],
  },
  {
    name: 'wrong shell',
    break: world({ cards: [{ bdf: '0000:3b:00.1', shell: 'xilinx_u280_xdma_201920_3', ready: true }] }),
    says: ['0000:3b:00.1 with xilinx_u280_xdma_201920_3; the project is for', 'xbmgmt program --base'],
  },
  {
    name: 'card not ready',
    break: world({ cards: [{ bdf: '0000:3b:00.1', shell: 'xilinx_u280_gen3x16_xdma_base_1', ready: false }] }),
    says: ['0000:3b:00.1 is not ready'],
  },
];

const BUILD: readonly Fault[] = [
  {
    name: 'timing not met',
    at: LINK,
    break: world({ slack: -1.2 }),
    says: ['design did not meet timing', '--clock 200'],
    known: 'timing',
  },
  {
    name: 'routing failed, as the log of the implementation says',
    at: LINK,
    break: tool({
      tool: 'v++',
      phase: 'link',
      log: {
        path: '_x/link/vivado/vpl/prj/prj.runs/impl_1/runme.log',
        lines: [
          'Phase 4 Rip-up And Reroute',
          'ERROR: [Route 35-3] Design is not routable as its global congestion level is 7.',
        ],
      },
      lines: [
        "ERROR: [VPL 60-773] In '_x/link/vivado/vpl/runme.log', caught Tcl error: problem implementing dynamic region, impl_1: route_design ERROR",
        'ERROR: [v++ 60-661] v++ link run failed',
      ],
    }),
    says: ['Design is not routable', 'impl_1/runme.log, line 2', 'Spread the kernels over the SLRs'],
    known: 'routing',
  },
  {
    name: 'package failed',
    at: 'package-decode-hw',
    break: tool({
      tool: 'v++',
      phase: 'package',
      about: 'decode.xclbin',
      lines: ['ERROR: [v++ 60-9999] No space left on device'],
    }),
    says: ['build/logs/package-decode-hw.log, line'],
    known: 'disk-full',
  },
  {
    name: 'an instance that does not exist in sp',
    at: LINK,
    break: edited(CONFIG, /sp=decode_1\./, 'sp=decode.'),
    says: ['kernels are not instances'],
    known: 'sp-instance',
  },
  {
    name: 'an argument that does not exist in sp',
    at: LINK,
    break: edited(CONFIG, /sp=decode_1\.\w+:/, 'sp=decode_1.out_r:'),
    says: ['an argument that the kernel does not have'],
    known: 'sp-argument',
  },
  {
    name: 'a memory that does not exist',
    at: LINK,
    break: edited(CONFIG, /HBM\[\d+\]/, 'HBM[32]'),
    says: ['a memory that the platform does not have'],
    known: 'sp-tag',
  },
  {
    name: 'too many HBM ports',
    at: LINK,
    break: tool({
      tool: 'v++',
      phase: 'link',
      lines: [
        'ERROR: [CFGEN 83-2231] Resources exhausted for {HBM[0] HBM[31]} : 34 masters requested, 30 possible masters',
        'ERROR: [SYSTEM_LINK 82-36] [12:00:00] cfgen failed',
      ],
    }),
    says: ['30 of the 32 pseudo-channels', '[CFGEN 83-2231]'],
    known: 'hbm-ports',
  },
  {
    name: 'a kernel edited into a form that is refused',
    at: 'synth-prefill',
    options: ['--skip-csim'],
    break: edited('src/prefill.cpp', /$/, '\nvoid edited() {\n  int* x = new int[4];\n  delete[] x;\n}\n'),
    says: ['dynamic memory has no hardware'],
    known: 'hls-compile',
  },
  {
    name: 'a configuration line that no release knows',
    at: 'synth-prefill',
    break: edited('cfg/prefill.cfg', /^syn\.top=/m, 'syn.wings=2\nsyn.top='),
    says: ["unknown option 'syn.wings'"],
    known: 'hls-no-config-key',
  },
];

/** Words of the driver, and the entry that explains them. */
const SAID: readonly (readonly [string, string, string])[] = [
  [
    'wrong shell at run time',
    'Xclbin does not match shell on card. Shell VBNV is xilinx_u280_xdma_201920_3',
    'wrong-shell',
  ],
  ['card in use', 'Xclbin on card is in use, can not change', 'card-in-use'],
  ['too hot', 'critical temperature or power event, requires pci hot reset', 'power-event'],
  [
    'libraries of Vitis',
    "./host: /tools/Vitis/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found",
    'glibc-of-vitis',
  ],
  ['no device', "No such device with index '0'", 'no-device'],
];

export const U280_FAULTS: readonly Fault[] = [
  ...MACHINE,
  ...BUILD,
  ...SAID.map(
    ([name, words, known]): Fault => ({
      name,
      break: cardSays(words),
      says: [words.slice(0, 40), 'Why:', 'Do:', 'build/logs/run.log'],
      known,
    }),
  ),
  {
    name: 'a damaged kernel',
    at: 'link-prefill-hw',
    break: tool({
      tool: 'v++',
      phase: 'link',
      about: 'prefill',
      lines: ['ERROR: [v++ 60-1510] prefill.xo: failed to open prefill.xo, not a valid .xo'],
    }),
    says: ['what is damaged is made again'],
    known: 'kernel-xo',
  },
];
