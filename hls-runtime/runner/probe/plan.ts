/** The steps of a micro-kernel: C-simulation and synthesis, then co-simulation. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Assumption } from '../../../src/core/targets/assumptions.ts';
import { type Plan, toolCommand } from '../flow/context.ts';
import { EMPTY_STEP, type Step, type StepCommand } from '../steps/step.ts';
import { PROBE_FOLDER, topOf } from './sources.ts';

/** Clock of the probe in MHz: the one asked for, else the fastest of the design. */
export const clockOf = ({ options, hardware }: Plan): number =>
  options.clock ?? Math.max(...hardware.bitstreams.map(({ clock }) => clock));

/** Reports that the steps leave, relative to the project. */
export interface ProbeReports {
  readonly synthesis: string;
  readonly summary: string;
  readonly cosim: string;
}

export function reportsOf({ id }: Assumption): ProbeReports {
  const folder = `${PROBE_FOLDER}/reports/${id}`;
  return { synthesis: `${folder}/csynth.xml`, summary: `${folder}/csynth.rpt`, cosim: `${folder}/cosim.rpt` };
}

/** How the design binds operators: a line for each, from the configuration of its first kernel. */
async function operatorLines(plan: Plan): Promise<string[]> {
  const config = plan.hardware.kernels[0]?.config ?? '';
  const text = await readFile(join(plan.project.root, config), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => /^\s*syn\.op\s*=/.test(line));
}

const period = (plan: Plan): string => (1000 / clockOf(plan)).toFixed(3);

async function configText(plan: Plan, id: Assumption['id']): Promise<string> {
  const v80 = plan.hardware.board === 'v80';
  return [
    `part=${plan.hardware.part}`,
    '',
    '[hls]',
    `flow_target=${v80 ? 'vivado' : 'vitis'}`,
    `clock=${period(plan)}ns`,
    `syn.top=${topOf(id)}`,
    `syn.file=../src/${id}.cpp`,
    'syn.cflags=-I../include -std=c++17',
    ...(await operatorLines(plan)),
    `tb.file=../src/${id}_tb.cpp`,
    'tb.cflags=-I../include -I../src -std=c++17',
    'csim.code_analyzer=0',
    `package.output.format=${v80 ? 'ip_catalog' : 'xo'}`,
    'package.output.syn=false',
    '',
  ].join('\n');
}

function scriptText(plan: Plan, id: Assumption['id']): string {
  return [
    'open_project -reset project',
    `set_top ${topOf(id)}`,
    `add_files ../src/${id}.cpp -cflags "-I../include -std=c++17"`,
    `add_files -tb ../src/${id}_tb.cpp -cflags "-I../include -I../src -std=c++17"`,
    'open_solution -reset solution1 -flow_target vitis',
    `set_part ${plan.hardware.part}`,
    `create_clock -period ${period(plan)} -name default`,
    'csim_design',
    'csynth_design',
    'cosim_design',
    'exit',
    '',
  ].join('\n');
}

/**
 * The steps that ask one assumption.
 * @param limit seconds that each command may take.
 */
export async function probeSteps(plan: Plan, assumption: Assumption, limit: number): Promise<Step[]> {
  const { vitis } = plan;
  const { id } = assumption;
  const folder = `${PROBE_FOLDER}/${id}`;
  const reports = reportsOf(assumption);
  const sources = [`${id}.cpp`, `${id}_tb.cpp`, 'expect.hpp'].map((name) => `${PROBE_FOLDER}/src/${name}`);
  const inputs = [...sources, `${PROBE_FOLDER}/include`];
  const run = (program: string, args: readonly string[]): StepCommand => ({
    ...toolCommand(plan, program, args, folder),
    seconds: limit,
  });
  const synthesised = [
    { from: folder, name: 'csynth.xml', to: reports.synthesis },
    { from: folder, name: 'csynth.rpt', to: reports.summary },
  ];
  const simulated = [{ from: folder, name: `${topOf(id)}_cosim.rpt`, to: reports.cosim }];
  const logs = [
    `${folder}/component/logs/*.log`,
    `${folder}/component/hls/*.log`,
    `${folder}/component/*.log`,
    `${folder}/*.log`,
  ];
  const common = { ...EMPTY_STEP, inputs, settings: { release: vitis.release, part: plan.hardware.part } };
  if (vitis.vitisRun === undefined && vitis.vitisHls !== undefined) {
    const collect = [...synthesised, ...simulated];
    return [
      {
        ...common,
        id: `probe-${id}`,
        title: `Probe of ${id}`,
        kind: 'synth',
        settings: { ...common.settings, clock: clockOf(plan), tool: 'vitis_hls' },
        outputs: collect.map(({ to }) => to),
        scratch: [folder],
        folders: [folder, dirname(reports.synthesis)],
        files: [{ path: `${folder}/probe.tcl`, text: scriptText(plan, id) }],
        commands: [run(vitis.vitisHls, ['-f', 'probe.tcl'])],
        collect,
        logs: [`${folder}/project/solution1/*.log`, ...logs],
      },
    ];
  }
  const where = ['--config', 'hls_config.cfg', '--work_dir', 'component'];
  const vitisRun = vitis.vitisRun ?? 'vitis-run';
  const config = await configText(plan, id);
  return [
    {
      ...common,
      id: `probe-${id}`,
      title: `Probe of ${id}: C-simulation and synthesis`,
      kind: 'synth',
      settings: { ...common.settings, config },
      outputs: synthesised.map(({ to }) => to),
      scratch: [folder],
      folders: [folder, dirname(reports.synthesis)],
      files: [{ path: `${folder}/hls_config.cfg`, text: config }],
      commands: [
        run(vitisRun, ['--mode', 'hls', '--csim', ...where]),
        run(vitis.vpp, ['-c', '--mode', 'hls', ...where]),
      ],
      collect: synthesised,
      logs,
    },
    {
      ...common,
      id: `probe-${id}-cosim`,
      title: `Probe of ${id}: co-simulation`,
      kind: 'cosim',
      settings: { ...common.settings, config },
      inputs: [...inputs, reports.synthesis],
      outputs: simulated.map(({ to }) => to),
      commands: [run(vitisRun, ['--mode', 'hls', '--cosim', ...where])],
      collect: simulated,
      logs: [`${folder}/component/hls/sim/report/*.log`, ...logs],
    },
  ];
}
