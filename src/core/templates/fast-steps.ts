/** The way from the published structure to the fast one, for the page on performance. */
import type { Design, StageName } from '../design/types.ts';
import { BURST_WORDS } from '../modules/movers.ts';
import type { Normalisation } from '../models/recipe.ts';
import { composeDesign, type Parallelism } from './compose.ts';
import type { TemplateStyle } from './llama.ts';
import { boardOf, sampleDesign } from './samples.ts';

/** Slices of the fast sample on U280, which the steps in front of it have too. */
const SLICES = 28;

/** A design and what it has over the one before. */
export interface Step {
  readonly title: string;
  readonly design: Design;
}

function composed(
  parallelism: Parallelism,
  {
    prefill = 'hybrid',
    decode = 'hybrid',
    normalise = 'probabilities',
  }: { prefill?: TemplateStyle; decode?: TemplateStyle; normalise?: Normalisation } = {},
): Design {
  const { model, recipe, limits, ...published } = sampleDesign('llama-3.2-1b-u280');
  return composeDesign({
    name: 'step',
    model,
    target: boardOf(published.target),
    recipe: { ...recipe, normalise },
    prefill,
    decode,
    limits,
    parallelism,
  });
}

/** The design with a parameter of all instances of a stage that have it set. */
function withParam(design: Design, stage: StageName, module: string, param: string, value: string | number): Design {
  const graph = design.stages[stage];
  const instances = graph.instances.map((instance) =>
    instance.module === module ? { ...instance, params: { ...instance.params, [param]: value } } : instance,
  );
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}

/** Decode from FlexLLM's structure to `fast`, each step on top of those before. */
export function decodeSteps(): Step[] {
  const slices: Parallelism = {
    bp: 16,
    slices: SLICES,
    sliceChannels: 8,
    order: 'interleaved',
    prefetch: BURST_WORDS,
    ahead: 0,
  };
  const grouped: Parallelism = { ...slices, headLanes: 8, cachePorts: 2 };
  const heads = withParam(composed(grouped), 'decode', 'attention_scores', 'multipliers', 'dsp');
  const rows = withParam(heads, 'decode', 'softmax', 'overlap', 'rows');
  // Of `fast`, all but what the last steps bring.
  const published = (normalise: Normalisation): Design =>
    (
      [
        ['attention_values', 'sums', 'logic'],
        ['rope', 'overlap', 'serial'],
        ['rms_norm', 'overlap', 'serial'],
      ] as const
    ).reduce(
      (design, [module, param, value]) => withParam(design, 'decode', module, param, value),
      composed({}, { prefill: 'fast', decode: 'fast', normalise }),
    );
  const ahead = published('probabilities');
  const result = published('result');
  const withoutLead = [
    ['linear_slices', 'prefetch', BURST_WORDS],
    ['linear_slices', 'ahead', 0],
    ['attention_values', 'prefetch', BURST_WORDS],
  ] as const;
  const together = withoutLead.reduce(
    (design, [module, param, value]) => withParam(design, 'decode', module, param, value),
    ahead,
  );
  const inPass = withParam(ahead, 'decode', 'linear_slices', 'ahead', 0);
  return [
    { title: "FlexLLM's structure: one engine on 16 ports of 32 bytes", design: sampleDesign('llama-3.2-1b-u280') },
    { title: `engine of ${SLICES} slices with 64-byte ports`, design: composed(slices) },
    { title: 'keys and values read once per group of query heads', design: heads },
    { title: 'softmax overlaps rows', design: rows },
    {
      title: 'Hadamard transform pipelined over its stages',
      design: withParam(rows, 'decode', 'hadamard', 'structure', 'pipelined'),
    },
    { title: 'q, k, v and gate, up are one operation each', design: together },
    { title: 'ports run ahead within a pass; keys on DDR', design: inPass },
    { title: 'ports run ahead into the next pass', design: ahead },
    { title: 'softmax divides the result of attention', design: result },
    {
      title: 'attention values are summed in DSPs',
      design: withParam(result, 'decode', 'attention_values', 'sums', 'dsp'),
    },
    {
      title: 'RoPE overlaps heads, weights of a norm arrive with the token (`fast`)',
      design: sampleDesign('llama-3.2-1b-u280-fast'),
    },
  ];
}

/** The same of prefill. */
export function prefillSteps(): Step[] {
  const four: Parallelism = { prefillMultipliers: 'dsp4' };
  const wide: Parallelism = { ...four, wpAttention: 48, wpFfn: 192, keyParallel: 32, valueParallel: 32 };
  const square: Parallelism = { ...wide, tp: 16, wpAttention: 32, wpFfn: 128 };
  const fast = sampleDesign('llama-3.2-1b-u280-fast');
  return [
    { title: "FlexLLM's structure: TP 8, WP 24 and 96", design: sampleDesign('llama-3.2-1b-u280') },
    { title: 'four products per DSP', design: composed(four) },
    { title: 'twice the columns, attention 32', design: composed(wide) },
    { title: 'TP 16, WP 32 and 128', design: composed(square) },
    {
      title: 'norms, quantizers and softmax overlap, Hadamard transform pipelined, softmax divides the result',
      design: withParam(
        composed({ ...square, blocks: [] }, { prefill: 'fast', normalise: 'result' }),
        'prefill',
        'hidden_write',
        'last',
        'write',
      ),
    },
    {
      title: 'engines of k, v, q, o and down in column blocks',
      design: withParam(fast, 'prefill', 'hidden_write', 'last', 'write'),
    },
    { title: 'the last layer stops behind keys and values (`fast`)', design: fast },
  ];
}

/** The fast form of the model with other numbers of slices and engines, at the clock of `sample`. */
function variants(sample: string, of: readonly (readonly [string, Parallelism])[], bitstreams?: 1): Step[] {
  const { model, recipe, limits, workload, clocks, target } = sampleDesign(sample);
  return of.map(([title, parallelism]) => ({
    title,
    design: {
      ...composeDesign({
        name: 'variant',
        model,
        target: boardOf(target),
        recipe,
        prefill: 'fast',
        decode: 'fast',
        limits,
        workload,
        parallelism,
      }),
      clocks,
      ...(bitstreams ? { bitstreams } : {}),
    },
  }));
}

/** Both stages in one bitstream of U280, from what is fastest apart to what fits. */
export const oneBitstream = (): Step[] =>
  variants(
    'llama-3.2-1b-u280-fast',
    [
      [`the sample: ${SLICES} slices, TP 16, WP 32 and 128`, {}],
      ['16 slices, TP 8', { slices: 16, tp: 8 }],
      ['12 slices, TP 8', { slices: 12, tp: 8 }],
      [
        '12 slices, TP 4, all engines of prefill in column blocks',
        { slices: 12, tp: 4, blocks: ['kq', 'vo', 'gate', 'up', 'down'] },
      ],
    ],
    1,
  );

/** Decode on V80 with more slices than its limits advise. */
export const moreSlices = (): Step[] =>
  variants('llama-3.2-1b-v80-fast', [
    ['the sample: 35 slices', {}],
    ['48 slices', { slices: 48 }],
    ['60 slices', { slices: 60 }],
    ['56 slices, keys and values on 8 ports each', { slices: 56, cachePorts: 8 }],
  ]);
