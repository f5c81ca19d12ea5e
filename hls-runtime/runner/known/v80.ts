/** SLASH, VRT and the V80. */
import type { KnownError } from './types.ts';

const V80 = { board: 'v80' } as const;

export const V80_ERRORS: readonly KnownError[] = [
  {
    ...V80,
    id: 'slash-linker',
    pattern:
      /SlashTools: Cannot find the SLASH linker|Could not find a package configuration file provided by "(?:vrt|SlashTools)"|By not providing "FindSlashTools/,
    explanation: 'SLASH is not installed here, or CMake does not find it.',
    remedy: 'Install the SLASH packages (slashkit, libvrt-dev) or add their folder to CMAKE_PREFIX_PATH.',
  },
  {
    ...V80,
    id: 'slash-vitis',
    pattern: /v\+\+ not found\. Ensure Vitis is installed|Could NOT find (?:Vivado|Vitis)|Vivado binary not specified/,
    explanation: 'CMake finds no Vivado or Vitis; even emulation needs them on the search path.',
    remedy: 'Source settings64.sh of Vivado and Vitis 2025.1 before starting the runner.',
  },
  {
    ...V80,
    id: 'slash-memory',
    pattern: /(?:Invalid|Unknown) memory target/,
    explanation: 'A port is mapped to a memory that the shell does not have: HBM0 to HBM63, DDR0 to DDR3, MEM, HOST.',
    remedy: 'Unpack the export again if config_*.cfg was edited; otherwise export for the shell that is installed.',
  },
  {
    ...V80,
    id: 'slash-instance',
    pattern:
      /refers to unknown instance|unknown (?:kernel )?instance|is not an AXI4FULL port|has no port|Kernel type .* not found in kernel_library/,
    explanation:
      'The configuration of the linker names an instance or a port that no kernel has. Ports are named m_axi_<bundle>, the instance of kernel k is k_0.',
    remedy: 'Kernels and configuration must come from the same export: unpack it again, "node run.mjs clean", build.',
  },
  {
    ...V80,
    id: 'slash-clock',
    pattern: /Incomplete \[clock\] block|Invalid freqhz/,
    explanation: 'A [clock] section of the linker configuration lacks krnl or freqhz.',
    remedy: 'Unpack the export again; every [clock] section needs both lines.',
  },
  {
    ...V80,
    id: 'slash-sp-after-clock',
    pattern: /sp= lines? (?:below|after) \[clock\]/,
    explanation:
      'Lines with sp= below a [clock] header are ignored by the linker, so ports would land in the shared memory.',
    remedy: 'Move all of [connectivity] in front of [clock]; the exported file has it so.',
  },
  {
    ...V80,
    id: 'slash-kernels',
    pattern: /(?:too many|more than 15) kernels|at most 15 kernels/i,
    explanation: 'The linker takes at most 15 kernels.',
    remedy: 'Export with fewer splits over SLRs.',
  },
  {
    ...V80,
    id: 'vrt-memory',
    pattern: /Memory type mismatch for kernel/,
    explanation: "A buffer was allocated in another memory than the kernel's port is mapped to.",
    remedy: 'Host program and .vbin must come from the same export: "node run.mjs clean", then build.',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'vrt-api',
    pattern: /Kernel argument API misuse/,
    explanation: 'The host program mixes two ways of passing arguments.',
    remedy: 'Use the exported host program unchanged, or keep to setArg() with start().',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'vrt-platform',
    pattern:
      /not found in system_map metadata|No PDI files found for programming|Emulation executable vpp_emu not found|unknown <Platform> value/,
    explanation: 'The .vbin was built for another target, or is damaged.',
    remedy: 'Build and run with the same --target (hw, sim or emu).',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'v80-not-ready',
    pattern:
      /NOT READY|wrong driver|vrtd.*(?:not running|connection refused|No such file)|Cannot connect to vrtd|Bad connection to daemon/i,
    explanation: 'The card is there but its functions or the daemon vrtd are not ready.',
    remedy:
      '"sudo modprobe slash ami", "sudo systemctl restart vrtd", and be in the group vrtadmin; "v80-smi list -l" must show PF0, PF1, PF2 and VRTD ready.',
  },
  {
    ...V80,
    id: 'vrtd-internal',
    pattern: /Internal error in vrtd daemon or local libvrtd/,
    explanation:
      'The daemon vrtd could not load the design. Known causes: the first load after a start of the machine or of vrtd, a card that still hangs from an earlier run, or library, daemon and shell of different states of SLASH.',
    remedy:
      'Run the same command once more. If it fails again, "v80-smi reset -d BDF", and if that does not help switch the machine off and on; "journalctl -u vrtd" has the reason. Use the packages and the shell of SLASH 1.0.0, not of its development branch.',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'vrtd-permission',
    pattern: /(?:Exception|what\(\)):\s*Missing permission\b/,
    explanation: 'The daemon vrtd does not let this user load a design onto the card.',
    remedy:
      'Put the user into the group vrtadmin ("sudo usermod -aG vrtadmin USER", then log in again), or have the administrator give a role to the user in the configuration of vrtd.',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'vrtd-no-resource',
    pattern: /Requested resou?r?ce doesn't exist/,
    explanation: 'The daemon vrtd knows no such card, or the card has nothing of what was asked for.',
    remedy:
      '"v80-smi list -l" shows the cards; name one with --device BDF. If it is right, build and run from the same export.',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'vrtd-version',
    pattern: /(?:Exception|what\(\)):\s*Bad (?:library call|request)\b/,
    explanation:
      'The library libvrtd and the daemon vrtd do not understand each other: they are of different releases.',
    remedy:
      'Install both from the packages of SLASH 1.0.0, "sudo systemctl restart vrtd", and build the host program again: remove build/v80/host.',
    kinds: ['run'],
  },
  {
    ...V80,
    id: 'v80-device-boot',
    pattern: /AMI_IOC_DEVICE_BOOT\b.*(?:failed|not permitted)/i,
    explanation:
      'The daemon vrtd wanted to boot the card into another shell and was refused. After its restart it does not know which shell is loaded, and asks for a boot that is not needed.',
    remedy:
      '"v80-smi reset -d BDF" makes card and daemon agree; if it says the same, switch the machine off and on. vrtd must run as the service of the SLASH packages, which has the rights that the driver ami asks for: "systemctl status vrtd".',
    kinds: ['run', 'link'],
  },
  {
    ...V80,
    id: 'v80-firmware',
    pattern: /Invalid table size|Failed to read VSEC|probe failed -22/,
    explanation: 'Driver, management firmware and shell are of different versions.',
    remedy: 'Install matching versions of AMI and shell, then power the machine off and on.',
  },
  {
    ...V80,
    id: 'v80-compat',
    pattern: /\b(?:COMPAT|NO_AMC)\b/,
    explanation: 'The firmware of the card is too old for the driver.',
    remedy:
      'Flash it: "sudo ami_tool cfgmem_program -d BDF -t primary -p 0 -i amd_v80_gen5x8_25.1.pdi", then power cycle; a card that never had AVED needs JTAG first.',
  },
  {
    ...V80,
    id: 'v80-hung',
    pattern:
      /QDMA timeout|AER.*(?:Completion Timeout|CmpltTO)|design writer.*(?:EIO|Input\/output error)|AMC Heartbeat (?:expired|fatal)|hot reset is required/i,
    explanation: 'The design hangs, or the daemon was restarted while it ran.',
    remedy: '"v80-smi reset -d BDF"; if that fails, switch the machine off and on.',
    kinds: ['run', 'link'],
  },
  {
    ...V80,
    id: 'v80-hdpr',
    pattern: /\[DRC HDPR-(?:18|29)\]|NOC_NMU_HBM2E/,
    explanation: 'The release of Vivado does not fit the shell: HBM ports lie outside the region of the user.',
    remedy: 'Use Vivado and Vitis 2025.1 exactly.',
  },
  {
    ...V80,
    id: 'v80-no-card',
    pattern: /No (?:V80 )?(?:boards?|devices?) (?:found|visible)|device .* not found/i,
    explanation: 'No V80 is visible.',
    remedy: '"lspci -d 10ee:" must list 50b4, 50b5 and 50b6; if not, power cycle the machine, else flash the shell.',
  },
  {
    ...V80,
    id: 'cmake-generator',
    pattern: /CMake was unable to find a build program corresponding to "Ninja"|CMake \d+\.\d+ or higher is required/,
    explanation: 'Ninja is missing or CMake is too old.',
    remedy: 'Install both: "sudo apt-get install cmake ninja-build" (CMake 3.20 or newer).',
  },
];
