import { FLOAT } from '../ir/cpp-type.ts';
import { input, sameElement } from './common.ts';
import { found } from './diagnostics.ts';
import { fp32 } from './hardware.ts';
import { headTableHardware, headTableStructure } from './head-table.ts';
import { headsOf, headsPerLane } from './heads.ts';
import { type ModuleEntry, Refusal } from './types.ts';

/** Attention scores and results become fp32 (again), times one factor per head. */
export const scaleStatic: ModuleEntry = {
  id: 'scale_static',
  title: 'Static scaler',
  category: 'quantization',
  aliases: ['dequant', 'dequantizer', 'rescale', 'attention scale'],
  help: 'Multiplies attention scores, or the result of attention, by a factor per head: the scales of the quantized factors, or 1/sqrt(head size) where attention stays in fp32.',
  source: 'FlexLLM (arXiv 2601.15710), static INT8 attention; cycles: table of heads, then one vector per cycle.',
  stages: ['prefill', 'decode'],
  glyph: 'M4.5 15.5l11-11M4.5 15.5h4.5M4.5 15.5V11M15.5 4.5H11M15.5 4.5V9',
  bridges: [],
  barrier: false,
  params: [],
  inputs: [{ id: 'in', label: 'in', help: 'Accumulators, or fp32 scores.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Scaled values in fp32.' }],
  roles: ({ recipe }) => [
    { role: 'scores', label: 'Attention scores', inputs: { in: 'scores_raw' } as const },
    ...(recipe.attention === 'int8'
      ? [{ role: 'attn', label: 'Result of attention', inputs: { in: 'attn_raw' } as const }]
      : []),
  ],
  infer: (design, _params, role, inputs) => {
    const type = input(inputs, 'in');
    if (design.stage === 'decode') headsPerLane(type, headsOf(design.model, role), 'in');
    return { out: { ...type, tensor: role as 'scores' | 'attn', element: FLOAT } };
  },
  structure: (instance) => {
    const [first, ...rest] = instance.operations.map((operation) => input(operation.inputs, 'in'));
    if (!first) return { processes: [], wires: [], memories: [] };
    if (rest.some((type) => !sameElement(type.element, first.element))) {
      throw new Refusal(found('accumulators-differ', {}));
    }
    return headTableStructure(instance, 'scale_static', first.element);
  },
  hardware: (instance) => {
    const type = instance.operations[0]?.inputs['in'];
    const lanes = type?.lanes ?? 0;
    return [
      ...headTableHardware(instance),
      ...(type?.element.kind === 'int' ? [fp32('convert', lanes, 'accumulator to fp32')] : []),
      fp32('mul', lanes, 'times the factor of the head'),
    ];
  },
  timing: ({ design }, { role }) => ({ preload: headsOf(design.model, role), first: 1, tail: 1 }),
};
