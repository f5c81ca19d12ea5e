/** V80: a CMake project that packages the kernels as IP and links them with SLASH to a .vbin; host program against VRT. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BitstreamSpec, KernelSpec } from '../../../src/core/models/manifest.ts';
import { InputError, messageOf } from '../errors.ts';
import { bitstreamFile, linkStepId } from '../hardware.ts';
import { EMPTY_STEP, type Step } from '../steps/step.ts';
import { type Plan, toolCommand } from './context.ts';
import { withClock } from './hls-config.ts';

const BUILD = 'build/v80';
const CMAKE = 'CMakeLists.txt';

function target(plan: Plan, name: string): ReturnType<typeof toolCommand> {
  const jobs = plan.options.jobs === undefined ? [] : ['--parallel', String(plan.options.jobs)];
  return toolCommand(plan, 'cmake', ['--build', BUILD, '--target', name, ...jobs], '.');
}

/** CMake's configuration, once per release. */
export function configureV80(plan: Plan): Step {
  return {
    ...EMPTY_STEP,
    id: 'configure',
    title: 'Configuration of the CMake project',
    kind: 'configure',
    inputs: [CMAKE],
    settings: { release: plan.vitis.release },
    outputs: [`${BUILD}/CMakeCache.txt`],
    scratch: [`${BUILD}/CMakeFiles`],
    folders: [BUILD],
    commands: [toolCommand(plan, 'cmake', ['-S', '.', '-B', BUILD, '-G', 'Ninja'], '.')],
    logs: [`${BUILD}/CMakeFiles/CMakeConfigureLog.yaml`],
  };
}

/** Folder in which SLASH's build_hls_dir() synthesises a kernel. */
export function kernelFolder(part: string, kernel: string): string {
  return `${BUILD}/hls/build_${kernel}.${part}`;
}

function component(plan: Plan, kernel: string): string {
  return `${kernelFolder(plan.hardware.part, kernel)}/hls/impl/ip/component.xml`;
}

/** HLS of one kernel: build_hls_dir() makes a target for each. */
export function synthV80(plan: Plan, kernel: KernelSpec): Step {
  const folder = kernelFolder(plan.hardware.part, kernel.name);
  return {
    ...EMPTY_STEP,
    id: `synth-${kernel.name}`,
    title: `Synthesis of ${kernel.name}`,
    kind: 'synth',
    inputs: [CMAKE, kernel.source, kernel.config],
    settings: { release: plan.vitis.release, part: plan.hardware.part },
    outputs: [component(plan, kernel.name)],
    commands: [target(plan, `hls_${kernel.name}`)],
    logs: [`${folder}/logs/*.log`, `${folder}/hls/*.log`, `${folder}/*.log`],
  };
}

async function linkStep(plan: Plan, bitstream: BitstreamSpec): Promise<Step> {
  const { options, project, vitis } = plan;
  const output = bitstreamFile('v80', options.target, bitstream);
  const name = `${bitstream.name}_${options.target}`;
  const base: Step = {
    ...EMPTY_STEP,
    id: linkStepId('v80', bitstream.name, options.target),
    title: `Link of ${bitstream.name} (${options.target})`,
    kind: 'link',
    inputs: [CMAKE, bitstream.config, ...bitstream.kernels.map((kernel) => component(plan, kernel))],
    settings: { release: vitis.release, clock: options.clock ?? null, target: options.target },
    outputs: [output],
    scratch: [`${output}.prj`],
    commands: [target(plan, name)],
    logs: [`${output}.prj/*.log`, `${output}.prj/*/*.runs/impl_1/runme.log`, `${output}.prj/*.runs/impl_1/runme.log`],
  };
  // CMake passes neither clock nor jobs on to the linker; asked for, the linker is called as CMake would.
  if (options.clock === undefined && options.jobs === undefined) return base;
  const config = `${BUILD}/config_${bitstream.name}.cfg`;
  const text = await readFile(join(project.root, bitstream.config), 'utf8').catch((error: unknown) => {
    throw new InputError(
      `${bitstream.config} cannot be read (${messageOf(error)}); unpack the exported project again.`,
    );
  });
  const clock = options.clock === undefined ? [] : ['--clock-hz', String(Math.round(options.clock * 1e6))];
  const jobs = options.jobs === undefined ? [] : ['--jobs', String(options.jobs)];
  const components = bitstream.kernels.map((kernel) => component(plan, kernel));
  return {
    ...base,
    files: [{ path: config, text: options.clock === undefined ? text : withClock(text, options.clock) }],
    commands: [
      toolCommand(
        plan,
        'slashkit',
        [
          'link',
          '-c',
          config,
          '-p',
          options.target,
          '-o',
          output,
          '-k',
          ...components,
          '--vivado',
          vitis.vivado ?? 'vivado',
          ...clock,
          ...jobs,
        ],
        '.',
      ),
    ],
  };
}

/** Link of every bitstream. */
export function buildV80(plan: Plan): Promise<Step[]> {
  return Promise.all(plan.hardware.bitstreams.map((bitstream) => linkStep(plan, bitstream)));
}

/** The host program. */
export function hostV80(plan: Plan): Step {
  const { host } = plan.hardware;
  return {
    ...EMPTY_STEP,
    id: 'host',
    title: 'Host program',
    kind: 'host',
    inputs: [CMAKE, ...host.sources, ...host.includes],
    settings: { standard: host.standard },
    outputs: [`${BUILD}/host/host`],
    commands: [target(plan, 'host')],
  };
}
