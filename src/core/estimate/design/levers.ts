import { STAGE_NAMES, type Design, type ParamValue, type StageName } from '../../design/types.ts';
import { NUMBERS } from '../../design/numbers.ts';
import { analyze } from '../../schedule/analyze.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { stageClocks } from '../stage/clocks.ts';
import { changeText, gainOf, type Measure, type Outcome, outcomeOf } from './measures.ts';

/** A step of one parameter to the next legal value, with the parameters of its instance that have to follow. */
export interface Step {
  /** Where the parameter is; undefined for a number of the whole design. */
  readonly stage: StageName | undefined;
  readonly instance: string | undefined;
  readonly param: string;
  readonly label: string;
  readonly from: ParamValue;
  readonly to: ParamValue;
  /** All parameters that the step sets: the one above, and those that follow. */
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** A step and what it does to a figure. */
export interface Lever extends Step {
  /** Gain in the unit of the figure: positive is better, whichever direction that is. */
  readonly gain: number;
  /** '+12 tokens/s'. */
  readonly change: string;
  /** What else it changes: 'DSP +512, decode at 245 instead of 292 MHz'. */
  readonly also: string;
  /** The design would not fit the card with it, but does without. */
  readonly breaks: boolean;
}

/** Steps that improve a figure and fit, the largest gain first, and apart from them those that do harm, the worst first. */
export interface Levers {
  readonly better: readonly Lever[];
  readonly worse: readonly Lever[];
}

/** Least change of a figure, as a share of it, that is worth a line. */
const LEAST = 0.0005;

/** The document with one parameter of one instance changed. */
function withParam(design: Design, stage: StageName, id: string, params: Readonly<Record<string, ParamValue>>): Design {
  const graph = design.stages[stage];
  const instances = graph.instances.map((instance) =>
    instance.id === id ? { ...instance, params: { ...instance.params, ...params } } : instance,
  );
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}

const sign = (change: number): string => (change > 0 ? '+' : '−');
const percent = (change: number): string =>
  `${sign(change)}${(Math.abs(change) * 100).toFixed(Math.abs(change) < 0.0995 ? 1 : 0)} %`;

/** What a step changes beside the figure that it was tried for. */
function alsoText(measure: Measure, param: string, before: Outcome, after: Outcome): string {
  const times = STAGE_NAMES.flatMap((stage) => {
    // The figure itself says how fast this stage is.
    if (measure.startsWith(stage) && !measure.endsWith('watts')) return [];
    const change = before.seconds[stage] > 0 ? after.seconds[stage] / before.seconds[stage] - 1 : 0;
    return Math.abs(change) < LEAST ? [] : [`${stage} takes ${percent(change)}`];
  });
  const clocks = STAGE_NAMES.flatMap((stage) =>
    before.clocks[stage] === after.clocks[stage] || param === `clocks.${stage}`
      ? []
      : [`${stage} at ${after.clocks[stage]} instead of ${before.clocks[stage]} MHz`],
  );
  const amounts = (['dsp', 'lut'] as const).flatMap((kind) => {
    const change = Math.round(after[kind] - before[kind]);
    if (change === 0 || measure === `resources.${kind}`) return [];
    return [`${kind.toUpperCase()} ${sign(change)}${Math.abs(change).toLocaleString('en')}`];
  });
  const fuller = before.light === 'green' && after.light === 'amber' ? ['fuller than recommended'] : [];
  return [...times, ...clocks, ...amounts, ...fuller].join(', ');
}

/** Numbers of the design that steps are tried of. */
const NUMBERS_OF_STEPS = ['tokenParallelism', 'clocks.prefill', 'clocks.decode'] as const;
type StepNumber = (typeof NUMBERS_OF_STEPS)[number];

const stageOf = (which: Exclude<StepNumber, 'tokenParallelism'>): StageName =>
  which === 'clocks.prefill' ? 'prefill' : 'decode';
const numberOf = (design: Design, which: StepNumber): number =>
  which === 'tokenParallelism' ? design.tokenParallelism : design.clocks[stageOf(which)];
const withNumber = (design: Design, which: StepNumber, to: number): Design =>
  which === 'tokenParallelism'
    ? { ...design, tokenParallelism: to }
    : { ...design, clocks: { ...design.clocks, [stageOf(which)]: to } };

/** Values worth trying: twice and half the tokens side by side; a clock at the ends of what can be expected. */
function numbersFrom(analysis: DesignAnalysis, which: StepNumber, stage: StageName | undefined): number[] {
  const from = numberOf(analysis.design, which);
  if (which === 'tokenParallelism')
    return stage === 'decode' ? [] : [from * 2, from / 2].filter((to) => Number.isInteger(to) && to >= 1 && to <= 64);
  if (stage !== undefined && stage !== stageOf(which)) return [];
  const { low, high } = stageClocks(analysis)[stageOf(which)];
  return [high, low].filter((to) => to !== from && to >= NUMBERS[which].least && (to < high || from < high));
}

/** Values of a parameter that matter: about a third and twice as much, and the next smaller one. */
function stepsFrom(values: readonly number[], from: number): number[] {
  const more = [1.3, 2].map((times) => values.find((value) => value >= Math.max(from + 1, from * times)));
  const less = [...values].reverse().find((value) => value <= Math.min(from - 1, from / 1.3));
  return [...new Set([...more, less])].filter((value) => value !== undefined);
}

/** In order, of each parameter only the first. */
function bestOfEach(found: readonly Lever[], order: (a: Lever, b: Lever) => number): Lever[] {
  const met = new Set<string>();
  return [...found].sort(order).filter(({ stage, instance, param }) => {
    const key = `${stage}/${instance}/${param}`;
    return !met.has(key) && met.add(key);
  });
}

/** Steps worth trying: every number at its next higher and next lower legal value. */
export function levers(
  analysis: DesignAnalysis,
  measure: Measure,
  options: { readonly stage?: StageName; readonly instance?: string; readonly most?: number } = {},
): Levers {
  const { design } = analysis;
  const base = outcomeOf(analysis, measure);
  if (!base) return { better: [], worse: [] };
  const found: Lever[] = [];
  /** The first of the trials that is legal. */
  const attempt = (
    trials: readonly { readonly design: Design; readonly params: Step['params'] }[],
    what: Omit<Step, 'params'>,
  ): void => {
    for (const trial of trials) {
      const after = outcomeOf(analyze(trial.design), measure);
      if (!after) continue;
      const gain = gainOf(measure, base.value, after.value);
      if (Math.abs(gain) >= LEAST * Math.abs(base.value) && base.value !== after.value)
        found.push({
          ...what,
          params: trial.params,
          gain,
          change: changeText(measure, base.value, after.value),
          also: alsoText(measure, what.param, base, after),
          breaks: after.light === 'red' && base.light !== 'red',
        });
      return;
    }
  };
  for (const stage of STAGE_NAMES) {
    if (options.stage && options.stage !== stage) continue;
    const { context, instances } = analysis.stages[stage];
    for (const { instance, entry: module, params } of instances) {
      if (options.instance && options.instance !== instance.id) continue;
      const roles = instance.operations.map((operation) => operation.role);
      for (const param of module.params) {
        const from = params[param.id];
        if (typeof from !== 'number') continue;
        const values = param
          .choices(context, params, roles)
          .filter((value): value is number => typeof value === 'number');
        for (const to of stepsFrom(values, from)) {
          // Other numeric parameters of the instance may have to follow (ports of an engine): the nearest legal value is taken.
          const trial = (values: Step['params']) => ({
            design: withParam(design, stage, instance.id, values),
            params: values,
          });
          const trials = [trial({ [param.id]: to })];
          for (const other of module.params) {
            if (other.id === param.id || typeof params[other.id] !== 'number') continue;
            const legal = other
              .choices(context, { ...params, [param.id]: to }, roles)
              .filter((value): value is number => typeof value === 'number');
            const nearest = [...legal].sort(
              (a, b) => Math.abs(a - Number(params[other.id])) - Math.abs(b - Number(params[other.id])),
            )[0];
            if (nearest !== undefined && nearest !== params[other.id])
              trials.push(trial({ [param.id]: to, [other.id]: nearest }));
          }
          attempt(trials, { stage, instance: instance.id, param: param.id, label: param.label, from, to });
        }
      }
    }
  }
  if (!options.instance)
    for (const which of NUMBERS_OF_STEPS) {
      const from = numberOf(design, which);
      for (const to of numbersFrom(analysis, which, options.stage))
        attempt([{ design: withNumber(design, which, to), params: { [which]: to } }], {
          stage: undefined,
          instance: undefined,
          param: which,
          label: NUMBERS[which].label.replace(/^./, (first) => first.toUpperCase()),
          from,
          to,
        });
    }
  const most = options.most ?? 5;
  const helps = ({ gain, breaks }: Lever): boolean => gain > 0 && !breaks;
  const better = bestOfEach(found.filter(helps), (a, b) => b.gain - a.gain);
  const worse = bestOfEach(
    found.filter((lever) => !helps(lever)),
    (a, b) => a.gain - b.gain,
  );
  return { better: better.slice(0, most), worse: worse.slice(0, most) };
}
