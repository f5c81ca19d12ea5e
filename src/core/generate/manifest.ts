import type { Design } from '../design/types.ts';
import type { Estimate } from '../estimate/design/report.ts';
import { bytesOf } from '../ir/cpp-type.ts';
import { backingName } from '../ir/memory.ts';
import { type BufferSpec, type ImageSpec, type Manifest, MANIFEST_FORMAT } from '../models/manifest.ts';
import type { Program } from '../lower/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { hardwareSpec } from './hardware.ts';
import { hasSampler } from './kernel.ts';
import type { DesignKernels } from './kernels.ts';

/** Memory images that the kernels read, named as the pointers of the test bench: `<stage>_<argument>`. */
export function imagesOf(programs: readonly Program[]): ImageSpec[] {
  return programs.flatMap((program) =>
    program.memories.flatMap(({ name, spec }) =>
      spec.content.kind === 'image'
        ? [
            {
              name: backingName(program.stage, name, spec),
              stage: program.stage,
              wordBytes: bytesOf(spec.word),
              layout: spec.content.layout,
              segments: spec.content.segments,
            },
          ]
        : [],
    ),
  );
}

/** Buffers that the kernels fill themselves; a buffer that both kernels use (the KV cache) appears once. */
export function buffersOf(programs: readonly Program[]): BufferSpec[] {
  const buffers = new Map<string, number>();
  for (const program of programs) {
    for (const { spec } of program.memories) {
      if (spec.content.kind === 'buffer')
        buffers.set(
          spec.content.buffer.name,
          Math.max(buffers.get(spec.content.buffer.name) ?? 0, spec.content.buffer.bytes),
        );
    }
  }
  const sampler = programs.find(hasSampler);
  if (sampler) buffers.set('generated', 4 * (sampler.analysis.context.positions + 1));
  return [...buffers].map(([name, bytes]) => ({ name, bytes }));
}

/** Candidates that the sampler keeps. */
function largestTopK(design: Design): number {
  const sampler = design.stages.decode.instances.find((instance) =>
    instance.operations.some((operation) => operation.role === 'sample'),
  );
  const entry = sampler && moduleById(sampler.module);
  return Number(entry && paramsOf(entry, sampler.params)['candidates']) || 1;
}

/** What the runner needs to know about the project. */
export function manifestOf(analysis: DesignAnalysis, kernels: DesignKernels, estimate: Estimate): Manifest {
  const { design } = analysis;
  const programs = kernels.kernels.map(({ program }) => program);
  const split = design.split === 'slr';
  return {
    format: MANIFEST_FORMAT,
    version: 1,
    design: design.name,
    target: design.target,
    model: design.model,
    recipe: design.recipe,
    limits: { ...design.limits, topK: largestTopK(design) },
    ...(design.hmt ? { segments: design.hmt } : {}),
    images: imagesOf(programs),
    buffers: buffersOf(programs),
    csim: {
      sources: [...programs.map(({ name }) => `src/${name}.cpp`), 'tb/testbench.cpp'],
      // Kernels side by side need the stand-in of hls_stream.h, see csim/kernel_threads.hpp.
      includes: ['include', 'src', 'host', ...(split ? ['csim'] : [])],
      fallbackIncludes: split ? [] : ['csim'],
    },
    hardware: hardwareSpec(analysis, kernels, estimate),
  };
}
