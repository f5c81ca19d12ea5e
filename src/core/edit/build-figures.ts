import type { BuiltInstance, Design } from '../design/types.ts';
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

/** Clocks in MHz that the kernels of a stage run at, the slowest of them; undefined where the report does not say. */
function achieved(report: HardwareReport, stage: 'prefill' | 'decode'): number | undefined {
  const clocks = report.kernels.flatMap((kernel) =>
    kernel.stage === stage && kernel.clock.achieved !== null ? [kernel.clock.achieved] : [],
  );
  return clocks.length > 0 ? Math.min(...clocks) : undefined;
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
      if (clocks.prefill !== undefined) draft.clocks.prefill = clocks.prefill;
      if (clocks.decode !== undefined) draft.clocks.decode = clocks.decode;
    },
  };
}

/** Goes back to estimated resources. */
export const forgetBuild: Edit = {
  label: 'Estimate all resources again',
  recipe: (draft) => {
    delete draft.built;
  },
};
