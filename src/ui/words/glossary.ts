/** The words of the product: what each means here. The glossary of the application and that of docs/concepts.md are made from this one list. */

export interface Term {
  readonly term: string;
  /** Other words that it is found by; long forms of abbreviations. */
  readonly also?: readonly string[];
  readonly meaning: string;
}

const TERMS: readonly Term[] = [
  { term: 'A100', meaning: 'a data-centre GPU of NVIDIA, with which published designs compare themselves' },
  {
    term: 'Activation',
    meaning: 'a value that is computed from the tokens, unlike a weight, which belongs to the model',
  },
  {
    term: 'Alveo U280, V80',
    also: ['card', 'board', 'target'],
    meaning: 'accelerator cards of AMD with an FPGA and HBM, for which projects are exported',
  },
  {
    term: 'AXI, m_axi',
    also: ['memory port', 'AXI4-Stream'],
    meaning: 'the bus of the FPGA; m_axi is a port through which a kernel reads or writes memory',
  },
  { term: 'Bank', meaning: 'one memory of the card, with a capacity and a bandwidth of its own' },
  {
    term: 'Barrier',
    meaning: 'a module that must see a whole block, token or row before its first output, such as a norm',
  },
  { term: 'Batch', meaning: 'number of texts that are worked on at the same time' },
  { term: 'BF16', also: ['bfloat16'], meaning: 'the 16-bit floating-point format in which most models are published' },
  {
    term: 'Bitstream',
    meaning: 'the configuration of the FPGA: one holds both stages, or each stage has its own',
  },
  {
    term: 'BP',
    also: ['block parallelism'],
    meaning:
      'block parallelism: lanes of the decode linear engine, which read different channels of the input side by side',
  },
  {
    term: 'BRAM',
    also: ['block RAM', 'BRAM18', 'BRAM36'],
    meaning: 'block RAM, an on-chip memory of 36 kbit in the FPGA; half of one is a BRAM18',
  },
  {
    term: 'Burst',
    meaning: 'consecutive words of memory that are asked for at once, so that the latency is paid once',
  },
  { term: 'Carry', meaning: 'data kept from one pass to a later one' },
  {
    term: 'Channel',
    meaning: "one number of a token's vector; the hidden state of the sample model has 128",
  },
  { term: 'Context', meaning: 'all tokens that a model looks back at: the prompt and what has been generated' },
  {
    term: 'C-simulation, co-simulation',
    also: ['csim', 'cosim'],
    meaning: 'running the sources of the kernels as a program; running the hardware made from them in a simulator',
  },
  { term: 'Dataflow region', meaning: 'HLS processes that run at the same time, connected by FIFOs' },
  { term: 'DDR', meaning: 'the larger and slower memory of the card, outside the package of the FPGA' },
  {
    term: 'Decode',
    meaning:
      'the stage that writes the answer, token by token; every weight is fetched for every token, so memory bandwidth limits it',
  },
  { term: 'DSP', meaning: 'a multiplier block of the FPGA' },
  { term: 'Duty', meaning: 'share of the cycles in which a memory port transfers a word' },
  {
    term: 'Dynamic, static',
    also: ['dynamic quantization', 'static quantization'],
    meaning: 'a scale that is found for each token while it passes, or one that calibration has fixed beforehand',
  },
  { term: 'Embedding', meaning: 'the table that turns a token into its vector, and its row for one token' },
  { term: 'FF', also: ['flip-flop', 'register'], meaning: 'flip-flop: one bit of register in the FPGA' },
  {
    term: 'FFN',
    also: ['feed-forward network', 'gate_proj', 'up_proj', 'down_proj'],
    meaning: 'feed-forward network: the second half of a layer, with the products gate_proj, up_proj and down_proj',
  },
  {
    term: 'FHT',
    also: ['fast Hadamard transform', 'Hadamard', 'rotation'],
    meaning: 'fast Hadamard transform: a rotation that spreads outliers over many channels, so that few bits suffice',
  },
  { term: 'FIFO', meaning: 'queue between two processes: first in, first out' },
  { term: 'Fork', meaning: 'a module that copies a stream for several readers, since a FIFO has one reader' },
  {
    term: 'FP32, FP16',
    also: ['floating point', 'float'],
    meaning: 'number formats: floating point of 32 and of 16 bits',
  },
  { term: 'FPGA', meaning: 'field-programmable gate array: a chip whose circuits are configured by a bitstream' },
  { term: 'GEMM, GEMV', meaning: 'product of two matrices, and of a matrix and a vector: what linear engines compute' },
  {
    term: 'GQA',
    also: ['grouped-query attention', 'MHA', 'KV heads'],
    meaning:
      'grouped-query attention: several query heads share the keys and values of one KV head; with a KV head for each it is MHA, multi-head attention',
  },
  {
    term: 'HBM',
    meaning: 'high-bandwidth memory: stacked memory in the package of the FPGA, divided into pseudo-channels',
  },
  { term: 'Head', also: ['attention head'], meaning: 'one of the parts into which attention divides the channels' },
  { term: 'Hidden state', meaning: "a token's vector between two layers; it lies in memory" },
  { term: 'HLS', also: ['Vitis HLS'], meaning: 'high-level synthesis: hardware from C++' },
  {
    term: 'HMT',
    also: ['hierarchical memory transformer', 'segment', 'topic token', 'memory projection'],
    meaning:
      'Hierarchical Memory Transformer: a long text is read in segments, each with a summary, and a memory of the segments before is searched, by projections of states or the states themselves, for what belongs to the present one',
  },
  {
    term: 'Hybrid',
    meaning: 'a design that is spatial where hardware would otherwise be the limit, and temporal where it would idle',
  },
  {
    term: 'II',
    also: ['initiation interval'],
    meaning: 'initiation interval: cycles between two iterations of a pipelined loop',
  },
  { term: 'Instance', meaning: 'one piece of hardware: a module with parameter values; a card on a canvas' },
  { term: 'INT4, INT8', also: ['integer'], meaning: 'number formats: integers of 4 and of 8 bits' },
  { term: 'Kernel', meaning: 'hardware that the host starts; each stage is one, or several joined at SLRs' },
  {
    term: 'KP, VP',
    also: ['key parallelism', 'value parallelism'],
    meaning: 'key and value parallelism of attention in decode',
  },
  {
    term: 'KV cache',
    also: ['KV', 'keys and values'],
    meaning:
      'keys and values of all earlier tokens, per layer: prefill fills it, decode reads it and adds a row per token',
  },
  { term: 'Lane', meaning: 'one of the values that travel side by side on a stream' },
  { term: 'LLM', also: ['large language model'], meaning: 'large language model: it continues a text, token by token' },
  {
    term: 'LUT, LUTRAM, SRL',
    also: ['look-up table', 'LUT as memory'],
    meaning: 'look-up table: the logic cell of the FPGA, also used as a small memory or as a shift register',
  },
  {
    term: 'MAC',
    also: ['multiply-accumulate'],
    meaning: 'multiply-accumulate: one product added to a sum; counts as two operations',
  },
  {
    term: 'Memory busy',
    also: ['memory bandwidth', 'utilization'],
    meaning:
      'share of time in which the memory delivers: the bytes that memory ports on HBM move, over what HBM could deliver at its peak in that time; of a pass, or of all passes of a stage',
  },
  { term: 'Module', meaning: 'a template of hardware in the catalogue, such as RMSNorm or a linear engine' },
  {
    term: 'Operation',
    meaning:
      'one use of an instance within a layer, such as k_proj; a row of a card. Also one addition or multiplication (GOP/s)',
  },
  { term: 'Packing', meaning: 'two or four narrow products from one DSP' },
  {
    term: 'Pass',
    meaning: "one run of a stage's dataflow region, in which each instance does at most one operation",
  },
  { term: 'Perplexity', meaning: 'how surprised the model is by a text; lower is better' },
  {
    term: 'PK, PV',
    also: ['key parallelism', 'value parallelism'],
    meaning: 'key and value parallelism of attention in prefill',
  },
  { term: 'PLRAM', meaning: 'on-chip memory that a shell offers to kernels as a bank' },
  {
    term: 'Port',
    meaning: 'where a stream enters or leaves an operation; a memory port is an m_axi interface of the kernel',
  },
  {
    term: 'Prefill',
    meaning:
      'the stage that reads the prompt, many tokens side by side; a weight serves many tokens, so multipliers limit it',
  },
  {
    term: 'Pseudo-channel',
    also: ['PC', 'HBM channel'],
    meaning: 'one of the independent ports of HBM: 32 on a U280, 64 on a V80',
  },
  {
    term: 'q_proj, k_proj, v_proj, o_proj',
    also: ['projection', 'query', 'key', 'value'],
    meaning: 'the weight matrices of attention: they make queries, keys and values, and bring the result back',
  },
  {
    term: 'QK, AV',
    also: ['scores', 'attention values'],
    meaning: 'the two products of attention: queries with keys, and the weights that softmax makes of them with values',
  },
  {
    term: 'Quantization',
    also: ['quantizer', 'dequantizer', 'scale'],
    meaning: 'numbers of few bits with a scale in place of floating point: less memory, smaller multipliers',
  },
  {
    term: 'Recipe',
    also: ['W4A4KV8', 'w8a8kv8'],
    meaning:
      'the number format of every tensor class; w4a4kv8 is 4-bit weights, 4-bit activations, 8-bit keys and values',
  },
  {
    term: 'RMSNorm',
    also: ['norm', 'root mean square'],
    meaning: "root-mean-square normalisation: scales a token's vector to a common size before attention and FFN",
  },
  {
    term: 'Role',
    meaning: "what an operation does within a layer, such as 'attn_norm'",
  },
  {
    term: 'Roofline, ridge',
    also: ['compute-bound', 'bandwidth-bound', 'arithmetic intensity'],
    meaning:
      'attainable operations per second over operations per byte; the ridge is where the limit turns from bandwidth to compute',
  },
  {
    term: 'RoPE',
    also: ['rotary position embedding'],
    meaning: 'rotary position embedding: turns pairs of channels by an angle that tells where the token stands',
  },
  {
    term: 'Sampler',
    also: ['top-k', 'temperature'],
    meaning: 'chooses the next token from the scores that the output head gives',
  },
  {
    term: 'Shell, platform',
    also: ['XDMA', 'user region'],
    meaning: 'the part of the FPGA that the vendor gives: host link, memory controllers; the rest is the user region',
  },
  {
    term: 'SiLU, SwiGLU',
    also: ['activation function'],
    meaning: 'an activation function, and the gated feed-forward network that uses it',
  },
  {
    term: 'Slack, WNS',
    also: ['worst negative slack'],
    meaning: 'time left in a clock period on the slowest path; negative: the clock is not met',
  },
  { term: 'SLASH, VRT', meaning: 'build flow and run-time library of the V80' },
  {
    term: 'SLR, SLL',
    also: ['super logic region', 'die', 'super long line'],
    meaning: 'super logic region: one die of the FPGA; super long lines are the wires between two of them',
  },
  { term: 'Softmax', meaning: 'turns the scores of attention into weights that add up to one' },
  {
    term: 'Sparsity, 2:4',
    meaning:
      'weights that are zero and skipped; 2:4 keeps two of every four neighbouring ones, each with the index of its place',
  },
  { term: 'Spatial', meaning: 'one operation per instance: hardware for each; fast, large' },
  { term: 'Stage', meaning: 'prefill or decode: one canvas' },
  { term: 'Stream', meaning: 'a typed connection between two operations; a wire on a canvas, a FIFO in hardware' },
  {
    term: 'Systolic array',
    meaning: 'grid of multiply-accumulate cells through which operands move from cell to cell',
  },
  {
    term: 'Temporal',
    meaning: 'several operations on one instance, in different passes: hardware reused; small, slower',
  },
  { term: 'Tensor', meaning: 'an array of numbers of the model or of a text, such as a weight matrix or the keys' },
  { term: 'Token', meaning: 'a word or a part of one: what a model reads and writes' },
  { term: 'TP', also: ['token parallelism'], meaning: 'token parallelism: tokens that prefill works on side by side' },
  {
    term: 'TPOT',
    also: ['time per output token', 'tokens/s'],
    meaning: 'time per output token: one over the tokens per second of decode',
  },
  {
    term: 'TTFT',
    also: ['time to first token', 'first token'],
    meaning: 'time to first token: prefill and the first step of decode',
  },
  { term: 'URAM', also: ['ultra RAM'], meaning: 'ultra RAM: on-chip memory of 288 kbit in the FPGA' },
  { term: 'Weight', meaning: 'a number of the model, learnt in training; weights lie in the memory of the card' },
  {
    term: 'Window',
    also: ['Λ-shaped attention', 'sinks'],
    meaning: 'attention to the first tokens of a text, the sinks, and the recent ones alone, at constant cost',
  },
  { term: 'Workload', meaning: 'what estimates are made for: tokens of the prompt, tokens generated, batch' },
  {
    term: 'WP',
    also: ['weight parallelism'],
    meaning: 'weight parallelism: output channels that a linear engine computes side by side',
  },
  { term: 'XRT', also: ['host program'], meaning: 'run-time library of the U280' },
];

const order = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** All terms in alphabetical order. */
export const GLOSSARY: readonly Term[] = [...TERMS].sort((a, b) => order.compare(a.term, b.term));

/** 'KV cache' as the anchor of its entry: 'kv-cache'. */
export const anchorOf = (term: string): string =>
  term
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Terms that hold all of the words: in the term itself or its other names first, then in what it means. */
export function findTerms(words: string): readonly Term[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => wanted.every((word) => text.toLowerCase().includes(word));
  const names = ({ term, also = [] }: Term): string => [term, ...also].join(' ');
  const named = GLOSSARY.filter((term) => has(names(term)));
  return [...named, ...GLOSSARY.filter((term) => !named.includes(term) && has(`${names(term)} ${term.meaning}`))];
}

/** The page with a fresh glossary between its marks; docs/concepts.md has them. */
export function withGlossary(page: string): string {
  const rows = GLOSSARY.map(({ term, meaning }) => `| ${term} | ${meaning} |`);
  return page.replace(/<!-- glossary -->[\s\S]*<!-- end -->/, () =>
    ['<!-- glossary -->', '', '| term | meaning |', '| --- | --- |', ...rows, '', '<!-- end -->'].join('\n'),
  );
}
