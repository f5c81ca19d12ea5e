/** The steps from kernels to bitstreams and host program, for either board. */
import type { HardwareSpec } from '../../../src/core/models/manifest.ts';
import { findCompiler } from '../compile.ts';
import { InputError, StepError } from '../errors.ts';
import { TARGETS, type Target } from '../hardware.ts';
import type { Project } from '../project.ts';
import type { Step } from '../steps/step.ts';
import { boardTitle, releaseProblem, releasesFor } from '../tools/releases.ts';
import { assumedVitis, findVitis } from '../tools/vitis.ts';
import { findXrt } from '../tools/xrt.ts';
import type { BuildOptions, Plan } from './context.ts';
import { buildU280, cosimU280, hierarchyU280, hostU280, synthU280 } from './u280.ts';
import { buildV80, configureV80, hostV80, synthV80 } from './v80.ts';

/** @throws InputError when the board has no such target. */
export function checkTarget(hardware: HardwareSpec, value: string | undefined): Target {
  const targets = TARGETS[hardware.board];
  const target = targets.find((name) => name === (value ?? 'hw'));
  if (target !== undefined) return target;
  throw new InputError(`--target is "${value}", but the ${boardTitle(hardware.board)} has ${targets.join(', ')}.`);
}

/**
 * Finds the tools and plans with them.
 * @param dryRun plans with what would be there, when it is not.
 * @returns the plan, and a remark when tools were assumed.
 * @throws StepError when they are missing or cannot build for the board.
 */
export async function makePlan(
  project: Project,
  hardware: HardwareSpec,
  options: BuildOptions,
  dryRun: boolean,
): Promise<{ readonly plan: Plan; readonly remark: string | undefined }> {
  const { board } = hardware;
  const found = await findVitis(board);
  const problem =
    found === undefined
      ? `Vitis was not found; the ${boardTitle(board)} needs release ${releasesFor(board)}`
      : releaseProblem(board, found.release);
  if (problem !== undefined && !dryRun) {
    throw new StepError(
      `${problem.replace(/\.$/, '')}. Install it and source its settings64.sh; "node run.mjs doctor --platform ${board}" shows what is found.`,
    );
  }
  const usable = problem === undefined ? found : undefined;
  const vitis = usable ?? assumedVitis();
  const xrt = board === 'u280' ? (await findXrt())?.root : undefined;
  const cxx = (await findCompiler())?.program ?? 'g++';
  const remark =
    usable === undefined
      ? `${(problem ?? '').replace(/\.$/, '')}. Shown is what release ${vitis.release} would run.`
      : undefined;
  return { plan: { project, hardware, options, vitis, xrt, cxx }, remark };
}

/** C synthesis of every kernel. */
export async function synthSteps(plan: Plan): Promise<Step[]> {
  const { kernels, board } = plan.hardware;
  if (board === 'u280') return Promise.all(kernels.map((kernel) => synthU280(plan, kernel)));
  return [configureV80(plan), ...kernels.map((kernel) => synthV80(plan, kernel))];
}

/** RTL co-simulation of every kernel, or of one. */
export async function cosimSteps(plan: Plan, only: string | undefined): Promise<Step[]> {
  const { kernels, board } = plan.hardware;
  if (board === 'v80')
    throw new InputError(
      'Co-simulation is for the U280: the kernels of the V80 carry no test bench. Use "node run.mjs csim" and "build --target sim", which simulates the whole design.',
    );
  const chosen = kernels.filter((kernel) => only === undefined || kernel.name === only);
  if (chosen.length === 0)
    throw new InputError(
      `--kernel is "${only}", but the kernels are ${kernels.map((kernel) => kernel.name).join(', ')}.`,
    );
  return Promise.all(chosen.map((kernel) => cosimU280(plan, kernel)));
}

/** Bitstreams. */
export async function buildSteps(plan: Plan): Promise<Step[]> {
  return plan.hardware.board === 'u280' ? buildU280(plan) : buildV80(plan);
}

/** Utilisation by instance, where the linker does not report it. */
export function hierarchySteps(plan: Plan): Step[] {
  const { hardware, options } = plan;
  return hardware.board === 'u280' && options.target === 'hw'
    ? hardware.bitstreams.map((bitstream) => hierarchyU280(plan, bitstream))
    : [];
}

/** The host program. */
export function hostStep(plan: Plan): Step {
  return plan.hardware.board === 'u280' ? hostU280(plan) : hostV80(plan);
}
