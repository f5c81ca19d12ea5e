/** What the plans of both boards are made from. */
import type { HardwareSpec } from '../../../src/core/models/manifest.ts';
import type { Target } from '../hardware.ts';
import type { Project } from '../project.ts';
import type { Environment } from '../process.ts';
import type { StepCommand } from '../steps/step.ts';
import { programName, type Vitis } from '../tools/vitis.ts';

export interface BuildOptions {
  readonly target: Target;
  /** Parallel jobs of the tools; default: the tools' own. */
  readonly jobs: number | undefined;
  /** Kernel clock in MHz instead of the one of the design. */
  readonly clock: number | undefined;
}

export interface Plan {
  readonly project: Project;
  readonly hardware: HardwareSpec;
  readonly options: BuildOptions;
  readonly vitis: Vitis;
  /** Folder of XRT (U280). */
  readonly xrt: string | undefined;
  readonly cxx: string;
}

/** Variables whose values are shown in front of a tool's command line. */
const SHOWN = ['XILINXD_LICENSE_FILE', 'PLATFORM_REPO_PATHS'];

/** A command of the vendor's tools. */
export function toolCommand(plan: Plan, path: string, args: readonly string[], cwd: string): StepCommand {
  const { env } = plan.vitis;
  return { program: programName(path, env), args, cwd, env, shown: [] };
}

/** A command that needs nothing of Vitis. */
export function plainCommand(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Environment,
  shown: readonly string[] = SHOWN,
): StepCommand {
  return { program, args, cwd, env, shown: shown.filter((name) => env[name] !== undefined) };
}

/** "../../.." from a folder of the project back to its root. */
export function upFrom(folder: string): string {
  return folder
    .split('/')
    .map(() => '..')
    .join('/');
}
