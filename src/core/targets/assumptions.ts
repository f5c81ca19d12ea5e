/**
 * What designs rest on and only the vendor's tools can confirm. `node run.mjs probe` of an exported project asks them, one
 * micro-kernel each (hls-runtime/probe); a design keeps the answers and follows them.
 */

export const ASSUMPTION_IDS = [
  'carried_fifo',
  'backward_fifo',
  'stream_array',
  'shared_bundle',
  'axis_vector',
  'cpp17',
  'storage',
  'ultra_ram',
  'bursts',
  'constants_port',
  'two_products',
  'four_products',
  'prefill_engine',
  'decode_engine',
  'decode_slice',
  'attention_loops',
  'token_loops',
  'overlapped_loops',
  'rotation_loops',
  'float_bits',
] as const;
export type AssumptionId = (typeof ASSUMPTION_IDS)[number];

export interface Assumption {
  readonly id: AssumptionId;
  /** What is assumed, as a statement. */
  readonly title: string;
  /** What of a design rests on it. */
  readonly why: string;
  /** What its micro-kernel must show besides equal results in C-simulation and co-simulation. */
  readonly shows: string;
  /** What a design does where it fails: another form, taken by itself, or what it means. */
  readonly without: string;
  /** There is another form with the same results: what the user does who chose this one; null where there is none. */
  readonly remedy: string | null;
}

const everyCycle = 'every loop reports an initiation interval of 1 and the clock of the design';
const slower = 'The estimate is too fast by the measured interval; lower the clock, or the lanes, of these instances.';

