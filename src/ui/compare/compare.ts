import { type Design, type Instance, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { attentionText, normalisesResult } from '../../core/models/recipe.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import { KIND_NAMES, RESOURCE_KINDS } from '../../core/targets/types.ts';
import { clocksOf, energyFor, mapOf, resourcesOf } from '../figures/derived.ts';
import { clockPair } from '../words/clocks.ts';
import { timeOf } from '../figures/time.ts';
import { analysisOf } from '../../core/edit/analysis.ts';

/** Two designs beside one another: what differs, and what follows from it. Pure. */

export interface Row {
  readonly label: string;
  readonly a: string;
  readonly b: string;
}

export interface FigureRow {
  readonly label: string;
  readonly unit: 's' | 'cycles' | 'tokens/s' | 'W' | 'J' | 'bytes' | '%' | '';
  readonly a: number | undefined;
  readonly b: number | undefined;
  /** Whether less is better; undefined when neither is. */
  readonly lessIsBetter: boolean | undefined;
}

/** A pass of both schedules: what works in it, and how long it takes. */
export interface PassRow extends FigureRow {
  readonly operationsA: string;
  readonly operationsB: string;
}

export interface Comparison {
  readonly settings: readonly Row[];
  /** What an instance is and does, parameter by parameter. */
  readonly instances: Readonly<Record<StageName, readonly Row[]>>;
  readonly passes: Readonly<Record<StageName, readonly PassRow[]>>;
  readonly figures: readonly FigureRow[];
}

/** Settings in words; clocks with what can be expected where the ones entered differ. */
function settingsOf(design: Design, other: Design): Record<string, string> {
  const { recipe } = design;
  const clocks = clocksOf(analysisOf(design));
  const clockText = (stage: StageName): string =>
    clocks && design.clocks[stage] !== other.clocks[stage]
      ? clockPair(clocks[stage])
      : `${design.clocks[stage]} MHz entered`;
  const linear = ({ weights, activations }: Design['recipe']['ffn']): string =>
    `${weights} × ${activations === 'fp32' ? 'fp32' : `${activations.symmetric ? 'int' : 'uint'}${activations.bits}`}`;
  return {
    Target: design.target,
    Model: design.model.name,
    Recipe: recipe.name,
    'Formats of q, k, v, o': linear(recipe.qkvo),
    'Formats of FFN': linear(recipe.ffn),
    'Formats of the head': linear(recipe.lmHead),
    'Attention and cache': attentionText(recipe),
    'Softmax divides': normalisesResult(recipe) ? 'result of attention' : 'probabilities',
    'Hadamard rotation': recipe.downHadamard ? 'yes' : 'no',
    'Token parallelism': String(design.tokenParallelism),
    'KV cache memories': String(design.cachePorts),
    'Prefill clock': clockText('prefill'),
    'Decode clock': clockText('decode'),
    Workload: `${design.workload.prompt} + ${design.workload.generate} tokens`,
    Limits: `${design.limits.prompt} / ${design.limits.context} tokens${design.limits.chunk === undefined ? '' : `, prefill in chunks of ${design.limits.chunk}`}${design.window ? `, window of ${design.window.sinks} first and ${design.window.recent} recent` : ''}${design.hmt ? `, segments of ${design.hmt.segment} tokens (summary ${design.hmt.summary}, recalled ${design.hmt.recall}, ${design.hmt.memories} memories${design.hmt.projections ? ', projections' : ''})` : ''}`,
  };
}

/** What can differ between two instances of one name, by what it is called. */
function facts(instance: Instance): Map<string, string> {
  const entry = moduleById(instance.module);
  const params = Object.entries(entry ? paramsOf(entry, instance.params) : instance.params);
  return new Map([
    ['module', entry?.title ?? instance.module],
    ...params.map(([id, value]): [string, string] => [id, String(value)]),
    ['does', instance.operations.map((operation) => operation.id).join(', ')],
    ['SLR', instance.slr === undefined ? 'automatic' : String(instance.slr)],
  ]);
}

function instanceRows(a: Design, b: Design, stage: StageName): Row[] {
  const byId = (design: Design) => new Map(design.stages[stage].instances.map((instance) => [instance.id, instance]));
  const [left, right] = [byId(a), byId(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((id): Row[] => {
    const [inA, inB] = [left.get(id), right.get(id)];
    if (!inA || !inB) {
      const only = facts((inA ?? inB) as Instance);
      const text = `${only.get('module')}, does ${only.get('does')}`;
      return [{ label: id, a: inA ? text : '', b: inB ? text : '' }];
    }
    const [factsA, factsB] = [facts(inA), facts(inB)];
    return [...new Set([...factsA.keys(), ...factsB.keys()])].flatMap((name) => {
      const row = { label: `${id} · ${name}`, a: factsA.get(name) ?? '', b: factsB.get(name) ?? '' };
      return row.a === row.b ? [] : [row];
    });
  });
}

function passRows(a: Design, b: Design, stage: StageName): PassRow[] {
  const of = (design: Design) => {
    const analysis = analysisOf(design);
    const times = timeOf(analysis)?.[stage].passes ?? [];
    return analysis.stages[stage].passes.map((pass) => ({
      cycles: times.find((time) => time.pass.index === pass.index)?.cycles,
      operations: pass.operations
        .filter(({ owner }) => owner.entry.category !== 'routing')
        .map(({ operation }) => operation.id)
        .join(', '),
    }));
  };
  const [inA, inB] = [of(a), of(b)];
  return Array.from({ length: Math.max(inA.length, inB.length) }, (_, index) => ({
    label: `Pass ${index}`,
    unit: 'cycles' as const,
    a: inA[index]?.cycles,
    b: inB[index]?.cycles,
    lessIsBetter: true,
    operationsA: inA[index]?.operations ?? '',
    operationsB: inB[index]?.operations ?? '',
  }));
}

/** Every estimated figure of a design, by what it is called; those that need a legal design are absent without one. */
function figuresOf(
  design: Design,
): Map<string, Pick<FigureRow, 'unit' | 'lessIsBetter'> & { readonly value: number | undefined }> {
  const analysis = analysisOf(design);
  const [time, resources, energy, map] = [
    timeOf(analysis),
    resourcesOf(analysis),
    energyFor(analysis),
    mapOf(analysis),
  ];
  const figure = (
    unit: FigureRow['unit'],
    value: number | undefined,
    better: 'less' | 'more' | 'neither' = 'less',
  ) => ({ unit, value, lessIsBetter: better === 'neither' ? undefined : better === 'less' });
  const count = STAGE_NAMES.reduce((sum, stage) => sum + design.stages[stage].instances.length, 0);
  const buffers = new Map(map?.ports.map(({ port }) => [port.buffer, port.size]));
  return new Map([
    ['Time to first token', figure('s', time?.timeToFirstToken)],
    ['Decode', figure('tokens/s', time?.tokensPerSecond, 'more')],
    ['Prefill', figure('s', time?.prefill.seconds)],
    ['Prefill, modelled', figure('cycles', time?.prefill.cycles)],
    ['Prefill, counted', figure('cycles', time?.prefill.counted)],
    ['Decode of all tokens', figure('s', time?.decode.seconds)],
    ['Decode, modelled', figure('cycles', time?.decode.cycles)],
    ['Decode, counted', figure('cycles', time?.decode.counted)],
    ...RESOURCE_KINDS.map((kind): [string, ReturnType<typeof figure>] => [
      KIND_NAMES[kind],
      figure('', resources?.total[kind]),
    ]),
    ...RESOURCE_KINDS.map((kind): [string, ReturnType<typeof figure>] => [
      `${KIND_NAMES[kind]} of the card`,
      figure('%', resources && 100 * resources.fill[kind]),
    ]),
    ['Power of prefill', figure('W', energy?.prefill.watts)],
    ['Power of decode', figure('W', energy?.decode.watts)],
    ['Energy of the workload', figure('J', energy && energy.prefill.joules + energy.decode.joules)],
    ['Tokens per joule', figure('', energy?.tokensPerJoule, 'more')],
    ['Memory on the card', figure('bytes', map && [...buffers.values()].reduce((sum, size) => sum + size, 0))],
    ['Memory ports', figure('', map?.ports.length, 'neither')],
    ['Instances', figure('', count, 'neither')],
    ['Passes of prefill', figure('', analysis.stages.prefill.passes.length, 'neither')],
    ['Passes of decode', figure('', analysis.stages.decode.passes.length, 'neither')],
  ]);
}

export function compareDesigns(a: Design, b: Design): Comparison {
  const [left, right] = [settingsOf(a, b), settingsOf(b, a)];
  const [figuresA, figuresB] = [figuresOf(a), figuresOf(b)];
  return {
    settings: Object.keys(left).flatMap((label) =>
      left[label] === right[label] ? [] : [{ label, a: left[label] ?? '', b: right[label] ?? '' }],
    ),
    instances: { prefill: instanceRows(a, b, 'prefill'), decode: instanceRows(a, b, 'decode') },
    passes: { prefill: passRows(a, b, 'prefill'), decode: passRows(a, b, 'decode') },
    figures: [...figuresA].map(([label, { unit, lessIsBetter, value }]) => ({
      label,
      unit,
      lessIsBetter,
      a: value,
      b: figuresB.get(label)?.value,
    })),
  };
}

/** '+12.5 %', or nothing when one of the two is not known. */
export function difference(a: number | undefined, b: number | undefined): string {
  if (a === undefined || b === undefined) return '';
  if (a === 0 && b !== 0) return 'from none';
  const percent = a === 0 ? 0 : (100 * (b - a)) / a;
  return Math.abs(percent) < 0.05 ? 'equal' : `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}
