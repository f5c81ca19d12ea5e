/** What the real tools would report of the probe's micro-kernels, where what they show holds and where it does not. */
import { world } from './world.ts';

/** Figures of a kernel in the reports. */
export interface Figures {
  readonly dsp: number;
  readonly interval: number;
  /** Rows of the table of bursts: port, direction, length, width. */
  readonly bursts: readonly (readonly [string, string, string, number])[];
  /** Rows of the table of bound storage: variable, kind, implementation. */
  readonly storage: readonly (readonly [string, string, string])[];
  /** RTL gives what C gives. */
  readonly equal: boolean;
  /** Lines with which synthesis ends, where it does not accept the source. */
  readonly refused: readonly string[];
}

const NORMAL: Figures = { dsp: 0, interval: 1, bursts: [], storage: [], equal: true, refused: [] };

const bound = (impl: string, is = impl): (readonly [string, string, string])[] => [
  [`in_${impl}`, 'ram_2p', is],
  [`${impl}_fifo`, 'fifo', is],
];
const PORTS = [
  ['m_axi_source', 'read'],
  ['m_axi_table', 'read'],
  ['m_axi_sink', 'write'],
] as const;
const BURSTS = PORTS.map(([port, direction]): readonly [string, string, string, number] => [
  port,
  direction,
  'variable',
  512,
]);

const HOLDING: Readonly<Record<string, Partial<Figures>>> = {
  storage: { storage: [...bound('bram'), ...bound('lutram')] },
  ultra_ram: { storage: bound('uram') },
  bursts: { bursts: BURSTS },
  two_products: { dsp: 8 },
  four_products: { dsp: 4 },
  prefill_engine: { dsp: 16 },
  decode_engine: { dsp: 16 },
  decode_slice: { dsp: 16 },
};

const slow: Partial<Figures> = { interval: 2 };
const unequal: Partial<Figures> = { equal: false };

const FAILING: Readonly<Record<string, Partial<Figures>>> = {
  storage: { storage: [...bound('bram'), ...bound('lutram', 'bram')] },
  ultra_ram: { storage: bound('uram', 'bram') },
  bursts: { bursts: BURSTS.filter(([port]) => port !== 'm_axi_table') },
  two_products: { dsp: 16 },
  four_products: { dsp: 16 },
  prefill_engine: slow,
  decode_engine: slow,
  decode_slice: slow,
  attention_loops: slow,
  token_loops: slow,
  overlapped_loops: slow,
  rotation_loops: slow,
  carried_fifo: unequal,
  backward_fifo: unequal,
  shared_bundle: unequal,
  constants_port: unequal,
  float_bits: unequal,
  stream_array: {
    refused: [
      "ERROR: [HLS 200-779] Non-shared array 'taken' failed dataflow checking: it can only have a single reader",
    ],
  },
  axis_vector: {
    refused: ["ERROR: [HLS 214-124] use of declared type 'hls::vector' is not supported on axis port 'b'"],
  },
  cpp17: { refused: ["ERROR: [HLS 207-2163] 'if constexpr' is a C++17 extension"] },
};

/** Figures of a kernel of that name; undefined when it is none of the probe's. */
export function figuresOf(top: string): Figures | undefined {
  const id = /^probe_(\w+)$/.exec(top)?.[1];
  if (id === undefined) return undefined;
  return { ...NORMAL, ...HOLDING[id], ...((world().refutes ?? []).includes(id) ? FAILING[id] : {}) };
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = header.map((name, at) => Math.max(name.length, ...rows.map((row) => String(row[at]).length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell, at) => String(cell).padEnd(widths[at] as number)).join(' | ')} |`;
  return [rule, line(header), rule, ...rows.map(line), rule];
}

const title = (text: string): string[] => ['='.repeat(64), `== ${text}`, '='.repeat(64)];

/** csynth.rpt: the sections that the probe reads, in the shape of 2023.2 or 2025.1. */
export function summaryReport(top: string, { bursts, storage, dsp }: Figures, release: string): string {
  const old = release < '2024.1';
  const burstHeader = old
    ? ['HW Interface', 'Loop', 'Direction', 'Length', 'Width', 'Location']
    : ['HW Interface', 'Direction', 'Length', 'Width', 'Loop', 'Loop Location'];
  const burstRows = bursts.map(([port, direction, length, width]) =>
    old
      ? [port, 'VITIS_LOOP_17_4', direction, length, width, '../include/flexllm/memory.hpp:17:26']
      : [port, direction, length, width, 'VITIS_LOOP_17_4', '../include/flexllm/memory.hpp:17:26'],
  );
  const storageHeader = old
    ? ['Name', 'BRAM', 'URAM', 'Pragma', 'Variable', 'Storage', 'Impl', 'Latency']
    : ['Name', 'Usage', 'Type', 'BRAM', 'URAM', 'Pragma', 'Variable', 'Impl', 'Latency', 'Bitwidth, Depth, Banks'];
  const storageRows = storage.map(([variable, kind, impl]) =>
    old
      ? [`  ${variable}_U`, impl === 'bram' ? 2 : 0, impl === 'uram' ? 1 : 0, 'yes', variable, kind, impl, 1]
      : [
          `  ${variable}_U`,
          kind,
          kind,
          impl === 'bram' ? 2 : 0,
          impl === 'uram' ? 1 : 0,
          'yes',
          variable,
          impl,
          1,
          '64, 4096, 1',
        ],
  );
  const blank = (header: readonly string[]): (string | number)[] => header.map((_, at) => (at === 0 ? `+ ${top}` : ''));
  return [
    ...title('Synthesis Summary Report'),
    `* Version: ${release}`,
    '',
    ...title('M_AXI Burst Information'),
    ' Note: All burst requests might be further partitioned into multiple requests during RTL generation based on max_read_burst_length or max_write_burst_length settings.',
    '',
    '* Inferred Burst Summary',
    ...table(burstHeader, burstRows),
    '',
    '* All M_AXI Variable Accesses',
    ...table(
      ['HW Interface', 'Variable', 'Access Location', 'Direction', 'Burst Status', 'Length', 'Loop', 'Problem'],
      bursts.map(([port, direction]) => [
        port,
        'mem',
        '../include/flexllm/memory.hpp:21:11',
        direction,
        'Inferred',
        'variable',
        '-',
        '-',
      ]),
    ),
    '',
    ...title('Bind Op Report'),
    ...table(
      ['Name', 'DSP', 'Pragma', 'Variable', 'Op', 'Impl', 'Latency'],
      [
        [`+ ${top}`, dsp, '', '', '', '', ''],
        ['  mul_1_U', dsp, 'yes', 'product', 'mul', 'dsp', 3],
      ],
    ),
    '',
    ...title('Bind Storage Report'),
    ...table(storageHeader, [blank(storageHeader), ...storageRows]),
    '',
  ].join('\n');
}
