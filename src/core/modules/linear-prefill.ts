import { core, multipliers } from '../ir/call.ts';
import { BLOCKS, plus, times } from '../ir/expression.ts';
import { type LinearRole, linearShape } from '../models/architecture.ts';
import {
  commonFormat,
  engineWeight,
  int,
  linearRoles,
  macDepth,
  maxInput,
  numberParam,
  port,
  readsWire,
  weightElement,
} from './common.ts';
import { fitsFour, multipliersOf, rowsTogether, systolic, storageOf, activations } from './hardware.ts';
import { engineRoles, expectActivations, expectPlain, tokenArithmetic, tokenResults } from './linear-engine.ts';
import { unpackHardware } from './port-words.ts';
import { columnReaders, portCounts } from './prefill-weights.ts';
import { EVEN, MAX_CELLS, systolicRow } from './systolic.ts';
import type { DesignContext, InstanceContext, ModuleEntry, Structure } from './types.ts';

/** Rows of the array that move one by one: tokens, or pairs of them. */
const groups = (design: DesignContext, params: InstanceContext['params']): number =>
  design.tp / rowsTogether(multipliersOf(params));

function structure(instance: InstanceContext): Structure {
  const { design, params, operations } = instance;
  const roles = operations.map((operation) => operation.role);
  const format = commonFormat(design.recipe, roles);
  const weight = weightElement(format.weights);
  const wp = numberParam(params, 'wp');
  const shape = (role: string) => linearShape(design.model, role as LinearRole);
  const { memories, wires, stream, readers } = columnReaders(instance);
  return {
    memories,
    wires,
    processes: [
      ...readers,
      {
        name: 'core',
        call: core('linear_prefill', 'linear_prefill', [
          format.activation,
          weight,
          design.tp,
          wp,
          numberParam(params, 'ports'),
          maxInput(design.model, roles),
          multipliers(multipliersOf(params)),
          storageOf(activations(maxInput(design.model, roles), design.tp, format.activation)),
        ]),
        args: [
          port('in'),
          readsWire(stream),
          port('out'),
          int('blocks', () => BLOCKS),
          int('k', ({ role }) => shape(role).k),
          int('n', ({ role }) => shape(role).n),
        ],
        cycles: ({ role }) => times(BLOCKS, systolicRow(groups(design, params), wp, shape(role).k, shape(role).n)),
        fill: (_, d) => ({ depth: 2 * d.loop + macDepth(weight, d), entries: BLOCKS }),
      },
    ],
  };
}

/** Matrix times TP tokens on a two-dimensional systolic array. */
export const linearPrefill: ModuleEntry = {
  id: 'linear_prefill',
  title: 'Linear engine (prefill)',
  category: 'linear',
  aliases: ['GEMM', 'matmul', 'matrix', 'systolic array', 'projection', 'linear layer'],
  help: 'Multiplies blocks of TP tokens by a weight matrix on a TP x WP systolic array: every weight that comes from memory is used for TP tokens, which is why prefill is bound by compute. Several operations on one engine reuse it in different passes.',
  source:
    'FlexLLM (arXiv 2601.15710), prefill linear module; cycles: own derivation (fill of the activation buffer, tiles, skew and drain).',
  stages: ['prefill'],
  glyph: 'M3 3h14v14H3zM3 7.7h14M3 12.3h14M7.7 3v14M12.3 3v14',
  twin: 'linear_decode',
  barrier: true,
  relies: () => ['prefill_engine'],
  params: [
    {
      id: 'wp',
      label: 'Weight parallelism (WP)',
      short: 'WP',
      help: 'Columns of the array: output channels computed side by side. The engine does TP x WP multiply-accumulates per cycle. What does not divide is padded and cropped.',
      default: 16,
      choices: ({ tp, recipe }, _params, roles) => {
        const weight = engineWeight(recipe, roles);
        return EVEN.filter((wp) => tp * wp <= MAX_CELLS && (!weight || portCounts(weight, wp).length > 0));
      },
    },
    {
      id: 'ports',
      label: 'Weight memory ports',
      short: 'ports',
      help: 'Memory ports that bring WP weights per cycle together; a port word may have at most 64 bytes.',
      default: 1,
      choices: (design, params, roles) => {
        const wp = typeof params['wp'] === 'number' ? params['wp'] : 2;
        return portCounts(
          weightElement(commonFormat(design.recipe, roles.length > 0 ? roles : ['q_proj']).weights),
          wp,
        );
      },
    },
    {
      id: 'multipliers',
      label: 'Multipliers',
      short: 'multipliers',
      help: 'dsp: two integer products per DSP. dsp4: four INT4 products per DSP, for an even token parallelism. lut: in logic, for designs short of DSPs. fp32 always takes DSPs. Results are the same.',
      default: 'dsp',
      choices: (design, _params, roles) => {
        const { activation, weights } = commonFormat(design.recipe, roles.length > 0 ? roles : ['q_proj']);
        return design.tp % 2 === 0 && fitsFour(activation, weightElement(weights))
          ? ['dsp', 'dsp4', 'lut']
          : ['dsp', 'lut'];
      },
    },
  ],
  inputs: [{ id: 'in', label: 'in', help: 'Activations, quantized as the recipe says.' }],
  outputs: () => [{ id: 'out', label: 'out', help: 'Accumulators (integers) or fp32 results.' }],
  roles: ({ stage, recipe }) => engineRoles(recipe, linearRoles(stage)),
  infer: (design, _params, role, inputs, roles) => {
    expectPlain(design, roles, role, 'linear engine of blocks');
    return { out: tokenResults(design, role, expectActivations(design, inputs, roles), roles) };
  },
  structure,
  hardware: ({ design, params, operations }) => {
    const roles = operations.map((operation) => operation.role);
    const format = commonFormat(design.recipe, roles);
    const weight = weightElement(format.weights);
    const wp = numberParam(params, 'wp');
    const ports = numberParam(params, 'ports');
    return [
      ...systolic(design.tp, wp, format.activation, weight, maxInput(design.model, roles), multipliersOf(params)),
      ...unpackHardware(weight, wp / ports, ports),
    ];
  },
  arithmetic: tokenArithmetic,
  timing: ({ design, params }, { role }) => {
    const { k, n } = linearShape(design.model, role as LinearRole);
    return {
      preload: 0,
      first: 2 * k + groups(design, params),
      tail: plus(systolicRow(groups(design, params), numberParam(params, 'wp'), k, n), -k),
    };
  },
};
