/** U280: kernels to .xo, linked and packaged to .xclbin by v++, host program against XRT. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BitstreamSpec, KernelSpec } from '../../../src/core/models/manifest.ts';
import { InputError, messageOf } from '../errors.ts';
import { bitstreamFile, bitstreamStepId, linkStepId } from '../hardware.ts';
import { EMPTY_STEP, type Step } from '../steps/step.ts';
import { hostEnvironment } from '../tools/environment.ts';
import { type Plan, plainCommand, toolCommand, upFrom } from './context.ts';
import { moveHlsConfig, requireTestbench } from './hls-config.ts';

function objectFile(kernel: string): string {
  return `build/u280/xo/${kernel}.xo`;
}

/** Sources that a synthesis depends on: the kernel's, and all headers. */
function sourcesOf(kernel: KernelSpec): string[] {
  return [kernel.source, kernel.config, 'include', 'src/kernels.hpp'];
}

async function readConfig(plan: Plan, path: string): Promise<string> {
  return readFile(join(plan.project.root, path), 'utf8').catch((error: unknown) => {
    throw new InputError(`${path} cannot be read (${messageOf(error)}); unpack the exported project again.`);
  });
}

/** Log files of a synthesis, by the layouts of the releases. */
function hlsLogs(folder: string): string[] {
  return [
    `${folder}/component/logs/*.log`,
    `${folder}/component/hls/*.log`,
    `${folder}/component/*.log`,
    `${folder}/*.log`,
  ];
}

async function synthUnified(plan: Plan, kernel: KernelSpec): Promise<Step> {
  const { vitis, options } = plan;
  const folder = `build/u280/hls/${kernel.name}`;
  const config = moveHlsConfig(await readConfig(plan, kernel.config), folder, options.clock);
  const args = ['--config', 'hls_config.cfg', '--work_dir', 'component'];
  return {
    ...EMPTY_STEP,
    id: `synth-${kernel.name}`,
    title: `Synthesis of ${kernel.name}`,
    kind: 'synth',
    inputs: sourcesOf(kernel),
    settings: { release: vitis.release, clock: options.clock ?? null },
    outputs: [objectFile(kernel.name)],
    scratch: [folder],
    folders: [folder, 'build/u280/xo'],
    files: [{ path: `${folder}/hls_config.cfg`, text: config }],
    commands: [
      toolCommand(plan, vitis.vpp, ['-c', '--mode', 'hls', ...args], folder),
      toolCommand(plan, vitis.vitisRun ?? 'vitis-run', ['--mode', 'hls', '--package', ...args], folder),
    ],
    // Releases differ in where below the work folder, and under which name, the only .xo lies.
    collect: [{ from: folder, name: '*.xo', to: objectFile(kernel.name) }],
    logs: hlsLogs(folder),
  };
}

function synthClassic(plan: Plan, kernel: KernelSpec, script: string): Step {
  const { vitis, options } = plan;
  if (options.clock !== undefined)
    throw new InputError(
      '--clock needs vitis-run: scripts for vitis_hls hold the clock of the design; use a release with vitis-run, or export with another clock.',
    );
  const folder = `build/u280/hls/${kernel.name}`;
  return {
    ...EMPTY_STEP,
    id: `synth-${kernel.name}`,
    title: `Synthesis of ${kernel.name}`,
    kind: 'synth',
    inputs: [...sourcesOf(kernel), script],
    settings: { release: vitis.release, tool: 'vitis_hls' },
    outputs: [objectFile(kernel.name)],
    scratch: [folder],
    folders: ['build/u280/hls', 'build/u280/xo'],
    // The script is written for the root of the project.
    commands: [toolCommand(plan, vitis.vitisHls ?? 'vitis_hls', ['-f', script], '.')],
    logs: ['vitis_hls.log', `${folder}/solution1/*.log`],
  };
}

/** C synthesis of one kernel: with vitis-run where it is, else with the classic script. */
export function synthU280(plan: Plan, kernel: KernelSpec): Promise<Step> {
  const { vitisRun, vitisHls } = plan.vitis;
  if (vitisRun === undefined && vitisHls !== undefined && kernel.script !== null)
    return Promise.resolve(synthClassic(plan, kernel, kernel.script));
  return synthUnified(plan, kernel);
}