const TABLE: Readonly<Record<AssumptionId, Omit<Assumption, 'id'>>> = {
  carried_fifo: {
    title: 'A static FIFO keeps its data from one call of a region to a later one',
    why: 'Data for a later pass wait in FIFOs of the region.',
    shows: 'results of two starts of the kernel',
    without: 'All data for later passes go through memory.',
    remedy: 'Leave it to the design how they are kept, or choose memory.',
  },
  backward_fifo: {
    title: 'A static FIFO may be read by a process that stands before its writer',
    why: 'An engine that is reused takes in a later pass what was made behind it, in a region with disable_start_propagation.',
    shows: 'data that go round through one process three times',
    without: 'Data for later passes that would run backwards go through memory.',
    remedy: 'Leave it to the design how they are kept, or choose memory.',
  },
  stream_array: {
    title: 'The elements of an array of streams have different writers and one reader, and the other way round',
    why: 'Engines and caches with several memory ports take their words from an array of streams.',
    shows: 'results',
    without: 'There is no other form: engines with memory ports cannot be built with this release.',
    remedy: null,
  },
  shared_bundle: {
    title:
      'A pointer that is read and one that is written share an AXI port, and a pass reads what the one before wrote',
    why: 'KV cache, hidden states and carries through memory are written and read by different processes on one port.',
    shows: 'what one pass wrote, read by the next one',
    without:
      'There is no other form. Co-simulation may model such pointers apart: try hardware emulation before you change the design.',
    remedy: null,
  },
  axis_vector: {
    title: 'Vectors travel over AXI4-Stream between kernels, whatever their element',
    why: 'A stage with a kernel per SLR hands vectors from kernel to kernel.',
    shows: 'results',
    without: 'A stage stays one kernel.',
    remedy: 'Choose a kernel per stage.',
  },
  cpp17: {
    title: 'C++17 is accepted',
    why: 'The library uses "if constexpr" and fold expressions over streams.',
    shows: 'results',
    without: 'There is no other form: take a release that the board supports.',
    remedy: null,
  },
  storage: {
    title: 'Arrays and FIFOs lie where bind_storage puts them: BRAM or LUTRAM',
    why: 'The estimate counts each array and FIFO as the kind of memory that it is bound to.',
    shows: 'BRAM and LUTRAM in the report on bound storage, for an array and a FIFO each',
    without: 'Shares of BRAM and LUT will differ from the estimate: compare them with the report of synthesis.',
    remedy: null,
  },
  ultra_ram: {
    title: 'Arrays and FIFOs can lie in URAM',
    why: 'Large buffers and deep FIFOs are bound to URAM, and counted so.',
    shows: 'URAM in the report on bound storage, for an array and a FIFO',
    without: 'They lie in BRAM, and are counted so.',
    remedy: 'Nothing is left to do: all of them lie in BRAM.',
  },
  bursts: {
    title: 'Readers and writers of memory get bursts',
    why: 'Decode is as fast as memory delivers: words of 64 bytes, one per cycle.',
    shows: 'a burst for the reader, the reader of rows and the writer in the report on bursts',
    without: 'Memory delivers a fraction of the estimate; read the report on missed bursts in the log before building.',
    remedy: null,
  },
  constants_port: {
    title: 'Tables that are loaded at the start of a kernel are read by processes in every later call',
    why: 'Scales and other small constants come through one port into memories on the chip.',
    shows: 'results of four calls after one load',
    without: 'There is no other form for designs that load their constants at the start.',
    remedy: null,
  },
  two_products: {
    title: 'One DSP makes two products of 8-bit weights',
    why: 'Integer engines pack two weights into the operand of a multiplier.',
    shows: '8 DSPs for 16 products',
    without: 'Engines multiply in LUTs where they can; of the others the estimate counts too few DSPs.',
    remedy: 'Set their multipliers to lut where they have the choice.',
  },
  four_products: {
    title: 'One DSP makes four products of 4-bit operands',
    why: 'Engines with 4-bit weights and activations may pack two of each.',
    shows: '4 DSPs for 16 products',
    without: 'Engines make two products per DSP.',
    remedy: 'Set their multipliers to dsp.',
  },
  prefill_engine: {
    title: 'The systolic array of prefill starts an iteration per cycle',
    why: 'Linear layers and attention of prefill are counted with one step per cycle.',
    shows: everyCycle,
    without: slower,
    remedy: null,
  },
  decode_engine: {
    title: 'The linear engine of decode starts an iteration per cycle',
    why: 'Linear layers of decode are counted with one weight word per cycle.',
    shows: everyCycle,
    without: slower,
    remedy: null,
  },
  decode_slice: {
    title: 'A slice of the decode engine takes a word of weights per cycle and adds up 4-bit products in its DSPs',
    why: 'Engines of slices are counted with one word per cycle and, for 4-bit weights, with two sums per DSP.',
    shows: `${everyCycle}, 16 DSPs for 32 products`,
    without: `${slower} If only the DSPs differ, compare LUTs with the report of synthesis.`,
    remedy: null,
  },
  attention_loops: {
    title: 'Scores and values of decode start an iteration per cycle',
    why: 'Attention of decode is counted with one word of the cache per cycle.',
    shows: everyCycle,
    without: slower,
    remedy: null,
  },
  token_loops: {
    title: 'Norm, softmax and quantization start an iteration per cycle',
    why: 'They are counted with one vector per cycle.',
    shows: everyCycle,
    without: slower,
    remedy: null,
  },
  overlapped_loops: {
    title: 'A loop reads a place of a buffer, then writes it, once per cycle',
    why: 'A softmax that overlaps rows keeps them in one buffer, whose place is read for the old row and written for the new one in the same iteration.',
    shows: everyCycle,
    without: 'It takes one row after the other.',
    remedy: 'Set its overlap to serial.',
  },
  rotation_loops: {
    title: 'The Hadamard rotation starts an iteration per cycle',
    why: 'Its stages read and write two buffers in turn, counted with one pair of vectors per cycle; those of the pipelined form have delay lines, counted with one vector per cycle.',
    shows: everyCycle,
    without: slower,
    remedy: null,
  },
  float_bits: {
    title: 'fp32 in RTL gives the bits of C-simulation',
    why: 'Tokens of the card are compared with those of C-simulation.',
    shows: 'bits of products and sums, and of the exponential',
    without: 'Tokens of the card may differ from those of C-simulation where two are nearly as likely.',
    remedy: null,
  },
};

export const ASSUMPTIONS: readonly Assumption[] = ASSUMPTION_IDS.map((id) => ({ id, ...TABLE[id] }));

export const assumptionById = (id: AssumptionId): Assumption => ({ id, ...TABLE[id] });

/** What the user's tools said: kept in the design. Assumptions in neither list were not tried. */
export interface ToolAnswers {
  /** Target that they were asked for; for another one they say nothing. */
  readonly board: string;
  /** Release of the tools, such as 2025.1. */
  readonly release: string;
  readonly held: readonly AssumptionId[];
  readonly failed: readonly AssumptionId[];
}

/** Whether the tools are known to refuse what is assumed, for the target of the design. */
export const isRefuted = (
  { target, probe }: { readonly target: string; readonly probe?: ToolAnswers | undefined },
  id: AssumptionId,
): boolean => probe?.board === target && probe.failed.includes(id);
