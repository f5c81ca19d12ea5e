/** Machine, installation and environment. */
import type { KnownError } from './types.ts';

export const MACHINE_ERRORS: readonly KnownError[] = [
  {
    id: 'tool-not-found',
    pattern: /\b(?:v\+\+|vitis_hls|vitis-run|vivado|slashkit|cmake|emconfigutil|xclbinutil): (?:command )?not found/,
    explanation:
      'The tool is not on the search path, or this release does not have it: vitis_hls is gone from 2025.1, vitis-run came with 2023.1.',
    remedy:
      'Source settings64.sh of a release that the board supports, then run "node run.mjs doctor --platform ..." to see what is found.',
  },
  {
    id: 'licence',
    pattern: /\[Common 17-34[58]\]|valid license was not found|Failed to get (?:the )?license|License checkout failed/i,
    explanation: 'No licence for this part or feature was found. V80 needs a Vivado Enterprise licence.',
    remedy: 'Set XILINXD_LICENSE_FILE to the licence file or to port@server and run the same command again.',
  },
  {
    id: 'out-of-memory',
    pattern:
      /^Killed$|:\s+\d+ Killed\b|\*\*\* .*\bKilled$|\bError 137\b|Parent process \(pid \d+\) has died|\bOut of memory\b|[Cc]annot allocate memory|virtual memory exhausted/,
    explanation:
      'The machine ran out of memory and the system ended the tool. Implementation of a large design needs 64 GB or more.',
    remedy:
      'Close other programs, use a machine with more memory, or lower the number of parallel jobs: --jobs 2. "dmesg | grep -i oom" shows what was ended.',
    kinds: ['synth', 'cosim', 'link', 'package', 'configure', 'host', 'csim'],
  },
  {
    id: 'disk-full',
    pattern: /No space left on device|\bENOSPC\b|Disk quota exceeded|\[Common 17-49\].*disk/i,
    explanation: 'The disk, or the folder for temporary files, is full. One bitstream leaves tens of gigabytes.',
    remedy: 'Free 100 GB, or point TMPDIR at a larger disk, and run the same command again; finished steps are kept.',
  },
  {
    id: 'libtinfo',
    pattern: /lib(?:tinfo|ncursesw?)\.so\.5: cannot open shared object file/,
    explanation:
      'Tools of Vitis and Vivado need version 5 of the terminal library, and newer systems have version 6 only.',
    remedy:
      'Ubuntu up to 22.04, Debian up to 12: "sudo apt-get install libtinfo5 libncurses5". Ubuntu 24.04 has them no longer: take both packages of 22.04 from packages.ubuntu.com/jammy, "sudo apt-get install ./libtinfo5_*.deb ./libncurses5_*.deb". Fedora, RHEL 8 and its kin: "sudo dnf install ncurses-compat-libs". openSUSE: "sudo zypper install libncurses5".',
  },
  {
    id: 'tool-library',
    pattern: /couldn't load file "[^"]*": lib[\w.+-]+: cannot open shared object file/,
    explanation: 'A library of the system that the tool needs is not installed; the line names it.',
    remedy:
      'Run "sudo scripts/installLibs.sh" in the folder of the Vitis release, or install the package that holds the library: "apt-file search NAME" (Debian, Ubuntu) or "dnf provides \'*/NAME\'" (Fedora, RHEL) tells which.',
  },
  {
    id: 'glibc-of-vitis',
    pattern: /version `(?:GLIBCXX|CXXABI|GLIBC)_[\d.]+' not found|undefined symbol: _ZNSt/,
    explanation:
      'A program met a C++ library of another age: Vitis brings its own and its folders hide the one of the system.',
    remedy:
      'Start the program without settings64.sh in the shell; "node run.mjs run" does so by itself. If it still happens, rebuild the host: remove build/*/host.',
  },
  {
    id: 'xrt-not-set',
    pattern:
      /XILINX_XRT (?:must be|variable is not|is not|environment variable not) set|XILINX_XRT variable is not set/i,
    explanation: 'XRT is not set up, so its headers, libraries and drivers cannot be found.',
    remedy: 'Install XRT and, if it is not in /opt/xilinx/xrt, set XILINX_XRT to its folder.',
  },
  {
    id: 'vitis-not-set',
    pattern:
      /XILINX_(?:VITIS|VIVADO|HLS) (?:must be|variable is not|is not|not) set|Could not locate Vitis include path/i,
    explanation: 'The environment of Vitis is not set.',
    remedy: 'Source settings64.sh of Vitis before starting the runner.',
  },
  {
    id: 'library-path-unbound',
    pattern: /LIBRARY_PATH: unbound variable/,
    explanation: 'The elaboration script of hardware emulation expects a variable that this shell does not have.',
    remedy: 'export LIBRARY_PATH=/usr/lib/x86_64-linux-gnu and run the same command again.',
  },
  {
    id: 'permission',
    pattern: /Permission denied|\[Common 17-[0-9]+\].*permission/i,
    explanation: 'A file or device may not be opened by this user.',
    remedy:
      'Check the owner of the project folder; for the card, the groups of the user (video or render for XRT, vrtadmin for V80).',
    follows: true,
  },
  {
    id: 'boost-date',
    pattern: /\[IMPL 213-28\]|bad lexical cast|is an invalid argument\. Please specify an integer value/,
    explanation: 'Releases up to 2021.2 cannot write dates after 2021 into packaged IP.',
    remedy: 'Use Vitis 2023.2 to 2025.1, as "node run.mjs doctor --platform ..." lists.',
    kinds: ['synth', 'package', 'configure', 'link'],
  },
  {
    id: 'ap-utils',
    pattern: /'ap_utils\.h' file not found/,
    explanation: 'The header moved to etc/ with release 2023.1.',
    remedy: 'Use the include folders of the same release as the tool; the exported project needs none by hand.',
  },
];
