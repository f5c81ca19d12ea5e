/** What goes wrong on the way to either card. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bitstreamFile } from '../../hls-runtime/runner/hardware.ts';
import type { Board } from '../../hls-runtime/runner/tools/releases.ts';
import { cardSays, damaged, edited, type Fault, gone, tool, without } from './faults.ts';

interface Names {
  readonly board: Board;
  readonly title: string;
  /** Program and step that make a bitstream. */
  readonly linker: string;
  readonly links: { readonly prefill: string; readonly decode: string };
  /** What the linker is asked to make, as its stand-in names it. */
  readonly about: { readonly prefill: string; readonly decode: string };
  /** A synthesised kernel. */
  readonly kernel: string;
  /** The step that leaves a finished bitstream. */
  readonly finished: string;
  readonly licence: string;
}

const NAMES: Readonly<Record<Board, Names>> = {
  u280: {
    board: 'u280',
    title: 'Alveo U280',
    linker: 'v++',
    links: { prefill: 'link-prefill-hw', decode: 'link-decode-hw' },
    about: { prefill: 'prefill', decode: 'decode' },
    kernel: 'build/u280/xo/prefill.xo',
    finished: 'package-decode-hw',
    licence: 'XILINXD_LICENSE_FILE',
  },
  v80: {
    board: 'v80',
    title: 'Alveo V80',
    linker: 'slashkit',
    links: { prefill: 'link-prefill_hw', decode: 'link-decode_hw' },
    about: { prefill: 'prefill_hw', decode: 'decode_hw' },
    kernel: 'build/v80/hls/build_prefill.xcv80-lsva4737-2MHP-e-S/hls/impl/ip/component.xml',
    finished: 'link-decode_hw',
    licence: 'Vivado Enterprise licence',
  },
};

/** Half a bitstream is there when the runner is killed. */
function halfDone({ board, about, linker, finished }: Names): Fault['break'] {
  const slow = tool({ tool: linker, phase: 'link', about: about.decode, waitMs: 60_000 });
  return (sample) => {
    const file = join(
      sample.lab.root,
      finished.startsWith('package')
        ? 'build/u280/hw/decode/decode.link.xclbin'
        : bitstreamFile(board, 'hw', { name: 'decode' }),
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'half');
    return slow(sample);
  };
}

export function commonFaults(board: Board): Fault[] {
  const names = NAMES[board];
  const { links, about, linker, title } = names;
  const link = (stage: 'prefill' | 'decode', lines: readonly string[], more: object = {}): Fault['break'] =>
    tool({ tool: linker, phase: 'link', about: about[stage], lines, ...more });
  const bitstream = bitstreamFile(board, 'hw', { name: 'decode' });
  return [
    { name: 'no Vitis', break: without('v++'), says: [`missing ${title}: Vitis`, 'source <folder>/settings64.sh'] },
    { name: 'no vitis-run', break: without('vitis-run', 'vitis_hls'), says: [`missing ${title}: HLS front end`] },
    { name: 'no Vivado', break: without('vivado'), says: [`missing ${title}: Vivado`] },
    {
      name: 'no licence',
      at: 'synth-decode',
      break: tool({
        tool: 'v++',
        phase: 'compile',
        about: 'decode',
        lines: ["ERROR: [Common 17-345] A valid license was not found for feature 'HLS' and/or device."],
      }),
      says: [names.licence],
      known: 'licence',
    },
    {
      name: 'dataflow refused',
      at: 'synth-decode',
      break: tool({
        tool: 'v++',
        phase: 'compile',
        about: 'decode',
        lines: [
          "ERROR: [HLS 200-779] Non-shared array 'values' failed dataflow checking: it can only have a single reader and a single writer.",
        ],
      }),
      says: ['more than one writer or reader'],
      known: 'hls-dataflow-channel',
    },
    {
      name: 'out of memory in synthesis',
      at: 'synth-decode',
      break: tool({ tool: 'v++', phase: 'compile', about: 'decode', lines: ['Killed'], code: 137 }),
      says: ['ran out of memory', '--jobs 2'],
      known: 'out-of-memory',
    },
    {
      name: 'out of memory while linking',
      at: links.prefill,
      break: link('prefill', ['/tools/Vivado/bin/loader: line 312: 12345 Killed                  "$RDI_PROG" "$@"'], {
        code: 137,
      }),
      says: ['ran out of memory'],
      known: 'out-of-memory',
    },
    {
      name: 'full disk',
      at: links.decode,
      break: link('decode', ['ERROR: [Common 17-49] write failed: No space left on device']),
      says: ['disk', 'TMPDIR'],
      known: 'disk-full',
    },
    {
      name: 'routing failed',
      at: links.decode,
      break: link('decode', ['ERROR: [Route 35-3] Design is not routable as its global congestion level is 7.']),
      says: ['Design is not routable', 'Spread the kernels over the SLRs'],
      known: 'routing',
    },
    {
      name: 'does not fit',
      at: links.decode,
      break: link('decode', [
        'ERROR: [Place 30-640] Place Check : This design requires more DSPs cells than are available in the target device.',
      ]),
      says: ['more of a resource than the region has'],
      known: 'does-not-fit',
    },
    {
      name: 'Vivado crashed',
      at: links.decode,
      break: link('decode', ['Abnormal program termination (11)', 'Please check hs_err_pid4711.log for details']),
      says: ['Vivado itself crashed'],
      known: 'vivado-crash',
    },
    {
      name: 'a failure that nobody knows',
      at: links.decode,
      break: link('decode', ['INFO: fine', 'ERROR: [Moon 1-1] the moon is in the wrong phase']),
      says: ['the moon is in the wrong phase', 'not in the catalogue', `build/logs/${links.decode}.log, line`],
    },
    {
      name: 'killed half-way',
      at: links.decode,
      break: halfDone(names),
      stop: { signal: 'SIGKILL', word: 'WNS=' },
      says: [],
      saysAgain: [/Stopped \d+ processes that a killed run had left\./],
    },
    {
      name: 'Ctrl-C half-way',
      at: links.decode,
      break: halfDone(names),
      stop: { signal: 'SIGINT', word: 'WNS=' },
      says: ['Interrupted; nothing half-written was left behind.'],
    },
    {
      name: 'the host program does not compile',
      at: 'host',
      options: ['--skip-csim'],
      break: edited('host/main.cpp', '#include <atomic>', '#include <atomic>\n#include "no_such_header.hpp"'),
      says: ['no_such_header.hpp', 'The host program does not compile'],
      known: 'host-compile',
    },
    { name: 'the tokenizer is gone', break: gone('model/tokenizer.json'), says: ['tokenizer.json is missing'] },
    {
      name: 'a damaged image',
      onlyRun: true,
      break: damaged(({ images }) => `build/images/${images.at(-1)?.name}.bin`),
      says: ['.bin is damaged; run "node run.mjs pack"'],
    },
    {
      name: 'a damaged bitstream',
      onlyRun: true,
      break: damaged(() => bitstream),
      says: [`The bitstream ${bitstream} is damaged; run "node run.mjs build"`],
      again: [names.finished],
    },
    {
      name: 'a kernel hangs',
      break: cardSays('CU was deadlocked? Hardware is not stable'),
      says: ['A kernel hangs', 'build/logs/run.log'],
      known: 'deadlock',
    },
    {
      name: 'a buffer that does not fit',
      break: cardSays('std::bad_alloc'),
      says: ['a pseudo-channel of HBM holds 256 MB'],
      known: 'buffer-too-large',
    },
  ];
}
