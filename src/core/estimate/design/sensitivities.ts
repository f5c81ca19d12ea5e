import type { Design, ParamValue, StageName } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { designResources } from './design-resources.ts';
import { workloadTime } from '../workload/timing.ts';

/** What the next legal value of one parameter would change. */
export interface Sensitivity {
  readonly stage: StageName | undefined;
  readonly instance: string | undefined;
  readonly param: string;
  readonly label: string;
  readonly from: ParamValue;
  readonly to: ParamValue;
  /** Relative changes: -0.18 is 18 % less. */
  readonly prefill: number;
  readonly decode: number;
  /** Difference in DSP blocks of the design. */
  readonly dsp: number;
  readonly lut: number;
  /** In words: `linear_gate WP 96 -> 128: prefill -18 %, DSP +512`. */
  readonly text: string;
}

/** The document with one parameter of one instance changed. */
function withParam(design: Design, stage: StageName, id: string, params: Readonly<Record<string, ParamValue>>): Design {
  const graph = design.stages[stage];
  const instances = graph.instances.map((instance) =>
    instance.id === id ? { ...instance, params: { ...instance.params, ...params } } : instance,
  );
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}

const sign = (change: number): string => (change > 0 ? '+' : change < 0 ? '−' : '');
const percent = (change: number): string =>
  `${sign(change)}${(Math.abs(change) * 100).toFixed(Math.abs(change) < 0.0995 ? 1 : 0)} %`;

/** One-parameter sensitivities, the strongest first: every number is tried at its next higher and next lower legal value. */
export function sensitivities(
  analysis: DesignAnalysis,
  options: {
    readonly stage?: StageName;
    readonly instance?: string;
    readonly workload?: Design['workload'];
    readonly most?: number;
  } = {},
): Sensitivity[] {
  const { design } = analysis;
  const workload = options.workload ?? design.workload;
  const base = workloadTime(analysis, workload);
  if (!base) return [];
  const resources = designResources(analysis).total;
  const results: Sensitivity[] = [];
  const attempt = (
    trials: readonly Design[],
    what: Pick<Sensitivity, 'stage' | 'instance' | 'param' | 'label' | 'from' | 'to'>,
  ): void => {
    for (const trial of trials) {
      const changed = analyze(trial);
      if (!changed.legal) continue;
      const time = workloadTime(changed, workload);
      if (!time) continue;
      const total = designResources(changed).total;
      const prefill = base.prefill.seconds > 0 ? time.prefill.seconds / base.prefill.seconds - 1 : 0;
      const decode = base.decode.seconds > 0 ? time.decode.seconds / base.decode.seconds - 1 : 0;
      const dsp = total.dsp - resources.dsp;
      const lut = total.lut - resources.lut;
      const effects = [
        Math.abs(prefill) >= 0.0005 ? `prefill ${percent(prefill)}` : '',
        Math.abs(decode) >= 0.0005 ? `decode ${percent(decode)}` : '',
        dsp !== 0 ? `DSP ${sign(dsp)}${Math.abs(Math.round(dsp)).toLocaleString('en')}` : '',
        lut !== 0 ? `LUT ${sign(lut)}${Math.abs(Math.round(lut)).toLocaleString('en')}` : '',
      ].filter((effect) => effect !== '');
      results.push({
        ...what,
        prefill,
        decode,
        dsp,
        lut,
        text: `${what.instance ? `${what.instance}: ` : ''}${what.label} ${what.from} -> ${what.to}: ${effects.join(', ') || 'no change'}`,
      });
      return;
    }
  };
  for (const stage of ['prefill', 'decode'] as const) {
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
        // Steps that matter: about a third more, and the next smaller one.
        const up = values.find((value) => value >= Math.max(from + 1, from * 1.3));
        const down = [...values].reverse().find((value) => value <= Math.min(from - 1, from / 1.3));
        for (const to of [up, down]) {
          if (to === undefined) continue;
          // Other numeric parameters of the instance may have to follow (ports of an engine): the nearest legal value is taken.
          const trials = [withParam(design, stage, instance.id, { [param.id]: to })];
          for (const other of module.params) {
            if (other.id === param.id || typeof params[other.id] !== 'number') continue;
            const legal = other
              .choices(context, { ...params, [param.id]: to }, roles)
              .filter((value): value is number => typeof value === 'number');
            const nearest = [...legal].sort(
              (a, b) => Math.abs(a - Number(params[other.id])) - Math.abs(b - Number(params[other.id])),
            )[0];
            if (nearest !== undefined && nearest !== params[other.id])
              trials.push(withParam(design, stage, instance.id, { [param.id]: to, [other.id]: nearest }));
          }
          attempt(trials, { stage, instance: instance.id, param: param.id, label: param.label, from, to });
        }
      }
    }
  }
  if (!options.instance) {
    for (const to of [design.tokenParallelism * 2, design.tokenParallelism / 2]) {
      if (Number.isInteger(to) && to >= 1 && to <= 64 && options.stage !== 'decode')
        attempt([{ ...design, tokenParallelism: to }], {
          stage: undefined,
          instance: undefined,
          param: 'tokenParallelism',
          label: 'Token parallelism (TP)',
          from: design.tokenParallelism,
          to,
        });
    }
  }
  const weight = ({ prefill, decode }: Sensitivity): number => Math.max(Math.abs(prefill), Math.abs(decode));
  return results.sort((a, b) => weight(b) - weight(a)).slice(0, options.most ?? 12);
}
