import { ceilDiv, ceilLog2, channelsOf, cppOrder, expectElement, FLOAT, input, int, isPowerOfTwo, port } from './common.ts';
import { BLOCKS } from './expr.ts';
import { Refusal, type ModuleEntry } from './types.ts';

/** Fast Walsh-Hadamard transform in front of down_proj. */
export const hadamard: ModuleEntry = {
  id: 'hadamard',
  title: 'Fast Hadamard transform',
  category: 'quantization',
  aliases: ['FHT', 'Walsh', 'rotation', 'SpinQuant', 'QuaRot'],
  help: 'Rotates the channels in front of down_proj so that outliers are spread and 4-bit activations lose less. The inverse rotation is folded into the weights, so the result is the same function. A barrier: log2(C) stages over the whole token.',
  source: 'SpinQuant (arXiv 2405.16406), FlexLLM (arXiv 2601.15710); cycles: own derivation, two vectors per cycle and stage.',
  stages: ['prefill', 'decode'],
  barrier: true,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Gate product in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Rotated channels in fp32.' }],
  roles: () => [{ role: 'down_rotation', label: 'In front of down_proj', inputs: { in: 'ffn_mid' } }],
  infer: (design, _params, _role, inputs) => {
    const type = input(inputs, 'in');
    expectElement(type, FLOAT, 'in', 'rotate before quantizing');
    const channels = channelsOf(type);
    if (!isPowerOfTwo(channels)) throw new Refusal(`The Hadamard rotation needs a power of two of channels, but the feed-forward network has ${channels}; switch the rotation off in the recipe.`, { port: 'in' });
    if (design.stage === 'decode' && (!isPowerOfTwo(type.lanes) || type.lanes > channels)) {
      throw new Refusal(`The Hadamard transform needs a power of two of lanes, but ${type.lanes} arrive; insert a lane adapter.`, { port: 'in' });
    }
    return { out: { ...type, tensor: 'ffn_rotated' } };
  },
  structure: ({ design, operations }) => {
    const type = operations[0]?.inputs['in'];
    if (!type) return { processes: [], wires: [], memories: [] };
    const channels = channelsOf(type);
    const stages = ceilLog2(channels);
    const steps = ceilDiv(channels, type.lanes);
    return {
      memories: [],
      wires: [],
      processes: [
        design.stage === 'prefill'
          ? {
              name: 'core',
              header: 'hadamard',
              call: `hadamard_prefill<${design.tp}, ${channels}>`,
              args: [port('in'), port('out'), int('blocks', () => BLOCKS)],
              cycles: (_, run) => run.blocks * (2 * channels + (stages * channels) / 2),
            }
          : {
              name: 'core',
              header: 'hadamard',
              call: `hadamard_decode<${type.lanes}, ${channels}, ${cppOrder(type.order)}>`,
              args: [port('in'), port('out')],
              cycles: () => 2 * steps + stages * ceilDiv(steps, 2),
            },
      ],
    };
  },
  timing: ({ design }, { inputs }) => {
    const type = input(inputs, 'in');
    const channels = channelsOf(type);
    const steps = design.stage === 'prefill' ? channels : ceilDiv(channels, type.lanes);
    const work = ceilLog2(channels) * ceilDiv(steps, 2);
    return { preload: 0, first: steps + work, tail: work + steps };
  },
};
