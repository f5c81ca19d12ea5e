/** Clean environments: the tools get what they need and nothing else. */
import { delimiter } from 'node:path';
import type { Environment } from '../process.ts';
import { RUN_VARIABLE } from '../steps/lock.ts';

/** Variables that every program may see. */
const GENERAL = ['HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'SHELL', 'TERM', RUN_VARIABLE];
/** Variables of the vendor's tools. */
const TOOLS = [
  'XILINXD_LICENSE_FILE',
  'LM_LICENSE_FILE',
  'PLATFORM_REPO_PATHS',
  'XILINX_VITIS',
  'XILINX_VIVADO',
  'XILINX_HLS',
  'XILINX_XRT',
  'LIBRARY_PATH',
  'CMAKE_PREFIX_PATH',
  'CC',
  'CXX',
];
/** Where hardware emulation's scripts look for the system's libraries. */
const LIBRARY_PATH = '/usr/lib/x86_64-linux-gnu';

function pick(from: NodeJS.ProcessEnv | Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined && value !== '') picked[name] = value;
  }
  return picked;
}

/** Folders of PATH that belong to no installation of Vitis or Vivado. */
function plainPath(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !/\/(?:Vitis|Vivado|Vitis_HLS|DocNav|Model_Composer)(?:\/|$)/.test(folder))
    .join(delimiter);
}

/**
 * Environment of a vendor's tool: what settings64.sh gave (`settings`, where the runner sourced it, else this
 * program's own), the licence, and the general variables.
 */
export function toolEnvironment(settings: Environment | undefined): Environment {
  const own = process.env;
  const base = { LANG: 'C.UTF-8', LIBRARY_PATH, ...pick(own, [...GENERAL, ...TOOLS]), PATH: own.PATH ?? '' };
  if (settings === undefined) return base;
  return { ...base, ...pick(settings, ['PATH', 'XILINX_VITIS', 'XILINX_VIVADO', 'XILINX_HLS', 'LD_LIBRARY_PATH']) };
}

/**
 * Environment of the host program: XRT and nothing of Vitis, whose libraries would hide those of the system.
 * @param xrt folder of XRT, or undefined (V80 needs none).
 */
export function hostEnvironment(xrt: string | undefined, extra: Environment = {}): Environment {
  const own = process.env;
  const path = plainPath(own.PATH ?? '');
  const base: Record<string, string> = {
    LANG: 'C.UTF-8',
    ...pick(own, GENERAL),
    PATH: xrt === undefined ? path : `${xrt}/bin${delimiter}${path}`,
  };
  if (xrt !== undefined) Object.assign(base, { XILINX_XRT: xrt, LD_LIBRARY_PATH: `${xrt}/lib` });
  return { ...base, ...extra };
}
