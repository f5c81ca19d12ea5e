/** C synthesis and RTL co-simulation. */
import type { KnownError } from './types.ts';

const SYNTH = ['synth', 'cosim', 'package', 'link', 'configure'] as const;

export const HLS_ERRORS: readonly KnownError[] = [
  {
    id: 'hls-dataflow-channel',
    pattern:
      /\[HLS 200-(?:779|992)\]|failed dataflow checking: it can only have a single reader and a single writer|can only be used in one process/,
    explanation: 'A channel of a dataflow region has more than one writer or reader.',
    remedy:
      'Open the design in the composer and run its check; a value needed twice must pass a fork. If the check is clean, report the design.',
    kinds: SYNTH,
  },
  {
    id: 'hls-dataflow-form',
    pattern: /\[HLS 214-(?:114|113|108|169)\]|\[HLS 200-471\]|non-canonical|Dataflow form checks found \d+ issue/,
    explanation: 'A dataflow region holds statements that are neither declarations nor calls.',
    remedy: 'If a source file was edited, move the statements into a function; otherwise report the design.',
    kinds: SYNTH,
  },
  {
    id: 'hls-fifo-depth',
    pattern: /\[HLS 200-805\]|\[XFORM 203-733\]|default size can result in deadlock/,
    explanation: 'A stream has no explicit depth, and the default of 2 can deadlock.',
    remedy: 'Give the stream a depth pragma; the composer writes one for every stream, so check edited sources.',
    kinds: SYNTH,
    follows: true,
  },
  {
    id: 'hls-stream-depth',
    pattern: /\[HLS 214-160\]|has conflict depth setting/,
    explanation:
      'One stream is given two different depths: by two pragmas, or by one in a function that it is passed to.',
    remedy:
      'The composer writes one depth for every stream: unpack the export again if sources were edited, otherwise report the design with this line.',
    kinds: SYNTH,
  },
  {
    id: 'hls-unroll',
    pattern: /\[XFORM 203-504\]|Stop unrolling loop/,
    explanation: 'A loop unrolls into more hardware than the tool accepts.',
    remedy: 'Lower the parallelism of the named module in the composer and export again.',
    kinds: SYNTH,
  },
  {
    id: 'hls-partition',
    pattern: /\[XFORM 203-104\] Completely partitioning array/,
    explanation: 'An array is split into single registers, which makes large multiplexers and long runs.',
    remedy: 'Lower the parallelism of the named module in the composer and export again.',
    kinds: SYNTH,
    follows: true,
  },
  {
    id: 'hls-ii',
    pattern: /\[(?:HLS 200-880|SCHED 204-68|HLS 200-885)\]|II Violation/,
    explanation:
      'A loop cannot start an iteration in every cycle that was asked for, so the kernel is slower than estimated.',
    remedy: 'The report shows the reached interval; lower the clock with --clock or the parallelism in the composer.',
    kinds: SYNTH,
    follows: true,
  },
  {
    id: 'hls-compile',
    pattern: /\[HLS 207-\d+\]|fatal error: .* file not found|Compilation errors found/,
    explanation: 'The C++ front end refuses a source file.',
    remedy:
      'The line names file and place. Unpack the export again if sources were edited; use a release from 2023.2 on.',
    kinds: SYNTH,
  },
  {
    id: 'hls-stopped',
    pattern: /\[HLS 200-1715\]|Pre-synthesis failed|\[v\+\+ 60-(?:300|592|599|773)\]|Failed to build kernel/,
    explanation: 'Synthesis or its driver stopped; an earlier message, or the log that the line names, says why.',
    remedy: 'Search the log for the first line that begins with ERROR.',
    kinds: SYNTH,
    follows: true,
  },
  {
    id: 'hls-top',
    pattern: /\[HLS 200-1014\]|Cannot find (?:the )?top function|syn\.top .* not found|No top function/i,
    explanation: 'The top function of the configuration is not in the source file.',
    remedy: 'Unpack the export again: source and configuration belong together.',
    kinds: SYNTH,
  },
  {
    id: 'hls-part',
    pattern:
      /\[HLS 200-1023\]|(?:part|device) '?[\w-]+'? (?:is not installed|could not be found|not found)|Unable to find part|\[Common 17-69\].*part/i,
    explanation: 'The part of this card is not installed with the tools.',
    remedy: 'Run the installer of the tools again and add the device family: "Alveo" for U280, "Versal HBM" for V80.',
  },
  {
    id: 'hls-no-config-key',
    pattern:
      /(?:unknown|invalid|unrecognized) (?:configuration )?(?:key|option|command)\b.*(?:syn\.|csim\.|package\.|cosim\.|\.cfg)/i,
    explanation: 'The configuration file has a line that this release does not know.',
    remedy: 'Use a release from 2023.2 to 2025.1, for which the file was written.',
    kinds: SYNTH,
  },
  {
    id: 'cosim-testbench',
    pattern: /\[COSIM 212-360\]|C TB testing failed|\[COSIM 212-359\]/,
    explanation: 'The test bench itself says no, before any RTL ran.',
    remedy: 'Run "node run.mjs csim" first and repair what it says.',
    kinds: ['cosim'],
  },
  {
    id: 'cosim-mismatch',
    pattern: /\[COSIM 212-(?:303|344)\]|\[COSIM 212-4\].*FAIL|C\/RTL co-simulation finished: FAIL/,
    explanation: 'The RTL gave other results than the C++ code, or stood still.',
    remedy:
      'Look at the log of xsim for "deadlock"; depths of FIFOs are the usual cause. Report the design with that log.',
    kinds: ['cosim'],
  },
  {
    id: 'cosim-depth',
    pattern: /\[COSIM 212-369\]|received a signal named SIGSEGV|recieved a signal named SIGSEGV/,
    explanation: 'The depth of an m_axi port is smaller than what the test bench reads or writes.',
    remedy: 'Use the pragmas as exported; a shorter prompt for co-simulation also needs less.',
    kinds: ['cosim'],
  },
  {
    id: 'cosim-free-running',
    pattern: /\[COSIM 212-345\]/,
    explanation: 'Kernels without control protocol can be co-simulated only in special cases.',
    remedy: 'Co-simulate the design unsplit: export it without SLR split.',
    kinds: ['cosim'],
  },
];
