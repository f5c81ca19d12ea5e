import { type Design, type Instance, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { analysisOf, timeOf } from '../state/derived.ts';

/** Two designs beside one another: what differs, and what follows from it. Pure. */

export interface Row {
  readonly label: string;
  readonly a: string;
  readonly b: string;
}

export interface FigureRow {
  readonly label: string;
  readonly unit: 's' | 'cycles' | 'tokens/s' | '';
  readonly a: number | undefined;
  readonly b: number | undefined;
  /** Whether less is better; undefined when neither is. */
  readonly lessIsBetter: boolean | undefined;
}

export interface Comparison {
  readonly settings: readonly Row[];
  readonly instances: Readonly<Record<StageName, readonly Row[]>>;
  readonly passes: Readonly<Record<StageName, readonly FigureRow[]>>;
  readonly figures: readonly FigureRow[];
}

function settingsOf(design: Design): Record<string, string> {
  const { recipe } = design;
  const linear = ({ weights, activations }: Design['recipe']['ffn']): string => `${weights} × ${activations === 'fp32' ? 'fp32' : `${activations.symmetric ? 'int' : 'uint'}${activations.bits}`}`;
  return {
    Target: design.target,
    Model: design.model.name,
    Recipe: recipe.name,
    'Formats of q, k, v, o': linear(recipe.qkvo),
    'Formats of FFN': linear(recipe.ffn),
    'Formats of the head': linear(recipe.lmHead),
    'Attention and cache': recipe.attention,
    'Hadamard rotation': recipe.downHadamard ? 'yes' : 'no',
    'Token parallelism': String(design.tokenParallelism),
    'KV cache memories': String(design.cachePorts),
    'Prefill clock': `${design.clocks.prefill} MHz`,
    'Decode clock': `${design.clocks.decode} MHz`,
    Workload: `${design.workload.prompt} + ${design.workload.generate} tokens`,
    Limits: `${design.limits.prompt} / ${design.limits.context} tokens`,
  };
}

function summary(instance: Instance | undefined): string {
  if (!instance) return '';
  const entry = moduleById(instance.module);
  const params = Object.entries(entry ? paramsOf(entry, instance.params) : instance.params).map(([id, value]) => `${id} ${value}`);
  return [entry?.title ?? instance.module, ...params, `does ${instance.operations.map((operation) => operation.id).join(', ')}`].join(' · ');
}

function instanceRows(a: Design, b: Design, stage: StageName): Row[] {
  const byId = (design: Design) => new Map(design.stages[stage].instances.map((instance) => [instance.id, instance]));
  const [left, right] = [byId(a), byId(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((id) => {
    const row = { label: id, a: summary(left.get(id)), b: summary(right.get(id)) };
    return row.a === row.b ? [] : [row];
  });
}

export function compareDesigns(a: Design, b: Design): Comparison {
  const [left, right] = [settingsOf(a), settingsOf(b)];
  const [analysisA, analysisB] = [analysisOf(a), analysisOf(b)];
  const [timeA, timeB] = [timeOf(analysisA), timeOf(analysisB)];
  const passes = (stage: StageName): FigureRow[] => {
    const [inA, inB] = [timeA?.[stage].passes ?? [], timeB?.[stage].passes ?? []];
    return Array.from({ length: Math.max(inA.length, inB.length) }, (_, index) => ({ label: `Pass ${index}`, unit: 'cycles' as const, a: inA[index]?.cycles, b: inB[index]?.cycles, lessIsBetter: true }));
  };
  const count = (design: Design): number => STAGE_NAMES.reduce((sum, stage) => sum + design.stages[stage].instances.length, 0);
  return {
    settings: Object.keys(left).flatMap((label) => (left[label] === right[label] ? [] : [{ label, a: left[label] ?? '', b: right[label] ?? '' }])),
    instances: { prefill: instanceRows(a, b, 'prefill'), decode: instanceRows(a, b, 'decode') },
    passes: { prefill: passes('prefill'), decode: passes('decode') },
    figures: [
      { label: 'Time to first token', unit: 's', a: timeA?.timeToFirstToken, b: timeB?.timeToFirstToken, lessIsBetter: true },
      { label: 'Decode', unit: 'tokens/s', a: timeA?.tokensPerSecond, b: timeB?.tokensPerSecond, lessIsBetter: false },
      { label: 'Prefill', unit: 'cycles', a: timeA?.prefill.cycles, b: timeB?.prefill.cycles, lessIsBetter: true },
      { label: 'Decode, whole', unit: 'cycles', a: timeA?.decode.cycles, b: timeB?.decode.cycles, lessIsBetter: true },
      { label: 'Instances', unit: '', a: count(a), b: count(b), lessIsBetter: undefined },
      { label: 'Passes of prefill', unit: '', a: analysisA.stages.prefill.passes.length, b: analysisB.stages.prefill.passes.length, lessIsBetter: undefined },
      { label: 'Passes of decode', unit: '', a: analysisA.stages.decode.passes.length, b: analysisB.stages.decode.passes.length, lessIsBetter: undefined },
    ],
  };
}

/** '+12.5 %', or nothing when it cannot be said. */
export function difference(a: number | undefined, b: number | undefined): string {
  if (a === undefined || b === undefined || a === 0) return '';
  const percent = (100 * (b - a)) / a;
  return Math.abs(percent) < 0.05 ? 'equal' : `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}
