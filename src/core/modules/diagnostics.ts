import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** Why modules refuse inputs and parameters, those that several modules share first. An entry throws a `Refusal` with one. */
export const MODULE_DIAGNOSTICS = {
  'no-operation': error({
    sentence: () => 'The instance has no operation; add one from its menu or delete the instance.',
    sample: {},
    why: 'The number format of an engine is that of the matrices it multiplies with.',
    remedy: 'Add an operation, or delete the instance.',
  }),
  'formats-differ': error<{
    first: string;
    firstWeights: string;
    firstElement: string;
    second: string;
    secondWeights: string;
    secondElement: string;
  }>({
    sentence: ({ first, firstWeights, firstElement, second, secondWeights, secondElement }) =>
      `${first} (${firstWeights} x ${firstElement}) and ${second} (${secondWeights} x ${secondElement}) have different number formats and cannot share an engine; give them engines of their own or the same format in the recipe.`,
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
  }),
  'input-missing': error<{ port: string }>({
    sentence: ({ port }) => `Nothing is connected to input '${port}'; connect a stream to it.`,
    sample: { port: 'in' },
    why: 'What leaves a module follows from what enters it.',
    remedy: 'Connect an output that makes what the input takes.',
  }),
  'element-differs': error<{ port: string; needs: string; tensor: string; arrives: string; remedy: string }>({
    sentence: ({ port, needs, tensor, arrives, remedy }) =>
      `Input '${port}' needs ${needs} but ${tensor} arrives as ${arrives}; ${remedy}.`,
    sample: { port: 'in', needs: 'fp32', tensor: 'q_proj', arrives: 'int27', remedy: 'dequantize it first' },
    why: 'The arithmetic of a module is built for one number format at each input.',
    remedy:
      'Insert the quantizer or dequantizer that the sentence names between the two, or remove one that is too many.',
  }),
  'parameter-no-number': error<{ parameter: string }>({
    sentence: ({ parameter }) => `Parameter ${parameter} must be a number; choose one of those that it offers.`,
    sample: { parameter: 'lanes' },
    why: 'The parameter is a size in hardware; a file that was edited by hand gives it a text.',
    remedy: 'Choose one of the values that the inspector offers.',
  }),
  'order-interleaved': error<{ port: string }>({
    sentence: ({ port }) =>
      `Input '${port}' needs the blocked order, in which a head stays in one lane; set the order of the producer to blocked or insert a lane adapter.`,
    sample: { port: 'q' },
    why: 'Attention works on whole heads, one lane on its own heads. In the interleaved order the channels of a head are spread over all lanes.',
    remedy: 'Set the order of the linear engine in front to blocked, or insert a lane adapter with the blocked order.',
  }),
  'heads-indivisible': error<{ port: string; lanes: number; heads: number }>({
    sentence: ({ port, lanes, heads }) =>
      `Input '${port}' has ${lanes} lanes, but ${heads} heads do not divide over them; insert a lane adapter to a divisor of ${heads}.`,
    sample: { port: 'in', lanes: 16, heads: 8 },
    why: 'Each lane works on the same number of whole heads, so that all end in the same cycle.',
    remedy: 'Insert a lane adapter, or set the lanes of the engine in front to a divisor of the number of heads.',
  }),
  'forms-differ': error<{ lanes: readonly [number, number]; order: readonly [string, string] }>({
    sentence: ({ lanes, order }) =>
      `its inputs travel in different forms (${lanes[0]} lanes, ${order[0]}; ${lanes[1]} lanes, ${order[1]}); insert a lane adapter.`,
    sample: { lanes: [8, 16], order: ['blocked', 'blocked'] },
    why: 'The module takes one vector from each input per cycle, and their channels must be the same.',
    remedy: 'Insert a lane adapter in front of one of the inputs, or give both producers the same lanes and order.',
  }),
  'cache-memories-differ': error<{ lanes: number; needed: number; memories: number }>({
    sentence: ({ lanes, needed, memories }) =>
      `Attention with ${lanes} lanes needs the KV cache spread over ${needed} memories, but the design spreads it over ${memories}; set the number of KV cache memories to ${needed} or use ${memories} lanes.`,
    sample: { lanes: 8, needed: 8, memories: 4 },
    why: 'Each lane reads the keys and values of its own heads from a memory port of its own, at full rate.',
    remedy: 'Set the number of KV cache memories of the design, or the lanes of the streams into attention.',
  }),

  'dequantizer-needless': error<{ role: string }>({
    sentence: ({ role }) => `${role} arrives as fp32 and needs no dequantizer; connect it directly.`,
    sample: { role: 'q_proj' },
    why: 'The recipe computes this matrix in fp32, so there is no scale to multiply with.',
    remedy: 'Delete the operation and connect its input to what its output led to.',
  }),
  'scales-of-other': error<{ role: string }>({
    sentence: ({ role }) => `Input 'scales' needs the scales output of the quantizer in front of ${role}.`,
    sample: { role: 'q_proj' },
    why: 'Accumulators are turned back into fp32 with the scale and zero point that the quantizer gave the same token.',
    remedy: 'Connect the scales output of the quantizer that feeds the matrix; a fork shares it.',
  }),
  'hadamard-channels': error<{ channels: number }>({
    sentence: ({ channels }) =>
      `The Hadamard rotation needs a power of two of channels, but the feed-forward network has ${channels}; switch the rotation off in the recipe.`,
    sample: { channels: 11008 },
    why: 'The fast Hadamard transform adds and subtracts channels in pairs, at distances of 1, 2, 4 and so on up to half of the width.',
    remedy: 'Switch the rotation off in the recipe and delete the operation.',
  }),
  'hadamard-lanes': error<{ lanes: number }>({
    sentence: ({ lanes }) =>
      `The Hadamard transform needs a power of two of lanes, but ${lanes} arrive; insert a lane adapter.`,
    sample: { lanes: 12 },
    why: 'The fast Hadamard transform adds and subtracts lanes in pairs, at distances of 1, 2, 4 and so on up to half of the lanes.',
    remedy: 'Insert a lane adapter, all of whose lanes are powers of two, or give the producer such a number.',
  }),
  'cache-writer-shared': error({
    sentence: () => 'Keys and values lie in different memories; give each a KV cache writer of its own.',
    sample: {},
    why: 'A writer has the memory ports of one cache.',
    remedy: 'Split one of the two operations off to an instance of its own.',
  }),
  'cache-lanes-unfit': error<{ lanes: number; memories: number }>({
    sentence: ({ lanes, memories }) =>
      `Keys and values arrive in ${lanes} lanes, which do not fit the ${memories} memories of the KV cache; insert a lane adapter to ${memories} lanes.`,
    sample: { lanes: 3, memories: 8 },
    why: 'A lane writes to whole memories, or several lanes share one; anything between would cut heads apart.',
    remedy: 'Insert a lane adapter, or use lanes that divide the number of memories, or are a multiple of it.',
  }),
  'attention-in-fp32': error({
    sentence: () => 'The recipe keeps attention in fp32; remove this operation and connect its input onwards.',
    sample: {},
    why: 'Static quantizers stand only where the recipe quantizes the tensors of attention.',
    remedy:
      'Delete the operation and connect its input to what its output led to, or quantize attention in the recipe.',
  }),
  'probabilities-signed': error({
    sentence: () =>
      'Probabilities are unsigned and the other attention tensors signed; give the probabilities a static quantizer of their own.',
    sample: {},
    why: 'Probabilities lie between 0 and 1, so that their 8 bits need no sign; the rounding is built for one or the other.',
    remedy: 'Split the operation for the probabilities off to an instance of its own.',
  }),
  'input-in-fp32': error<{ role: string }>({
    sentence: ({ role }) =>
      `The recipe keeps the input of ${role} in fp32; remove this operation and connect its input to the linear engine.`,
    sample: { role: 'lm_head' },
    why: 'The matrix multiplies fp32 numbers, so that quantized ones would not fit.',
    remedy:
      'Delete the operation and connect its input to the linear engine, or quantize the tensor class in the recipe.',
  }),
  'accumulators-differ': error({
    sentence: () =>
      'Scores and attention results have accumulators of different width; give each its own static scaler.',
    sample: {},
    why: 'The conversion from the accumulator to fp32 is built for one width, which grows with the number of terms.',
    remedy: 'Split one of the two operations off to an instance of its own.',
  }),
  'channels-expected': error({
    sentence: () => 'A lane adapter works on channels, not on scores or scales; connect a stream of channels.',
    sample: {},
    why: 'It spreads the channels of a token over other lanes. Scores are counted by keys, scales by tokens.',
    remedy: 'Connect the two ends directly, or put the adapter where the channels pass.',
  }),
  'sampler-shared': error({
    sentence: () => 'One sampler chooses one token; remove the other operation.',
    sample: {},
    why: 'A stage hands one token on to the next step.',
    remedy: 'Remove the other operation.',
  }),
};

export type ModuleCode = CodeOf<typeof MODULE_DIAGNOSTICS>;
export const found = findingsOf(MODULE_DIAGNOSTICS);
