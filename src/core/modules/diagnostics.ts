import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** Why modules refuse inputs and parameters, those that several modules share first. An entry throws a `Refusal` with one. */
export const MODULE_DIAGNOSTICS = {
  'no-operation': error({
    sentence: () => 'The instance has no operation; add one from its menu or delete the instance.',
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
  }),
  'input-missing': error<{ port: string }>({
    sentence: ({ port }) => `Nothing is connected to input '${port}'; connect a stream to it.`,
  }),
  'element-differs': error<{ port: string; needs: string; tensor: string; arrives: string; remedy: string }>({
    sentence: ({ port, needs, tensor, arrives, remedy }) =>
      `Input '${port}' needs ${needs} but ${tensor} arrives as ${arrives}; ${remedy}.`,
  }),
  'parameter-no-number': error<{ parameter: string }>({
    sentence: ({ parameter }) => `Parameter ${parameter} must be a number; choose one of those that it offers.`,
  }),
  'order-interleaved': error<{ port: string }>({
    sentence: ({ port }) =>
      `Input '${port}' needs the blocked order, in which a head stays in one lane; set the order of the producer to blocked or insert a lane adapter.`,
  }),
  'heads-indivisible': error<{ port: string; lanes: number; heads: number }>({
    sentence: ({ port, lanes, heads }) =>
      `Input '${port}' has ${lanes} lanes, but ${heads} heads do not divide over them; insert a lane adapter to a divisor of ${heads}.`,
  }),
  'forms-differ': error<{ lanes: readonly [number, number]; order: readonly [string, string] }>({
    sentence: ({ lanes, order }) =>
      `its inputs travel in different forms (${lanes[0]} lanes, ${order[0]}; ${lanes[1]} lanes, ${order[1]}); insert a lane adapter.`,
  }),
  'cache-memories-differ': error<{
    lanes: number;
    memories: number;
    fitting: readonly number[];
    lanesFitting: readonly number[];
  }>({
    sentence: ({ lanes, memories, fitting, lanesFitting }) =>
      `Attention with ${lanes} lanes cannot take keys and values from ${memories} memories; ${fitting.length > 0 ? `set the number of KV cache memories to ${fitting.join(' or ')}, or ` : ''}use ${lanesFitting.join(' or ')} lanes.`,
  }),

  'memory-without-segments': error({
    sentence: () =>
      'This belongs to the memory of a text that is read in segments, but the design reads texts in one piece; set segments in the inspector of the design, or delete the instance.',
  }),
  'projection-without-option': error({
    sentence: () =>
      'The design searches the memory by the states as they are; switch projections on in the inspector of the design, or delete the instance.',
  }),
  'dequantizer-needless': error<{ role: string }>({
    sentence: ({ role }) => `${role} arrives as fp32 and needs no dequantizer; connect it directly.`,
  }),
  'scales-of-other': error<{ role: string }>({
    sentence: ({ role }) => `Input 'scales' needs the scales output of the quantizer in front of ${role}.`,
  }),
  'slices-number': error<{ slices: number; most: number }>({
    sentence: ({ slices, most }) => `An engine has 1 to ${most} slices, not ${slices}; choose one of these numbers.`,
  }),
  'blocks-number': error<{ wp: number; columns: number; most: number }>({
    sentence: ({ wp, columns, most }) =>
      `Blocks of ${columns} columns do not make an engine with a weight parallelism of ${wp}, which has 1 to ${most} blocks of whole columns; choose columns that divide the weight parallelism.`,
  }),
  'blocks-ports': error<{ ports: number; blocks: number }>({
    sentence: ({ ports, blocks }) =>
      `An engine of ${blocks === 1 ? '1 block' : `${blocks} blocks`} has no use for ${ports} memory ports, each of which brings the weights of whole blocks; choose at most ${blocks}.`,
  }),
  'groups-elsewhere': error<{ role: string; group: number; engine: string }>({
    sentence: ({ role, group, engine }) =>
      `The weights of ${role} have scales in groups of ${group} input channels, which this engine does not multiply by; choose the ${engine}, or one scale per output channel in the recipe.`,
  }),
  'groups-scattered': error<{ group: number; lanes: number; order: string }>({
    sentence: ({ group, lanes, order }) =>
      `Weights have scales in groups of ${group} input channels, which must arrive one group after the other, but they come on ${lanes} lanes in ${order} order; let the producer send in interleaved order on lanes that divide ${group}, or insert a lane adapter.`,
  }),
  'groups-short': error<{ group: number; steps: number; outputs: number; needs: number }>({
    sentence: ({ group, steps, outputs, needs }) =>
      `A group of ${group} input channels is complete after ${steps} cycles, too few to take ${outputs} sums, which needs ${needs}; choose fewer outputs side by side, fewer channels side by side or larger groups.`,
  }),
  'groups-of-heads': error<{ group: number; headDim: number; span: number }>({
    sentence: ({ group, headDim, span }) =>
      `The input channels of o_proj come in the order of the heads of a memory of the KV cache, ${span} channels at a time, so groups of ${group} mix; choose groups that divide a head of ${headDim} channels, groups that are a multiple of ${span}, or as many memories of the KV cache as there are KV heads.`,
  }),
  'sparsity-elsewhere': error<{ role: string; pattern: string; engine: string }>({
    sentence: ({ role, pattern, engine }) =>
      `The weights of ${role} leave out zeros, ${pattern}, which this engine does not skip; choose the ${engine}, or dense weights in the recipe.`,
  }),
  'sparsity-scattered': error<{ pattern: string; of: number; lanes: number; order: string }>({
    sentence: ({ pattern, of, lanes, order }) =>
      `Weights of ${pattern} choose from ${of} neighbouring input channels, which must arrive side by side, but they come on ${lanes} lanes in ${order} order; let the producer send in interleaved order, or insert a lane adapter.`,
  }),
  'sparsity-outputs': error<{ pattern: string }>({
    sentence: ({ pattern }) =>
      `Pairs of neighbouring outputs share the indices of ${pattern}, so they must be computed side by side; choose the interleaved output order, or sparsity without pairs in the recipe.`,
  }),
  'sparsity-mixed': error<{ dense: string; pattern: string; sparse: string }>({
    sentence: ({ dense, pattern, sparse }) =>
      `${sparse} leaves out zeros, ${pattern}, and ${dense} does not, which takes an engine for each in prefill; give them engines of their own or the same sparsity in the recipe.`,
  }),
  'sparsity-channels': error<{ lanes: number; kp: number; keep: number; side: number }>({
    sentence: ({ lanes, kp, keep, side }) =>
      `A slice multiplies ${kp} stored channels side by side and chooses them from ${side}, in blocks that keep ${keep}: ${keep} must divide ${kp}, and ${side} the ${lanes} lanes of the input; choose another channel parallelism or insert a lane adapter.`,
  }),
  'slices-indivisible': error<{ lanes: number; kp: number }>({
    sentence: ({ lanes, kp }) =>
      `A slice multiplies ${kp} channels side by side, but they arrive in ${lanes} lanes, which ${kp} does not divide; choose a channel parallelism that divides ${lanes} or insert a lane adapter.`,
  }),
  'hadamard-channels': error<{ channels: number }>({
    sentence: ({ channels }) =>
      `The Hadamard rotation pairs channels, but the feed-forward network has an odd number of them, ${channels}; switch the rotation off in the recipe.`,
  }),
  'hadamard-lanes': error<{ lanes: number; order: string; channels: number; block: number }>({
    sentence: ({ lanes, order, channels, block }) =>
      `The Hadamard transform of ${channels} channels in blocks of ${block} cannot pair them on ${lanes} lanes in ${order} order; insert a lane adapter to a power of two of lanes in interleaved order.`,
  }),
  'cache-writer-shared': error({
    sentence: () => 'Keys and values lie in different memories; give each a KV cache writer of its own.',
  }),
  'cache-lanes-unfit': error<{ lanes: number; memories: number }>({
    sentence: ({ lanes, memories }) =>
      `Keys and values arrive in ${lanes} lanes, which do not fit the ${memories} memories of the KV cache; insert a lane adapter to ${memories} lanes.`,
  }),
  'attention-in-fp32': error({
    sentence: () => 'The recipe keeps attention in fp32; remove this operation and connect its input onwards.',
  }),
  'probabilities-signed': error({
    sentence: () =>
      'Probabilities are unsigned and the other attention tensors signed; give the probabilities a static quantizer of their own.',
  }),
  'input-in-fp32': error<{ role: string }>({
    sentence: ({ role }) =>
      `The recipe keeps the input of ${role} in fp32; remove this operation and connect its input to the linear engine.`,
  }),
  'accumulators-differ': error({
    sentence: () =>
      'Scores and attention results have accumulators of different width; give each its own static scaler.',
  }),
  'channels-expected': error({
    sentence: () => 'A lane adapter works on channels, not on scores or scales; connect a stream of channels.',
  }),
  'sampler-shared': error({
    sentence: () => 'One sampler chooses one token; remove the other operation.',
  }),
};

export type ModuleCode = CodeOf<typeof MODULE_DIAGNOSTICS>;
export const found = findingsOf(MODULE_DIAGNOSTICS);