/** RTL co-simulation of one kernel after its synthesis. */
export async function cosimU280(plan: Plan, kernel: KernelSpec): Promise<Step> {
  const folder = `build/u280/hls/${kernel.name}`;
  const stamp = `build/u280/cosim/${kernel.name}.cfg`;
  const text = await readConfig(plan, kernel.config);
  requireTestbench(text, kernel);
  const config = moveHlsConfig(text, folder, plan.options.clock);
  return {
    ...EMPTY_STEP,
    id: `cosim-${kernel.name}`,
    title: `Co-simulation of ${kernel.name}`,
    kind: 'cosim',
    inputs: [...sourcesOf(kernel), 'tb', 'host', objectFile(kernel.name)],
    settings: { release: plan.vitis.release },
    outputs: [stamp],
    folders: ['build/u280/cosim'],
    files: [{ path: stamp, text: config }],
    commands: [
      toolCommand(
        plan,
        plan.vitis.vitisRun ?? 'vitis-run',
        ['--mode', 'hls', '--cosim', '--config', 'hls_config.cfg', '--work_dir', 'component'],
        folder,
      ),
    ],
    logs: [`${folder}/component/hls/sim/report/*.log`, `${folder}/component/logs/*cosim*.log`, ...hlsLogs(folder)],
  };
}

function link(plan: Plan, bitstream: BitstreamSpec): Step {
  const { hardware, options, vitis } = plan;
  const { target, jobs } = options;
  // The option takes whole MHz.
  const clock = Math.floor(options.clock ?? bitstream.clock);
  const folder = `build/u280/${target}/${bitstream.name}`;
  const linked = `${folder}/${bitstream.name}.link.xclbin`;
  const up = upFrom(folder);
  const objects = bitstream.kernels.map((kernel) => `${up}/${objectFile(kernel)}`);
  const parallel = jobs === undefined ? [] : ['--jobs', String(jobs)];
  const emulation = target === 'hw_emu' ? ['-g'] : [];
  const args = [
    '-l',
    '-t',
    target,
    '--platform',
    hardware.platform ?? '',
    '--config',
    `${up}/${bitstream.config}`,
    '--kernel_frequency',
    String(clock),
  ];
  args.push(
    ...emulation,
    '--save-temps',
    '--optimize',
    '3',
    '--report_level',
    '2',
    ...parallel,
    '--temp_dir',
    '_x',
    '-o',
    `${bitstream.name}.link.xclbin`,
    ...objects,
  );
  return {
    ...EMPTY_STEP,
    id: linkStepId('u280', bitstream.name, target),
    title: `Link of ${bitstream.name} (${target})`,
    kind: 'link',
    inputs: [bitstream.config, ...bitstream.kernels.map(objectFile)],
    // More jobs give the same bitstream; only what decides the result counts.
    settings: { release: vitis.release, platform: hardware.platform, clock, target },
    outputs: [linked],
    scratch: [folder],
    folders: [folder],
    commands: [toolCommand(plan, vitis.vpp, args, folder)],
    logs: [
      `${folder}/_x/logs/link/*.log`,
      `${folder}/v++.log`,
      `${folder}/v++_${bitstream.name}.link.log`,
      `${folder}/_x/link/vivado/vpl/runme.log`,
      `${folder}/_x/link/vivado/vpl/prj/prj.runs/impl_1/runme.log`,
    ],
  };
}

function packageStep(plan: Plan, bitstream: BitstreamSpec): Step {
  const { hardware, options, vitis } = plan;
  const { target } = options;
  const folder = `build/u280/${target}/${bitstream.name}`;
  const output = bitstreamFile('u280', target, bitstream);
  const platform = ['-t', target, '--platform', hardware.platform ?? ''];
  const commands = [
    toolCommand(
      plan,
      vitis.vpp,
      [
        '-p',
        `${bitstream.name}.link.xclbin`,
        ...platform,
        '--temp_dir',
        '_p',
        '--package.out_dir',
        'package',
        '-o',
        `../${bitstream.name}.xclbin`,
      ],
      folder,
    ),
  ];
  const file = `../${bitstream.name}.xclbin`;
  commands.push(
    toolCommand(plan, 'xclbinutil', ['--quiet', '--force', '--info', `${file}.info`, '--input', file], folder),
  );
  return {
    ...EMPTY_STEP,
    id: bitstreamStepId('u280', bitstream.name, target),
    title: `Package of ${bitstream.name} (${target})`,
    kind: 'package',
    inputs: [`${folder}/${bitstream.name}.link.xclbin`],
    settings: { release: vitis.release, platform: hardware.platform, target },
    outputs: [output, `${output}.info`],
    scratch: [`${folder}/_p`, `${folder}/package`],
    commands,
    logs: [`${folder}/_p/logs/package/*.log`, `${folder}/v++_package.log`],
  };
}

