/** What of a design rests on assumptions that the user's tools have refuted. */
import type { Design } from '../design/types.ts';
import { type AssumptionId, assumptionById } from '../targets/assumptions.ts';
import { runsBackward } from './depths.ts';
import { found } from './diagnostics.ts';
import { componentsOf } from './reuse.ts';
import type { DesignProblem, ResolvedInstance, StageAnalysis } from './types.ts';

/** Packing of the multipliers that an assumption is about. */
const PACKING: Partial<Record<AssumptionId, string>> = { two_products: 'two', four_products: 'four' };

function relies(id: AssumptionId, stage: StageAnalysis, resolved: ResolvedInstance): boolean {
  const packing = PACKING[id];
  if (packing === undefined) return resolved.entry.relies?.(stage.stage, resolved.params).includes(id) === true;
  return componentsOf(stage.context, resolved).some((part) => part.kind === 'multiplier' && part.packing === packing);
}

/** Instances of a legal stage that rest on an assumption; `all` when the stage as a whole does. */
export function instancesRelying(id: AssumptionId, design: Design, stage: StageAnalysis): readonly string[] | 'all' {
  const names = (instances: readonly ResolvedInstance[]): readonly string[] =>
    instances.map(({ instance }) => instance.id);
  switch (id) {
    case 'carried_fifo':
    case 'backward_fifo': {
      const kept = stage.streams.filter(
        (stream) => stream.kind === 'carry_fifo' && (id === 'carried_fifo' || runsBackward(stream, stage.instances)),
      );
      return [...new Set(kept.map(({ from }) => from.owner.instance.id))];
    }
    case 'ultra_ram':
      // The context of the design says it to all that decides about memories.
      return [];
    case 'axis_vector':
      return design.split === undefined ? [] : 'all';
    case 'two_products':
    case 'four_products':
    case 'prefill_engine':
    case 'decode_engine':
    case 'decode_slice':
    case 'attention_loops':
    case 'token_loops':
    case 'overlapped_loops':
    case 'rotation_loops':
      return names(stage.instances.filter((resolved) => relies(id, stage, resolved)));
    case 'stream_array':
    case 'shared_bundle':
    case 'cpp17':
    case 'storage':
    case 'bursts':
    case 'constants_port':
    case 'float_bits':
      return 'all';
  }
}

/** A warning for every refuted assumption that a stage rests on. */
export function answerProblems(design: Design, stages: readonly StageAnalysis[]): DesignProblem[] {
  const { probe } = design;
  if (probe?.board !== design.target) return [];
  return probe.failed.flatMap((id) =>
    stages.flatMap((stage): DesignProblem[] => {
      if (!stage.legal) return [];
      const instances = instancesRelying(id, design, stage);
      if (instances.length === 0) return [];
      const { title, without, remedy } = assumptionById(id);
      const finding = found('assumption-refuted', {
        title,
        release: probe.release,
        stage: stage.stage,
        instances: instances === 'all' ? [] : instances,
        remedy: remedy ?? without,
      });
      const [only, ...more] = instances === 'all' ? [] : instances;
      return [
        { ...finding, stage: stage.stage, ...(only !== undefined && more.length === 0 ? { instance: only } : {}) },
      ];
    }),
  );
}
