import { BASIS, type Estimate } from '../estimate/design/report.ts';
import { bitsOf, type CppType } from '../ir/cpp-type.ts';
import { backingName } from '../ir/memory.ts';
import type { BitstreamSpec, HardwareSpec, InstanceEstimate, KernelArgument, KernelSpec } from '../models/manifest.ts';
import { passRuns } from '../schedule/pass-runs.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { platformOf } from '../targets/targets.ts';
import type { DesignKernels, Kernel } from './kernels.ts';
import type { Parameter } from './kernel.ts';

/** Bits of an AXI4-Stream: whole bytes. */
const streamBits = (type: CppType): number => 8 * Math.ceil(bitsOf(type) / 8);

/** `<kernel>.<argument>` at the other end of a stream. */
function peerOf(kernels: DesignKernels, kernel: Kernel, name: string): string {
  for (const link of kernels.stages[kernel.stage].links) {
    if (link.from === kernel.name && link.sent === name) return `${link.to}.${link.received}`;
    if (link.to === kernel.name && link.received === name) return `${link.from}.${link.sent}`;
  }
  throw new Error(`${kernel.name}.${name} leads nowhere`);
}

function argumentOf(kernels: DesignKernels, kernel: Kernel, parameter: Parameter, index: number): KernelArgument {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'memory': {
      const { spec } = parameter.memory;
      return {
        index,
        name,
        kind: 'memory',
        bundle: parameter.bundle,
        direction: spec.direction,
        memory: backingName(kernel.stage, name, spec),
        bank: kernels.bankOf(kernel.stage, parameter.bundle),
      };
    }
    case 'generated':
      return {
        index,
        name,
        kind: 'memory',
        bundle: parameter.bundle,
        direction: 'write',
        memory: 'generated',
        bank: kernels.bankOf(kernel.stage, parameter.bundle),
      };
    case 'scalar':
      return { index, name, kind: 'scalar', type: parameter.type };
    case 'stream':
      return {
        index,
        name,
        kind: 'stream',
        direction: parameter.direction,
        bits: streamBits(parameter.type),
        peer: peerOf(kernels, kernel, name),
      };
  }
}

/** Where the sources of a kernel are in the project. */
export function kernelPaths(
  target: DesignKernels['target'],
  name: string,
): { source: string; config: string; script: string | null } {
  return target.family === 'versal'
    ? { source: `hls/${name}.cpp`, config: `hls/${name}.cfg`, script: null }
    : { source: `src/${name}.cpp`, config: `cfg/${name}.cfg`, script: `scripts/${name}.tcl` };
}

/** Configuration of the linker for a bitstream. */
export const linkPath = (target: DesignKernels['target'], bitstream: string): string =>
  target.family === 'versal' ? `config_${bitstream}.cfg` : `cfg/link_${bitstream}.cfg`;

/** What the composer estimates of every instance, by the kernel that it is in. */
function instanceEstimates(
  analysis: DesignAnalysis,
  kernels: DesignKernels,
  time: Estimate['time'],
  resources: Estimate['resources'],
): InstanceEstimate[] {
  return kernels.kernels.flatMap(({ program, stage, name }) => {
    const { perInstance } = resources[stage];
    const cycles = new Map<string, number>();
    for (const { pass, slots } of time[stage].passes) {
      const runs = passRuns(analysis.stages[stage], pass);
      for (const slot of slots) {
        const id = slot.operation.owner.instance.id;
        cycles.set(id, (cycles.get(id) ?? 0) + runs * slot.modelled);
      }
    }
    const processes = new Map<string, string[]>();
    for (const process of program.processes)
      processes.set(process.instance, [...(processes.get(process.instance) ?? []), process.name]);
    return analysis.stages[stage].instances.flatMap(({ instance, entry }): InstanceEstimate[] => {
      const own = processes.get(instance.id);
      const part = perInstance.get(instance.id);
      if (!own || !part) return [];
      const whole = (amount: number): number => Math.round(amount);
      return [
        {
          stage,
          instance: instance.id,
          module: entry.id,
          kernel: name,
          processes: own,
          lut: whole(part.lut),
          ff: whole(part.ff),
          dsp: whole(part.dsp),
          bram18: whole(part.bram18),
          uram: whole(part.uram),
          cycles: whole(cycles.get(instance.id) ?? 0),
        },
      ];
    });
  });
}

/** How the project becomes hardware, for the manifest. */
export function hardwareSpec(
  analysis: DesignAnalysis,
  kernels: DesignKernels,
  { time, energy, resources, workload }: Estimate,
): HardwareSpec {
  const { design } = analysis;
  const { target } = kernels;
  const v80 = target.family === 'versal';
  return {
    board: v80 ? 'v80' : 'u280',
    part: target.part,
    platform: target.platform,
    shell: platformOf(target, design.platform).id,
    kernels: kernels.kernels.map(
      (kernel): KernelSpec => ({
        name: kernel.name,
        stage: kernel.stage,
        slr: kernel.slr,
        ...kernelPaths(target, kernel.name),
        arguments: kernel.parameters.map((parameter, index) => argumentOf(kernels, kernel, parameter, index)),
      }),
    ),
    bitstreams: kernels.bitstreams.map(
      (bitstream): BitstreamSpec => ({
        name: bitstream.name,
        kernels: bitstream.kernels.map(({ name }) => name),
        config: linkPath(target, bitstream.name),
        clock: bitstream.clock,
      }),
    ),
    host: { sources: ['host/main.cpp'], includes: ['host'], standard: v80 ? 'c++20' : 'c++17' },
    estimate: {
      basis: BASIS,
      workload: { prompt: workload.prompt, generate: workload.generate },
      prefillSeconds: time.prefill.seconds,
      decodeSeconds: time.decode.seconds,
      tokensPerSecond: time.tokensPerSecond,
      prefillWatts: energy.prefill.watts,
      decodeWatts: energy.decode.watts,
      instances: instanceEstimates(analysis, kernels, time, resources),
    },
  };
}
