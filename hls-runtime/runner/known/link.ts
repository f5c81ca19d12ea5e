/** Linking, placement, routing, timing. */
import type { KnownError } from './types.ts';

const LINK = ['link', 'package', 'synth', 'configure'] as const;

export const LINK_ERRORS: readonly KnownError[] = [
  {
    id: 'no-platform',
    pattern: /\[v\+\+ 60-(?:1258|587|1494)\]|No valid platform was found that matches|Failed to find platform/i,
    explanation: 'The platform files of the card are not installed here.',
    remedy:
      'Install the development package of the platform (xilinx-u280-gen3x16-xdma-1-202211-1-dev) and set PLATFORM_REPO_PATHS if it is not in /opt/xilinx/platforms.',
    board: 'u280',
  },
  {
    id: 'unknown-option',
    pattern: /\[v\+\+ 60-(?:602|589|1509)\]|unrecogni[sz]ed option|unknown option/i,
    explanation: 'This release of the tool does not know an option or a line of a configuration file.',
    remedy: 'Use a release from 2023.2 to 2025.1, as "node run.mjs doctor --platform ..." lists.',
  },
  {
    id: 'target-removed',
    pattern: /sw_emu.*(?:not supported|removed|invalid)|invalid target 'sw_emu'/i,
    explanation: 'Software emulation is gone from release 2025.1.',
    remedy: 'Use "node run.mjs csim" for the function and --target hw_emu for the RTL.',
  },
  {
    id: 'sp-tag',
    pattern: /\[CFGEN 83-2287\]|--sp tag applied with an invalid sp tag/,
    explanation: 'A port is mapped to a memory that the platform does not have.',
    remedy: 'Check that the platform is that of the U280 ("platforminfo" lists its memories) and export for it again.',
    board: 'u280',
    kinds: LINK,
  },
  {
    id: 'sp-instance',
    pattern: /\[CFGEN 83-2291\]|--sp tag applied to invalid kernel instance/,
    explanation: 'A line of the link configuration names an instance that does not exist; kernels are not instances.',
    remedy: 'The instance of kernel k is k_1. Unpack the export again if the configuration was edited.',
    board: 'u280',
    kinds: LINK,
  },
  {
    id: 'sp-argument',
    pattern: /\[CFGEN 83-2292\]|invalid port or argument name/,
    explanation: 'A line of the link configuration names an argument that the kernel does not have.',
    remedy:
      'Kernel and link configuration must come from the same export; unpack it again, "node run.mjs clean", build.',
    board: 'u280',
    kinds: LINK,
  },
  {
    id: 'hbm-ports',
    pattern: /\[CFGEN 83-2231\]|Resources exhausted for \{?HBM|possible masters/,
    explanation: 'More ports than the HBM can take: 30 of the 32 pseudo-channels are usable on this shell.',
    remedy: 'Use fewer weight ports in the composer (its memory view counts them) and export again.',
    board: 'u280',
    kinds: LINK,
  },
  {
    id: 'system-link',
    pattern:
      /\[CFGEN 83-2298\]|\[SYSTEM_LINK 82-(?:36|62|79|96)\]|cfgen failed|\[v\+\+ 60-(?:626|661|702|703)\]|Failed to finish (?:linking|system link)/,
    explanation: 'The system linker stopped; an earlier message, mostly of CFGEN, says why.',
    remedy: 'Search the log for the first line that begins with ERROR.',
    board: 'u280',
    follows: true,
  },
  {
    id: 'stream-width',
    pattern: /stream_connect.*(?:width|mismatch|does not exist)/i,
    explanation: 'Two kernels are joined by a stream whose ends do not fit.',
    remedy:
      'Kernels and link configuration must come from the same export; unpack it again, "node run.mjs clean", build.',
    kinds: LINK,
  },
  {
    id: 'timing',
    pattern: /design did not meet timing|\[VPL 101-2\]|\[VPL-4\]|One or more unscalable system clocks/,
    explanation: 'Signals are too slow for a clock that cannot be lowered by itself, so no bitstream was written.',
    remedy:
      'Build at a lower clock, for example --clock 200; or assign the kernels to SLRs, or use fewer HBM ports, in the composer.',
    kinds: LINK,
  },
  {
    id: 'routing',
    pattern:
      /\[VPL 18-1000\]|partially-conflicted nets|\[Route 35-(?:3|7|162)\]|is not routable|unroutable|\[VPL 35-3\]/i,
    explanation: 'The router found no way for all wires: the design is too dense somewhere.',
    remedy:
      "Spread the kernels over the SLRs, use fewer or narrower memory ports, and keep LUTs below 70 % of each SLR; the composer's floorplan shows them.",
    kinds: LINK,
  },
  {
    id: 'implementation',
    pattern: /\[VPL 60-(?:773|704|806|1328)\]|problem implementing dynamic region|Integration error/,
    explanation: 'Implementation stopped; an earlier message of the placer or router says why.',
    remedy: 'Look at the first ERROR line of impl_1/runme.log.',
    follows: true,
  },
  {
    id: 'does-not-fit',
    pattern:
      /\[Place 30-(?:640|487|99|68|642|1153|484)\]|\[DRC UTLZ-\d+\]|more (?:LUTs|registers|DSPs?|BRAMs?|URAMs?|cells) .*than are available|over-utilized|overutilized/i,
    explanation: 'The design needs more of a resource than the region has.',
    remedy: 'Make it smaller in the composer; its floorplan compares each SLR with what it has.',
    kinds: LINK,
  },
  {
    id: 'stale-floorplan',
    pattern: /\[Vivado 12-1433\]|Expecting a non-empty list of cells to be added to the pblock/,
    explanation: 'A floorplan names cells that this design does not have.',
    remedy: 'Remove the script with the pblocks from the link configuration, or write it for this design.',
    kinds: LINK,
    follows: true,
  },
  {
    id: 'dont-touch-drc',
    pattern: /\[DRC (?!UTLZ|HDPR)[A-Z]+-\d+\]|\[Vivado_Tcl 4-78\]/,
    explanation: 'A design rule check failed.',
    remedy: 'The line names rule and cell; search the log for the report of the check above it.',
    kinds: LINK,
    follows: true,
  },
  {
    id: 'vivado-crash',
    pattern: /Abnormal program termination \(\d+\)|segfault in|\[Common 17-54\]|hs_err_pid/,
    explanation: 'Vivado itself crashed.',
    remedy: "Run the same command again with --jobs 1; if it repeats, try another release of the board's list.",
    kinds: LINK,
  },
  {
    id: 'kernel-xo',
    pattern:
      /\[v\+\+ 60-(?:1510|1315)\]|(?:cannot|could not|failed to) (?:find|open|read).*\.xo\b|\.xo.*(?:not a valid|corrupt)/i,
    explanation: 'A kernel object (.xo) is missing or damaged.',
    remedy: 'Run "node run.mjs synth"; what is damaged is made again.',
    board: 'u280',
    kinds: LINK,
  },
];
