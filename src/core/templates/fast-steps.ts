/** The way from the published structure to the fast one, for the page on performance. */
import type { Design, StageName } from '../design/types.ts';
import { recipeByName } from '../models/recipe.ts';
import { LLAMA_3_2_1B } from '../models/samples.ts';
import { targetById } from '../targets/targets.ts';
import { composeDesign, type Parallelism } from './compose.ts';
import type { TemplateStyle } from './llama.ts';
import { sampleById } from './samples.ts';

/** A design and what it has over the one before. */
export interface Step {
  readonly title: string;
  readonly design: Design;
}

function composed(stage: StageName, style: TemplateStyle, parallelism: Parallelism): Design {
  const recipe = recipeByName('w4a4kv8');
  const target = targetById('u280');
  if (!recipe || !target) throw new Error('no recipe or target');
  const styles = { prefill: 'hybrid', decode: 'hybrid', [stage]: style } as const;
  return composeDesign({
    name: 'step',
    model: LLAMA_3_2_1B,
    target,
    recipe,
    ...styles,
    limits: { prompt: 1024, context: 2048 },
    parallelism,
  });
}

/** The design with a parameter of all instances of a stage that have it set. */
function withParam(design: Design, stage: StageName, module: string, param: string, value: string): Design {
  const graph = design.stages[stage];
  const instances = graph.instances.map((instance) =>
    instance.module === module ? { ...instance, params: { ...instance.params, [param]: value } } : instance,
  );
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}

function sample(id: string): Design {
  const found = sampleById(id)?.design();
  if (!found) throw new Error(`no sample ${id}`);
  return found;
}

/** Decode from FlexLLM's structure to `fast`, each step on top of those before. */
export function decodeSteps(): Step[] {
  const slices: Parallelism = { bp: 16, slices: 26, sliceChannels: 8, order: 'interleaved' };
  const grouped: Parallelism = { ...slices, headLanes: 8, cachePorts: 2 };
  const heads = withParam(composed('decode', 'hybrid', grouped), 'decode', 'attention_scores', 'multipliers', 'dsp');
  const rows = withParam(heads, 'decode', 'softmax', 'overlap', 'rows');
  return [
    { title: "FlexLLM's structure: one engine on 16 ports of 32 bytes", design: sample('llama-3.2-1b-u280') },
    { title: 'engine of 26 slices with 64-byte ports', design: composed('decode', 'hybrid', slices) },
    { title: 'keys and values read once per group of query heads', design: heads },
    { title: 'softmax overlaps rows', design: rows },
    {
      title: 'Hadamard transform pipelined over its stages',
      design: withParam(rows, 'decode', 'hadamard', 'structure', 'pipelined'),
    },
    { title: 'q, k, v and gate, up are one operation each (`fast`)', design: sample('llama-3.2-1b-u280-fast') },
  ];
}

/** The same of prefill. */
export function prefillSteps(): Step[] {
  const four: Parallelism = { prefillMultipliers: 'dsp4' };
  return [
    { title: "FlexLLM's structure: TP 8, WP 24 and 96", design: sample('llama-3.2-1b-u280') },
    { title: 'four products per DSP', design: composed('prefill', 'hybrid', four) },
    {
      title: 'twice the columns, attention 32',
      design: composed('prefill', 'hybrid', {
        ...four,
        wpAttention: 48,
        wpFfn: 192,
        keyParallel: 32,
        valueParallel: 32,
      }),
    },
    {
      title: 'norms, quantizers and softmax overlap, Hadamard transform pipelined (`fast`)',
      design: sample('llama-3.2-1b-u280-fast'),
    },
  ];
}
