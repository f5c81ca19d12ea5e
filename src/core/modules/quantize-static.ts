import { FLOAT, INT8, UINT8 } from '../ir/cpp-type.ts';
import { expectElement, input } from './common.ts';
import { found } from './diagnostics.ts';
import { fp32, rounding } from './hardware.ts';
import { headTableHardware, headTableStructure } from './head-table.ts';
import { headsOf, headsPerLane } from './heads.ts';
import type { Tensor } from './tensors.ts';
import { type ModuleEntry, Refusal } from './types.ts';

type Quantized = 'q' | 'k' | 'v' | 'probs';
const SOURCE_TENSOR: Readonly<Record<Quantized, Tensor>> = { q: 'q', k: 'k', v: 'v_proj', probs: 'probs' };
const LABEL: Readonly<Record<Quantized, string>> = {
  q: 'Queries',
  k: 'Keys',
  v: 'Values',
  probs: 'Attention probabilities',
};

/** Static quantization of attention tensors: one scale per head and layer, found beforehand by calibration. */
export const quantizeStatic: ModuleEntry = {
  id: 'quantize_static',
  title: 'Static quantizer',
  category: 'quantization',
  aliases: ['quant', 'int8', 'calibrated', 'KV8'],
  help: 'Turns queries, keys, values or attention probabilities into 8-bit integers with scales per head that calibration found beforehand. No barrier: one vector in, one vector out per cycle. Probabilities are unsigned and share one reading for quantizers on the same instance only if their element is the same.',
  source: 'FlexLLM (arXiv 2601.15710), static INT8 attention; cycles: table of heads, then one vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M3 14h3.5v-3.5H10V7h3.5V3.5H17M3 17h14',
  bridges: [],
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Attention tensor in fp32.' }],
  outputs: () => [{ id: 'out', label: 'out', help: '8-bit integers.' }],
  roles: () =>
    (Object.keys(SOURCE_TENSOR) as Quantized[]).map((role) => ({
      role,
      label: LABEL[role],
      inputs: { in: SOURCE_TENSOR[role] },
    })),
  infer: (design, _params, role, inputs, roles) => {
    const type = input(inputs, 'in');
    if (design.recipe.attention === 'fp32') throw new Refusal(found('attention-in-fp32', {}));
    if (roles.includes('probs') && roles.some((other) => other !== 'probs')) {
      throw new Refusal(found('probabilities-signed', {}));
    }
    expectElement(type, FLOAT, 'in', 'it is quantized already');
    if (design.stage === 'decode') headsPerLane(type, headsOf(design.model, role), 'in');
    return { out: { ...type, tensor: role as Quantized, element: role === 'probs' ? UINT8 : INT8 } };
  },
  structure: (instance) =>
    headTableStructure(instance, 'quantize_static', instance.operations[0]?.role === 'probs' ? UINT8 : INT8),
  hardware: (instance) => {
    const lanes = instance.operations[0]?.inputs['in']?.lanes ?? 0;
    return [...headTableHardware(instance), fp32('mul', lanes, 'times the factor of the head'), ...rounding(lanes)];
  },
  timing: ({ design }, { role }) => ({ preload: headsOf(design.model, role), first: 1, tail: 1 }),
};
