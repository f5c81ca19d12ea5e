import { STAGE_NAMES, type StageName } from '../design/types.ts';
import { FindingError } from '../diagnostics/diagnostic.ts';
import { banksOf, bitstreamsOf, type Place } from '../estimate/stage/banks.ts';
import { bitsOf } from '../ir/cpp-type.ts';
import { stageKernels } from '../estimate/stage/stage-kernels.ts';
import type { Program } from '../lower/types.ts';
import type { StageKernels } from '../lower/split.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { targetById } from '../targets/targets.ts';
import type { Target } from '../targets/types.ts';
import { found } from './diagnostics.ts';
import { type Parameter, parametersOf } from './kernel.ts';

/** A kernel with where it goes. */
export interface Kernel {
  readonly program: Program;
  readonly stage: StageName;
  readonly name: string;
  /** Name of its only instance in the linker's configuration. */
  readonly instance: string;
  readonly slr: number | null;
  readonly parameters: readonly Parameter[];
}

/** All kernels of a design, and what each bitstream holds. */
export interface DesignKernels {
  readonly target: Target;
  readonly stages: Readonly<Record<StageName, StageKernels>>;
  readonly kernels: readonly Kernel[];
  readonly bitstreams: readonly {
    readonly name: string;
    readonly kernels: readonly Kernel[] /** MHz */;
    readonly clock: number;
  }[];
  /** Bank of an AXI port of a stage. */
  readonly bankOf: (stage: StageName, bundle: string) => string;
}

/** Widest AXI4-Stream of the tools, in bits (UG1399). */
const WIDEST_STREAM = 4096;

function checkedKernels(analysis: DesignAnalysis, stage: StageName): StageKernels {
  const kernels = stageKernels(analysis, stage);
  const wide = kernels.links.find((link) => bitsOf(link.type) > WIDEST_STREAM);
  if (wide) {
    const { sent: stream, from, to } = wide;
    throw new FindingError(found('link-too-wide', { stream, from, to, bits: bitsOf(wide.type), most: WIDEST_STREAM }));
  }
  return kernels;
}

function bankName(place: Place | undefined, target: Target): string {
  if (!place) return target.memories[0]?.name(0) ?? '';
  // The shell of the V80 has no ranges of HBM ports; MEM reaches all of the HBM through the network on chip.
  return target.family === 'versal' && place.count > 1 ? 'MEM' : place.name;
}

/** @throws Error with a sentence for the user when the design cannot be split as it asks. */
export function kernelsOf(analysis: DesignAnalysis): DesignKernels {
  const { design } = analysis;
  const target = targetById(design.target);
  if (!target) throw new Error(`unknown target ${design.target}`);
  const stages = { prefill: checkedKernels(analysis, 'prefill'), decode: checkedKernels(analysis, 'decode') };
  const suffix = target.family === 'versal' ? '_0' : '_1';
  const kernels = STAGE_NAMES.flatMap((stage) =>
    stages[stage].programs.map(
      (program): Kernel => ({
        program,
        stage,
        name: program.name,
        instance: `${program.name}${suffix}`,
        slr: program.slr,
        parameters: parametersOf(program),
      }),
    ),
  );
  const mapped = banksOf(analysis).ports;
  const banks = new Map(mapped.map(({ port, place }) => [`${port.stage}.${port.name}`, bankName(place, target)]));
  // The tokens that decode writes are few: they lie where the copy of the logits does.
  banks.set('decode.generated', bankName(mapped.find(({ port }) => port.tokens)?.place, target));
  const together = bitstreamsOf(design, target) === 1;
  const of = (stage: StageName): Kernel[] => kernels.filter((kernel) => kernel.stage === stage);
  return {
    target,
    stages,
    kernels,
    bitstreams: together
      ? [{ name: 'accelerator', kernels, clock: Math.min(design.clocks.prefill, design.clocks.decode) }]
      : STAGE_NAMES.map((stage) => ({ name: stage, kernels: of(stage), clock: design.clocks[stage] })),
    bankOf: (stage, bundle) => {
      const bank = banks.get(`${stage}.${bundle}`);
      if (bank === undefined) throw new Error(`${stage}.${bundle} has no bank`);
      return bank;
    },
  };
}
