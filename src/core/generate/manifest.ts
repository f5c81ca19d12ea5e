import type { Design } from '../design/types.ts';
import type { BufferSpec, ImageSpec, Manifest } from '../models/manifest.ts';
import type { Program } from '../lower/program.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';

/** Memory images that the kernels read, named as the pointers of the test bench: `<stage>_<argument>`. */
export function imagesOf(programs: readonly Program[]): ImageSpec[] {
  return programs.flatMap((program) =>
    program.memories.flatMap(({ name, spec }) =>
      spec.content.kind === 'image' ? [{ name: `${program.stage}_${name}`, stage: program.stage, wordBytes: spec.wordBytes, layout: spec.content.layout, segments: spec.content.segments }] : [],
    ),
  );
}

/** Buffers that the kernels fill themselves; a buffer that both kernels use (the KV cache) appears once. */
export function buffersOf(programs: readonly Program[]): BufferSpec[] {
  const buffers = new Map<string, number>();
  for (const program of programs) {
    for (const { spec } of program.memories) {
      if (spec.content.kind === 'buffer') buffers.set(spec.content.buffer, Math.max(buffers.get(spec.content.buffer) ?? 0, spec.content.bytes));
    }
  }
  return [...buffers].map(([name, bytes]) => ({ name, bytes }));
}

/** Candidates that the sampler keeps. */
function largestTopK(design: Design): number {
  const sampler = design.stages.decode.instances.find((instance) => instance.operations.some((operation) => operation.role === 'sample'));
  const entry = sampler && moduleById(sampler.module);
  return Number(entry && paramsOf(entry, sampler.params)['candidates']) || 1;
}

/** What `pack` and `csim` need to know about the project. */
export function manifestOf(design: Design, programs: readonly Program[]): Manifest {
  return {
    format: 'flexllm-manifest',
    version: 1,
    design: design.name,
    target: design.target,
    model: design.model,
    recipe: design.recipe,
    limits: { ...design.limits, topK: largestTopK(design) },
    images: imagesOf(programs),
    buffers: buffersOf(programs),
    csim: { sources: ['src/prefill.cpp', 'src/decode.cpp', 'tb/testbench.cpp'], includes: ['include', 'src'], fallbackIncludes: ['csim'] },
  };
}
