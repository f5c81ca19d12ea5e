/** Host program, XRT and the U280. */
import type { KnownError } from './types.ts';

const RUN = ['run'] as const;

export const CARD_ERRORS: readonly KnownError[] = [
  {
    id: 'xrt-link',
    pattern: /undefined reference to [`'](?:xrt|xrtDevice|xclbin|uuid_)|cannot find -lxrt_coreutil|cannot find -luuid/,
    explanation: 'The host program does not find the libraries of XRT, or they are of another release.',
    remedy:
      'Install the XRT package that belongs to the tools (2025.1: 2.19) and uuid-dev; set XILINX_XRT if it is not in /opt/xilinx/xrt.',
    kinds: ['host'],
  },
  {
    id: 'xrt-headers',
    pattern: /fatal error: (?:xrt\/|experimental\/xrt)[\w./]+: No such file/,
    explanation: 'The headers of XRT are not installed.',
    remedy: 'Install XRT (package xrt of the Alveo pages) and set XILINX_XRT if it is not in /opt/xilinx/xrt.',
    kinds: ['host'],
  },
  {
    id: 'host-compile',
    pattern: /\.(?:cpp|hpp|h):\d+(?::\d+)?: (?:fatal )?error: /,
    explanation: 'The host program does not compile.',
    remedy:
      'The line names file and place. g++ 9 or newer is needed (V80: C++20, so g++ 11); unpack the export again if sources were edited.',
    kinds: ['host'],
    follows: true,
  },
  {
    id: 'no-device',
    pattern:
      /\b0 devices found|No such device with index|XOCL\s*:\s*unknown|Is xclmgmt driver loaded|No devices? (?:are )?(?:found|present)|Could not open device with index/i,
    explanation:
      'No usable card: the driver is not built for this kernel, the card is in its golden image, or there is none.',
    remedy:
      '"lspci -d 10ee:" must list the card and "dkms status" the driver xrt; reinstall XRT for this kernel, then "sudo xbmgmt program --base -d BDF" and a cold boot.',
    board: 'u280',
  },
  {
    id: 'xocl-version',
    pattern: /Unexpected xocl version/,
    explanation: 'Driver and XRT are of different versions.',
    remedy: 'Reinstall XRT, then "sudo rmmod xocl xclmgmt; sudo modprobe xclmgmt xocl", or reboot.',
    board: 'u280',
  },
  {
    id: 'wrong-shell',
    pattern: /Xclbin does not match shell on card|Shell VBNV is/,
    explanation: 'The bitstream was built for another platform than the one that is on the card.',
    remedy:
      'Flash the platform of the project: "sudo xbmgmt program --base -d BDF", then a cold boot; or export for the platform of the card.',
    board: 'u280',
  },
  {
    id: 'interface-uuid',
    pattern:
      /failed to load xclbin: Invalid argument|interface uuids do not match|Can not find uuid|load_axlf.*(?:Invalid argument|-22)/i,
    explanation:
      'The bitstream belongs to another revision of the shell, or the second stage of the shell is not loaded.',
    remedy:
      '"sudo xbmgmt program --shell PARTITION.xsabin -d BDF" loads it; "xrt-smi examine -d BDF" shows what is there.',
    board: 'u280',
  },
  {
    id: 'card-in-use',
    pattern: /Xclbin on card is in use|Device or resource busy/,
    explanation: 'Another program uses the card.',
    remedy: 'Stop it, or "xrt-smi reset -d BDF" when nobody else needs the card.',
    kinds: RUN,
  },
  {
    id: 'deadlock',
    pattern: /CU was deadlocked|Hardware is not stable|firewall (?:trip|is tripped)|AXI Firewall/i,
    explanation: 'A kernel hangs, or the firewall of the shell cut it off.',
    remedy:
      '"xrt-smi examine -d BDF -r firewall dynamic-regions" tells which; then "xrt-smi reset -d BDF". Try --target hw_emu with a prompt of one token and report the design.',
    kinds: RUN,
  },
  {
    id: 'command-timeout',
    pattern: /ERT_CMD_STATE_(?:TIMEOUT|NORESPONSE)/,
    explanation:
      'A kernel was started and did not finish: it hangs, waiting for data that never comes or for a memory.',
    remedy:
      '"xrt-smi examine -d BDF -r dynamic-regions" tells first which kernel still runs, "dmesg | tail" whether the shell stopped it; "xrt-smi reset -d BDF" frees the card. Then see whether --target hw_emu with a prompt of one token finishes: if so, pack and build again from one export; if not, report the design.',
    kinds: RUN,
  },
  {
    id: 'command-ended',
    pattern: /ERT_CMD_STATE_(?:ERROR|ABORT|SKERROR|SKCRASHED)/,
    explanation: 'The driver ended the work of a kernel: the card reported a fault, or another program reset it.',
    remedy:
      'See "dmesg | tail" and "xrt-smi examine -d BDF -r firewall"; then "xrt-smi reset -d BDF" and run again with nothing else on the card.',
    kinds: RUN,
  },
  {
    id: 'buffer-too-large',
    pattern:
      /std::bad_alloc|failed to allocate bo|CL_OUT_OF_RESOURCES|failed to create buffer|Failed to allocate device memory/i,
    explanation: 'A buffer does not fit its memory bank: a pseudo-channel of HBM holds 256 MB (V80: 512 MB).',
    remedy:
      'Export again with more ports for that tensor or a range of pseudo-channels; the memory view of the composer shows the sizes.',
    kinds: RUN,
  },
  {
    id: 'sync-error',
    pattern: /unable to sync BO: Input\/output error|sync.*BO.*-5\b/i,
    explanation: 'A transfer to the card failed: a firewall tripped, or a buffer of 4 GB or more.',
    remedy: 'See "dmesg | tail" and "xrt-smi examine -d BDF -r firewall"; then "xrt-smi reset -d BDF".',
    kinds: RUN,
  },
  {
    id: 'wrong-bank',
    pattern: /No compute units satisfy requested connectivity|Allocating local copy/,
    explanation: 'A buffer lies in another bank than the port of the kernel.',
    remedy: 'Bitstream and host program must come from the same export: "node run.mjs clean", then build.',
    kinds: RUN,
  },
  {
    id: 'no-kernel',
    pattern: /No such kernel|No compute units matching|AP_CTRL_NONE is only supported|not found in xclbin/i,
    explanation: 'The bitstream has no kernel of that name.',
    remedy:
      'Bitstream and host program must come from the same export: "node run.mjs clean", then build. "xclbinutil --info -i FILE" lists the kernels.',
    kinds: RUN,
  },
  {
    id: 'group-id',
    pattern: /std::out_of_range|group_id.*(?:scalar|invalid)/i,
    explanation:
      'The host program asked for the memory bank of an argument that has none: program and bitstream do not belong together.',
    remedy: '"node run.mjs clean", then build.',
    kinds: RUN,
  },
  {
    id: 'power-event',
    pattern: /critical temperature or power event|requires pci hot reset|POWER_WARN|clock shutdown/i,
    explanation: 'The card drew too much power or became too hot and stopped its clocks.',
    remedy: 'Reset the card ("xrt-smi reset -d BDF"), check its air flow, build at a lower clock (--clock).',
    kinds: RUN,
  },
  {
    id: 'emulation-mode',
    pattern: /XCL_EMULATION_MODE|emconfig\.json.*(?:not found|cannot|missing)|failed to open emconfig/i,
    explanation:
      'Bitstream and emulation mode do not fit: emulation needs emconfig.json and a bitstream built for hw_emu.',
    remedy: 'Build and run with the same target: --target hw_emu for both, or hw for both.',
    board: 'u280',
    kinds: RUN,
  },
  {
    id: 'not-xclbin',
    pattern: /Invalid xclbin|not an? xclbin|xclbin2? magic|bad magic/i,
    explanation: 'The bitstream file is damaged or of another kind.',
    remedy: 'Run "node run.mjs build": what is damaged is made again.',
    board: 'u280',
  },
  {
    id: 'image-missing',
    pattern: /(?:cannot|could not|failed to) (?:open|read) .*\.bin\b|image .* (?:has|is) \d+ bytes/i,
    explanation: 'A memory image with weights is missing or has the wrong size.',
    remedy: 'Run "node run.mjs pack", then run again.',
    kinds: RUN,
  },
  {
    id: 'cannot-load-library',
    pattern: /error while loading shared libraries: (?:libxrt|libuuid|libvrt|libslash)[\w.]*/,
    explanation: "A library of the card's stack is not where the system looks.",
    remedy:
      'Set XILINX_XRT to the folder of XRT, or reinstall the packages of XRT or SLASH; "sudo ldconfig" afterwards.',
    kinds: ['run', 'host'],
  },
];
