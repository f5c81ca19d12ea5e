import { hardwarePrint } from '../design/built-clocks.ts';
import { type BuiltClock, type BuiltInstance, type Design, STAGE_NAMES, type StageName } from '../design/types.ts';
import type { HardwareReport } from '../models/hardware-report.ts';
import { RESOURCE_KINDS } from '../targets/types.ts';
import type { Edit, Refused } from './edit.ts';

/** Figures of the instances that the design still has: implemented where there are any, else synthesised. */
export function builtInstances(design: Design, report: HardwareReport): BuiltInstance[] {
  return report.instances.flatMap((row): BuiltInstance[] => {
    const instance = design.stages[row.stage].instances.find(({ id }) => id === row.instance);
    const from = row.implemented ? 'implemented' : 'synthesised';
    const figures = row.implemented ?? row.synthesised;
    if (
      !instance ||
      instance.module !== row.module ||
      !figures ||
      RESOURCE_KINDS.some((kind) => figures[kind] === null)
    )
      return [];
    const amount = (kind: (typeof RESOURCE_KINDS)[number]): number => figures[kind] ?? 0;
    return [
      {
        stage: row.stage,
        instance: row.instance,
        params: { ...instance.params },
        from,
        lut: amount('lut'),
        ff: amount('ff'),
        dsp: amount('dsp'),
        bram18: amount('bram18'),
        uram: amount('uram'),
      },
    ];
  });
}

/**
 * The clock in MHz that the kernels of a stage run at, the slowest of them: that of the bitstream, else what the timing
 * report of the routed design allows. Undefined where the report says neither of one of them.
 */
function achieved({ kernels }: HardwareReport, stage: StageName): number | undefined {
  const clocks = kernels
    .filter((kernel) => kernel.stage === stage)
    .map(({ clock }) => clock.achieved ?? clock.implemented);
  return clocks.length > 0 && clocks.every((clock) => clock !== null)
    ? Math.round(10 * Math.min(...clocks)) / 10
    : undefined;
}

/** Takes resources and clocks of a build in place of estimates and targets. */
export function takeBuild(design: Design, report: HardwareReport): Edit | Refused {
  if (report.design !== design.name)
    return { refused: `The report is of '${report.design}', this design is '${design.name}'; open that design first.` };
  const built = builtInstances(design, report);
  const clocks = { prefill: achieved(report, 'prefill'), decode: achieved(report, 'decode') };
  if (built.length === 0 && clocks.prefill === undefined && clocks.decode === undefined)
    return {
      refused: 'The report has no figures of this design: run synth or build in the exported project, then report.',
    };
  return {
    label: 'Take the figures of the build',
    recipe: (draft) => {
      if (built.length > 0) draft.built = built;
      const known = STAGE_NAMES.flatMap((stage): BuiltClock[] => {
        const clock = clocks[stage];
        return clock === undefined ? [] : [{ stage, clock, of: hardwarePrint(design, stage) }];
      });
      if (known.length > 0) draft.builtClocks = known;
      for (const { stage, clock } of known) draft.clocks[stage] = clock;
    },
  };
}

/** Goes back to estimated resources and clocks that can be expected. */
export const forgetBuild: Edit = {
  label: 'Estimate resources and clocks again',
  recipe: (draft) => {
    delete draft.built;
    delete draft.builtClocks;
  },
};