/** Where the hierarchical utilisation of a bitstream goes. */
function hierarchyReport(bitstream: string): string {
  return `build/u280/hw/${bitstream}/hierarchy/hierarchical_util_routed.rpt`;
}

/** v++ reports utilisation by kernel only: Vivado reports it by instance from the routed design that the link left. */
export function hierarchyU280(plan: Plan, bitstream: BitstreamSpec): Step {
  const folder = `build/u280/hw/${bitstream.name}/hierarchy`;
  const script = [
    'set runs ../_x/link/vivado/vpl/prj/prj.runs/impl_1',
    'set found [glob -nocomplain $runs/*postroute_physopt.dcp $runs/*routed.dcp]',
    'if {[llength $found] == 0} { puts "ERROR: no routed design in $runs"; exit 1 }',
    'open_checkpoint [lindex $found 0]',
    'report_utilization -hierarchical -file hierarchical_util_routed.rpt',
    'exit',
    '',
  ].join('\n');
  return {
    ...EMPTY_STEP,
    id: `hierarchy-${bitstream.name}`,
    title: `Utilisation by instance of ${bitstream.name}`,
    kind: 'link',
    inputs: [`build/u280/hw/${bitstream.name}/${bitstream.name}.link.xclbin`],
    settings: { release: plan.vitis.release },
    outputs: [hierarchyReport(bitstream.name)],
    scratch: [folder],
    folders: [folder],
    files: [{ path: `${folder}/report.tcl`, text: script }],
    commands: [
      toolCommand(
        plan,
        plan.vitis.vivado ?? 'vivado',
        ['-mode', 'batch', '-nojournal', '-log', 'vivado.log', '-source', 'report.tcl'],
        folder,
      ),
    ],
    logs: [`${folder}/vivado.log`],
  };
}

/** What the emulated card is: the host program reads it. */
function emulationStep(plan: Plan): Step {
  const platform = plan.hardware.platform ?? '';
  const folder = 'build/u280/hw_emu';
  return {
    ...EMPTY_STEP,
    id: 'emconfig',
    title: 'Description of the emulated card',
    kind: 'package',
    settings: { release: plan.vitis.release, platform },
    outputs: [`${folder}/emconfig.json`],
    folders: [folder],
    commands: [toolCommand(plan, 'emconfigutil', ['--platform', platform, '--od', '.'], folder)],
  };
}

/** Link and package of every bitstream. */
export function buildU280(plan: Plan): Step[] {
  const steps = plan.hardware.bitstreams.flatMap((bitstream) => [link(plan, bitstream), packageStep(plan, bitstream)]);
  return plan.options.target === 'hw_emu' ? [...steps, emulationStep(plan)] : steps;
}

/** The host program. */
export function hostU280(plan: Plan): Step {
  const { hardware } = plan;
  const xrt = plan.xrt ?? '/opt/xilinx/xrt';
  const output = 'build/u280/host/host';
  const includes = hardware.host.includes.map((path) => `-I${path}`);
  const args = [
    `-std=${hardware.host.standard}`,
    '-O2',
    '-Wall',
    '-Wextra',
    ...includes,
    `-I${xrt}/include`,
    ...hardware.host.sources,
  ];
  args.push(`-L${xrt}/lib`, '-lxrt_coreutil', '-luuid', '-pthread', '-o', output);
  return {
    ...EMPTY_STEP,
    id: 'host',
    title: 'Host program',
    kind: 'host',
    inputs: [...hardware.host.sources, ...hardware.host.includes],
    settings: { xrt },
    outputs: [output],
    folders: ['build/u280/host'],
    commands: [plainCommand(plan.cxx, args, '.', hostEnvironment(xrt), [])],
  };
}
