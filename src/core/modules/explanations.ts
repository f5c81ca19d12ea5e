import type { Explanations } from '../diagnostics/diagnostic.ts';
import type { MODULE_DIAGNOSTICS } from './diagnostics.ts';

/** Why each diagnostic of modules is one, and what to do: for the page of all diagnostics, which no program carries. */
export const MODULE_EXPLANATIONS: Explanations<typeof MODULE_DIAGNOSTICS> = {
  'no-operation': {
    sample: {},
    why: 'The number format of an engine is that of the matrices it multiplies with.',
    remedy: 'Add an operation, or delete the instance.',
  },
  'formats-differ': {
    sample: {
      first: 'q_proj',
      firstWeights: 'int4',
      firstElement: 'int8',
      second: 'down_proj',
      secondWeights: 'int8',
      secondElement: 'int8',
    },
    why: 'Multipliers are built for one width of weights and one of activations.',
    remedy:
      'Split one of the operations off to an instance of its own, or give both tensor classes the same format in the recipe.',
  },
  'input-missing': {
    sample: { port: 'in' },
    why: 'What leaves a module follows from what enters it.',
    remedy: 'Connect an output that makes what the input takes.',
  },
  'element-differs': {
    sample: { port: 'in', needs: 'fp32', tensor: 'q_proj', arrives: 'int27', remedy: 'dequantize it first' },
    why: 'The arithmetic of a module is built for one number format at each input.',
    remedy:
      'Insert the quantizer or dequantizer that the sentence names between the two, or remove one that is too many.',
  },
  'parameter-no-number': {
    sample: { parameter: 'lanes' },
    why: 'The parameter is a size in hardware; a file that was edited by hand gives it a text.',
    remedy: 'Choose one of the values that the inspector offers.',
  },
  'order-interleaved': {
    sample: { port: 'q' },
    why: 'Attention works on whole heads, one lane on its own heads. In the interleaved order the channels of a head are spread over all lanes.',
    remedy: 'Set the order of the linear engine in front to blocked, or insert a lane adapter with the blocked order.',
  },
  'heads-indivisible': {
    sample: { port: 'in', lanes: 16, heads: 8 },
    why: 'Each lane works on the same number of whole heads, so that all end in the same cycle.',
    remedy: 'Insert a lane adapter, or set the lanes of the engine in front to a divisor of the number of heads.',
  },
  'forms-differ': {
    sample: { lanes: [8, 16], order: ['blocked', 'blocked'] },
    why: 'The module takes one vector from each input per cycle, and their channels must be the same.',
    remedy: 'Insert a lane adapter in front of one of the inputs, or give both producers the same lanes and order.',
  },
  'cache-memories-differ': {
    sample: { lanes: 8, memories: 3, fitting: [4, 8], lanesFitting: [3, 6, 12] },
    why: 'The lanes of a memory work on the same key or value in a cycle, each for another query head of its group. So there are as many lanes for each memory as divide the query heads of a group.',
    remedy: 'Set the number of KV cache memories of the design, or the lanes of the streams into attention.',
  },
  'memory-without-segments': {
    sample: {},
    why: 'The sizes of segments and of the queue of memories are those of the whole design: the host program cuts texts by them, and what the memory holds follows from them.',
    remedy: 'Set the segments (in the terminal: hmt=989,494,32,64), or delete the modules of the memory.',
  },
  'projection-without-option': {
    sample: {},
    why: 'Whether the memory has projections decides where its keys lie and what the packer takes from a file, so it is said once for the whole design.',
    remedy: 'Switch them on (in the terminal: hmt=989,494,32,64,projections), or delete the projection.',
  },
  'dequantizer-needless': {
    sample: { role: 'q_proj' },
    why: 'The recipe computes this matrix in fp32, so there is no scale to multiply with.',
    remedy: 'Delete the operation and connect its input to what its output led to.',
  },
  'scales-of-other': {
    sample: { role: 'q_proj' },
    why: 'Accumulators are turned back into fp32 with the scale and zero point that the quantizer gave the same token.',
    remedy: 'Connect the scales output of the quantizer that feeds the matrix; a fork shares it.',
  },
  'slices-number': {
    sample: { slices: 96, most: 64 },
    why: 'Every slice has a memory port of its own, and cards have no more ports to HBM.',
    remedy: 'Choose a number of slices that the parameter offers; a second engine can take other operations.',
  },
  'blocks-number': {
    sample: { wp: 48, columns: 32, most: 64 },
    why: 'An engine of column blocks is a row of processes, each with the same whole number of columns.',
    remedy:
      'Choose columns that divide the weight parallelism, as many as the token parallelism allows: their product is at most 128.',
  },
  'blocks-ports': {
    sample: { ports: 4, blocks: 2 },
    why: 'The words of a memory port are dealt to its blocks, some columns for each; a block takes its columns from one port.',
    remedy: 'Choose as many ports as there are blocks or fewer, or blocks of fewer columns.',
  },
  'groups-elsewhere': {
    sample: { role: 'q_proj', group: 64, engine: 'linear engine of slices' },
    why: 'The sum of a group is multiplied by its scale when the group is complete. Engines of slices and of blocks take sums in time for that; the others take them once per output.',
    remedy: 'Replace the engine by the one that is named, or remove the groups from the recipe.',
  },
  'groups-scattered': {
    sample: { group: 64, lanes: 4, order: 'blocked' },
    why: 'A slice holds one sum per output, so all channels that it multiplies until a group is complete must be of that group. In blocked order the lanes of a vector are far apart.',
    remedy:
      'Set the output order of the engines in front to interleaved, with a number of lanes that divides the group, or insert a lane adapter.',
  },
  'groups-short': {
    sample: { group: 16, steps: 2, outputs: 16, needs: 8 },
    why: 'While the next group is multiplied, the sums of the last one are taken, scaled and added up, two outputs per cycle in a slice and one in a block.',
    remedy: 'Lower WP or KP of slices, the columns of blocks, or choose larger groups in the recipe.',
  },
  'groups-of-heads': {
    sample: { group: 32, headDim: 16, span: 64 },
    why: 'Where a memory of the KV cache holds several KV heads, the query heads that share it work on one of them at a time, and their results leave in that order.',
    remedy: 'Choose another size of groups for q, k, v, o, or more memories of the KV cache.',
  },
  'sparsity-elsewhere': {
    sample: { role: 'q_proj', pattern: '2:4', engine: 'linear engine of slices' },
    why: 'Engines of slices and of blocks have a multiplexer in front of each multiplier and read the indices that it follows; the others multiply every channel.',
    remedy: 'Replace the engine by the one that is named, or choose dense weights in the recipe.',
  },
  'sparsity-scattered': {
    sample: { pattern: '2:4', of: 4, lanes: 16, order: 'blocked' },
    why: 'The channels that an output chooses from must be there in the same cycle. In blocked order neighbouring channels come one after the other in the same lane.',
    remedy: 'Set the output order of the engines in front to interleaved, or insert a lane adapter.',
  },
  'sparsity-outputs': {
    sample: { pattern: '2:4' },
    why: 'The two outputs of a multiplier are neighbouring lanes of a vector. In blocked order these are far apart in the matrix.',
    remedy: 'Set the output order of the engine to interleaved, or remove the pairs from the recipe.',
  },
  'sparsity-mixed': {
    sample: { dense: 'down_proj', pattern: '2:4', sparse: 'q_proj' },
    why: 'Only slices, in decode, multiply dense matrices on hardware that skips zeros: they send the activations of a block several times.',
    remedy: 'Part the operations, or give their tensor classes the same sparsity.',
  },
  'sparsity-channels': {
    sample: { lanes: 8, kp: 8, keep: 2, side: 16 },
    why: 'Weights are chosen from whole blocks of channels, all of which must be in the part of a vector that the slices get in a cycle.',
    remedy:
      'Choose a channel parallelism that is a multiple of the weights that a block keeps and small enough for the lanes.',
  },
  'slices-indivisible': {
    sample: { lanes: 4, kp: 8 },
    why: 'The engine sends a part of each vector that it has received to its slices, so a vector must hold whole parts.',
    remedy: 'Choose a channel parallelism that divides the lanes, or give the producer more lanes.',
  },
  'hadamard-channels': {
    sample: { channels: 5461 },
    why: 'The fast Hadamard transform adds and subtracts channels in pairs. It works in blocks of the largest power of two that divides the width, which an odd width does not have.',
    remedy: 'Switch the rotation off in the recipe and delete the operation.',
  },
  'hadamard-lanes': {
    sample: { lanes: 16, order: 'blocked', channels: 5632, block: 512 },
    why: 'The fast Hadamard transform adds and subtracts channels at distances of 1, 2, 4 and so on within a block. In one cycle it pairs either lanes of a vector or two whole vectors: the channels that lie in a row, lanes in interleaved order and vectors in blocked order, must divide a block or be whole blocks.',
    remedy:
      'Let the producers send a power of two of lanes in interleaved order, or insert a lane adapter to it. In blocked order it is a multiple of the odd factor of the channels: 11, 22 or 44 lanes for 5632.',
  },
  'cache-writer-shared': {
    sample: {},
    why: 'A writer has the memory ports of one cache.',
    remedy: 'Split one of the two operations off to an instance of its own.',
  },
  'cache-lanes-unfit': {
    sample: { lanes: 3, memories: 8 },
    why: 'A lane writes to whole memories, or several lanes share one; anything between would cut heads apart.',
    remedy: 'Insert a lane adapter, or use lanes that divide the number of memories, or are a multiple of it.',
  },
  'attention-in-fp32': {
    sample: {},
    why: 'Static quantizers stand only where the recipe quantizes the tensors of attention.',
    remedy:
      'Delete the operation and connect its input to what its output led to, or quantize attention in the recipe.',
  },
  'probabilities-signed': {
    sample: {},
    why: 'Probabilities lie between 0 and 1, so that their 8 bits need no sign; the rounding is built for one or the other.',
    remedy: 'Split the operation for the probabilities off to an instance of its own.',
  },
  'input-in-fp32': {
    sample: { role: 'lm_head' },
    why: 'The matrix multiplies fp32 numbers, so that quantized ones would not fit.',
    remedy:
      'Delete the operation and connect its input to the linear engine, or quantize the tensor class in the recipe.',
  },
  'accumulators-differ': {
    sample: {},
    why: 'The conversion from the accumulator to fp32 is built for one width, which grows with the number of terms.',
    remedy: 'Split one of the two operations off to an instance of its own.',
  },
  'channels-expected': {
    sample: {},
    why: 'It spreads the channels of a token over other lanes. Scores are counted by keys, scales by tokens.',
    remedy: 'Connect the two ends directly, or put the adapter where the channels pass.',
  },
  'sampler-shared': {
    sample: {},
    why: 'A stage hands one token on to the next step.',
    remedy: 'Remove the other operation.',
  },
};
