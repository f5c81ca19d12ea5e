import type { Explanations } from '../diagnostics/diagnostic.ts';
import type { SCHEDULE_DIAGNOSTICS } from './diagnostics.ts';

/** Why each diagnostic of scheduling is one, and what to do: for the page of all diagnostics, which no program carries. */
export const SCHEDULE_EXPLANATIONS: Explanations<typeof SCHEDULE_DIAGNOSTICS> = {
  'shell-unknown': {
    sample: { shell: 'gen3x16_xdma_1_202211', target: 'Alveo V80', shells: ['slash_compute', 'slash_v1', 'die'] },
    why: 'The shell takes a part of the card and decides which memory ports the kernels have.',
    remedy:
      "Correct 'platform' in the design file, or leave it out: the design then takes the usual shell of its card.",
  },
  'slr-unknown': {
    sample: { instance: 'linear_all', slr: 3, target: 'Alveo U280', slrs: 3 },
    why: 'A super logic region (SLR) is one die of the card; the constraints of the project name it.',
    remedy:
      'Choose another SLR for the instance in the resources view, or automatic, which leaves the choice to the tools. This arises when a design moves to a card with fewer dies.',
  },
  'kv-heads-indivisible': {
    sample: { heads: 32, kvHeads: 5 },
    why: 'All query heads of a group read the same keys and values, so that each KV head serves equally many.',
    remedy: 'Take the numbers of heads from the config.json of the model.',
  },
  'head-size-odd': {
    sample: { headDim: 63 },
    why: 'Rotary position embedding turns channels two by two, the first half of a head with the second.',
    remedy: 'Take the head size from the config.json of the model.',
  },
  'context-too-long': {
    sample: { context: 262144, positions: 131072, model: 'Llama-3.2-1B' },
    why: 'The model was trained for so many positions, or attends through a window of so many (Mistral: "sliding_window"); within the window, attention to all tokens is the same.',
    remedy: 'Lower the context limit of the design to the positions of the model or less.',
  },
  'context-beyond-training': {
    sample: { context: 16384, positions: 1024, model: 'Moby-Llama 1M' },
    why: 'With an attention window a token sees the first tokens of the text and the most recent ones, and no distance is longer than the window, whatever the length of the text. What lies between is forgotten.',
    remedy: 'Nothing, if that is meant. Without the window the limit would be the positions of the model.',
  },
  'window-too-long': {
    sample: { sinks: 16, recent: 4096, positions: 1024, model: 'Moby-Llama 1M' },
    why: 'The sinks count as if they stood directly before the recent tokens: the longest distance is that of both together, which the model must have been trained for.',
    remedy: 'Lower the recent tokens, or take the window away.',
  },
  'sinks-indivisible': {
    sample: { sinks: 4, step: 8 },
    why: 'The rows of the first tokens stay where they are while all later ones go round in a ring of rows. A block of TP tokens is written in one burst, so it lies on one side. Keys are multiplied in pairs at least, so the number is even.',
    remedy: 'Set the sinks to an even number that is a multiple of the token parallelism. A few more sinks do no harm.',
  },
  'prompt-too-long': {
    sample: { prompt: 2048, context: 1024 },
    why: 'The keys and values of the prompt lie in the KV cache, which has room for as many tokens as the context limit says.',
    remedy: 'Lower the prompt limit, or raise the context limit, which makes the KV cache larger.',
  },
  'chunk-too-long': {
    sample: { chunk: 2048, prompt: 1024 },
    why: 'A launch that takes more tokens than any prompt has would only make the memories of hidden states larger.',
    remedy: 'Lower the prefill chunk to the prompt limit or less, or leave it out.',
  },
  'chunk-indivisible': {
    sample: { chunk: 100, tp: 8 },
    why: 'A launch begins where the one before ended. Tokens go through prefill in blocks of TP, so it begins with a whole block; the last launch of a prompt may have any length.',
    remedy: 'Set the prefill chunk to a multiple of the token parallelism.',
  },
  'segments-with-window': {
    sample: {},
    why: 'Both are ways to read texts that are longer than the model attends to. In a segment the first tokens are the begin token and what the memory has retrieved; positions never exceed those of a launch.',
    remedy: 'Choose one of them.',
  },
  'segments-with-chunk': {
    sample: {},
    why: 'Chunks share the KV cache of one text. Each launch of a segment starts a cache of its own, and what it says of the text is the state behind its last token.',
    remedy: 'Leave the prefill chunk out: memories of hidden states hold a segment.',
  },
  'summary-too-long': {
    sample: { summary: 600, segment: 500 },
    why: 'What is searched for in the memory follows from the begin of a segment: at most all of it.',
    remedy: 'Lower the summary. Half of the segment costs half of the time of a segment.',
  },
  'recall-too-long': {
    sample: { recall: 600, segment: 500 },
    why: 'In front of a segment stand the last tokens of the one before, and of no other.',
    remedy: 'Lower the recalled tokens. Some dozens suffice for a sentence to go on.',
  },
  'segment-too-long': {
    sample: { segment: 1000, recall: 32, tokens: 1035, limit: 1024 },
    why: 'In front of the tokens of a segment stand the begin token, what was retrieved from the memory, and the last tokens of the segment before; behind them the token whose state is remembered. All of them are one launch of prefill.',
    remedy: 'Shorten the segment, or raise the prompt limit, which is that of a launch.',
  },
  'workload-prompt-too-long': {
    sample: { prompt: 2048, limit: 1024 },
    why: 'The buffers of prefill hold a prompt of the limit at most, so times for longer ones would mean nothing.',
    remedy: 'Raise the prompt limit, which makes buffers larger, or estimate a shorter prompt.',
  },
  'workload-too-long': {
    sample: { prompt: 1024, generate: 1536, limit: 2048 },
    why: 'Every token, given or generated, leaves its keys and values in the KV cache.',
    remedy: 'Raise the context limit, which makes the KV cache larger, or estimate fewer tokens.',
  },
  'cache-memories-indivisible': {
    sample: { kvHeads: 8, memories: 3 },
    why: 'Keys and values are spread over memories by KV heads, equally many in each, so that all memories work the same time.',
    remedy: 'Set the number of KV cache memories to a divisor of the number of KV heads.',
  },
  'assumption-refuted': {
    sample: {
      title: 'A static FIFO may be read by a process that stands before its writer',
      release: '2025.1',
      stage: 'decode',
      instances: ['linear_all'],
      remedy: 'Leave it to the design how they are kept, or choose memory.',
    },
    why: 'The design keeps what "node run.mjs probe" found out with the tools of the user. Where another form gives the same results the design takes it by itself; this remains of what the user chose, or of what has no other form.',
    remedy: 'Do what the message says. After a change of the release, probe again and open the new result.',
  },
  'instance-name-taken': {
    sample: { instance: 'rms_norm' },
    why: 'Streams name the instances at their ends, and the name becomes that of a process in C++.',
    remedy: 'Rename one of the two; the composer does so by itself when instances are added or pasted.',
  },
  'module-unknown': {
    sample: { instance: 'clamp_1', module: 'clamp' },
    why: 'The file was saved by a composer with more modules, or was edited by hand.',
    remedy: 'Replace the instance by one of the palette, or open the design with the composer that has the module.',
  },
  'module-of-other-stage': {
    sample: { module: 'Lane adapter', instance: 'lanes_attn', stages: ['decode'], stage: 'prefill' },
    why: 'Prefill works on blocks of tokens side by side, decode on the channels of one token; some hardware does only one of these.',
    remedy: 'Delete the instance here; most modules have a twin that does the same in the other stage.',
  },
  'parameter-illegal': {
    sample: { label: 'Weight parallelism (WP)', instance: 'linear_all', value: 100, near: '64, 96, 128, 192' },
    why: 'A parameter must divide what it works on, or fit its memory ports, as the help of the parameter says.',
    remedy:
      'Choose one of the values that the inspector offers. Where there is none, another parameter of the instance has to change first.',
  },
  'parameter-unknown': {
    sample: { instance: 'silu', parameter: 'wp', module: 'SiLU' },
    why: 'The file was edited by hand, or is of a composer whose module has more parameters.',
    remedy: 'Remove the parameter from the file; nothing depends on it.',
  },
  'operations-missing': {
    sample: { instance: 'linear_all' },
    why: 'An operation is one use of the hardware. Without any, there is nothing to size it for and nothing to run.',
    remedy: 'Add an operation in the inspector, or delete the instance.',
  },
  'operation-name-taken': {
    sample: { instance: 'linear_all', operation: 'q_proj' },
    why: 'Streams name the operations at their ends.',
    remedy: 'Rename or remove one of the two.',
  },
  'role-impossible': {
    sample: { module: 'Static quantizer', role: 'gate_proj', stage: 'decode', roles: ['q', 'k', 'v'] },
    why: 'The stage and the recipe decide what there is to do: without quantized attention, for example, nothing quantizes its tensors.',
    remedy:
      'Let the operation do one of the possible ones, or delete it. After a change of the recipe, fitting the design to it does both.',
  },
  'stream-end-missing': {
    sample: { way: 'from', end: 'fork_2/copy.out3' },
    why: 'A FIFO has one process that writes and one that reads. An end vanishes when its instance, operation or port does.',
    remedy: 'Delete the stream, or connect it to a port that exists.',
  },
  'output-shared': {
    sample: { port: 'out', operation: 'rms_norm/attn_norm' },
    why: 'What is read from a FIFO is gone. Two readers need two FIFOs, and a process that writes both.',
    remedy: 'Insert a fork behind the output and connect each reader to an output of the fork.',
  },
  'input-shared': {
    sample: { port: 'in', operation: 'linear_all/q_proj' },
    why: 'A FIFO has one writer; two would interleave their data at random.',
    remedy: 'Remove one of the streams. Where both are to be added, insert a module that adds.',
  },
  'input-open': {
    sample: { port: 'in', operation: 'linear_all/q_proj' },
    why: 'The process would wait forever for its first value.',
    remedy: 'Connect an output that makes what the input takes; the repairs of the problem propose those that fit.',
  },
  'output-open': {
    sample: { port: 'out', operation: 'linear_all/q_proj' },
    why: 'A FIFO that nobody reads is full after a few values, and then everything before it stands still.',
    remedy: 'Connect the output. A fork with an output too many gets fewer outputs.',
  },
  cycle: {
    sample: { operations: ['add/attn_residual', 'rms_norm/ffn_norm'] },
    why: 'Every operation of the cycle needs the result of the one before it, so none can be the first.',
    remedy:
      'Remove the stream that leads back. From one layer to the next, data go through the hidden states in memory.',
  },
  'stage-empty': {
    sample: { stage: 'prefill', module: 'Token embedding' },
    why: 'Nothing stands on the canvas. All that a stage has to do is missing, which is said once instead of for each of its operations.',
    remedy:
      'Place the first module on the way of a token and go on from its output, or fill the stage from the template and change that.',
  },
  'role-missing': {
    sample: { stage: 'decode', does: 'chooses the next token', role: 'sample', module: 'Sampler' },
    why: 'Without it the stage computes no token, or leaves the next one without what it needs.',
    remedy: 'Add the module from the palette, or the operation to an instance that has the module, and connect it.',
  },
  'role-twice': {
    sample: { first: 'kv_cache_write/k', second: 'kv_cache_write_2/k', role: 'k' },
    why: 'Both would write the same place in memory, and the later one would win.',
    remedy: 'Delete one of the two, or give it other work.',
  },
  'fifo-too-shallow': {
    sample: { from: 'fork/copy.out1', to: 'add/attn_residual.b', depth: 2, least: 128 },
    why: 'Where paths part and meet again, the shorter one must hold what the longer one takes in before it sends anything. Else the process in front of both waits for room, and the one behind them for data.',
    remedy:
      'Raise the depth to what the message says, or remove it, so that the composer derives it with room to spare.',
  },
  'hidden-forms-differ': {
    sample: { stage: 'decode', forms: ['8 lanes, blocked', '16 lanes, blocked'] },
    why: 'Hidden states lie in memory as they travel, one word after another; a reader of another form would mix up the channels.',
    remedy:
      'Set the lanes and order of all readers alike, and insert lane adapters in front of writers whose streams differ.',
  },
  'tensor-differs': {
    sample: { port: 'in', operation: 'linear_all/o_proj', needs: 'attn', gets: 'ffn_mid' },
    why: 'Streams know which tensor of the layer they carry. With another one the hardware would run, and compute another model.',
    remedy: 'Connect the operation that makes the tensor, or let this operation do the work that fits the stream.',
  },
  'data-expected': {
    sample: { port: 'in', operation: 'linear_all/q_proj' },
    why: 'Scales are one value per token, where the input takes all channels.',
    remedy: 'Connect the data output of the quantizer, and its scales to the dequantizer behind the weight matrix.',
  },
  'scales-expected': {
    sample: { port: 'scales', operation: 'dequantize/q_proj' },
    why: 'The accumulators of a weight matrix mean nothing without the scale and zero point of each token.',
    remedy: 'Connect the scales output of the quantizer that stands in front of the weight matrix.',
  },
  'sharing-differs': {
    sample: {
      first: 'linear_all/q_proj',
      operation: 'linear_all/down_proj',
      own: 'down_proj',
      port: 'in',
      forms: ['attn_norm (int8, 8 lanes, blocked)', 'ffn_mid (int8, 16 lanes, blocked)'],
    },
    why: 'All operations of an instance use the same wires, which have one width and one order of channels.',
    remedy:
      'Insert a lane adapter in front of one of them, set what feeds it to the lanes of the other, or give it an instance of its own.',
  },
};
