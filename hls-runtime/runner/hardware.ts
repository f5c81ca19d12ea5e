/** The hardware section of manifest.json, checked before anything of it reaches a path or a command. */
import type { BitstreamSpec, HardwareSpec, KernelSpec } from '../../src/core/models/manifest.ts';
import { InputError } from './errors.ts';
import type { Project } from './project.ts';
import { isInnerPath, isName, isObject } from './shapes.ts';
import { type Board, boardTitle } from './tools/releases.ts';

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function kernelProblem(kernel: unknown): string | undefined {
  if (!isObject(kernel) || !isName(kernel['name'])) return 'a kernel has no valid name';
  const where = `kernel "${kernel['name']}"`;
  if (kernel['stage'] !== 'prefill' && kernel['stage'] !== 'decode') return `${where} has no stage`;
  if (!isInnerPath(kernel['source']) || !isInnerPath(kernel['config']))
    return `${where} has no source or configuration inside the project`;
  if (kernel['script'] !== null && !isInnerPath(kernel['script']))
    return `the script of ${where} is not inside the project`;
  if (!Array.isArray(kernel['arguments'])) return `${where} has no list of arguments`;
  return undefined;
}

function bitstreamProblem(bitstream: unknown, kernels: ReadonlySet<unknown>): string | undefined {
  if (!isObject(bitstream) || !isName(bitstream['name'])) return 'a bitstream has no valid name';
  const where = `bitstream "${bitstream['name']}"`;
  const names = bitstream['kernels'];
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => kernels.has(name)))
    return `${where} lists a kernel that does not exist`;
  if (!isInnerPath(bitstream['config'])) return `${where} has no configuration inside the project`;
  if (!isCount(bitstream['clock']) || bitstream['clock'] < 1 || bitstream['clock'] > 2000)
    return `${where} has no clock in MHz`;
  return undefined;
}

function estimateProblem(estimate: unknown): string | undefined {
  if (!isObject(estimate) || !Array.isArray(estimate['instances'])) return '"estimate" is missing';
  for (const instance of estimate['instances']) {
    if (!isObject(instance) || typeof instance['instance'] !== 'string' || !Array.isArray(instance['processes']))
      return 'an estimate has no instance or processes';
    for (const key of ['lut', 'ff', 'dsp', 'bram18', 'uram', 'cycles'])
      if (!isCount(instance[key])) return `the estimate of "${instance['instance']}" has no ${key}`;
  }
  return undefined;
}

/** The first thing wrong with a hardware section, or undefined. */
export function hardwareProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is missing';
  if (value['board'] !== 'u280' && value['board'] !== 'v80') return `its board is "${String(value['board'])}"`;
  if (typeof value['part'] !== 'string' || !/^xc[a-z0-9-]{4,60}$/i.test(value['part'])) return '"part" is no part';
  if (
    value['platform'] !== null &&
    (typeof value['platform'] !== 'string' || !/^[A-Za-z0-9_.]{1,100}$/.test(value['platform']))
  )
    return '"platform" is no platform';
  if (value['board'] === 'u280' && value['platform'] === null) return 'the U280 needs a platform';
  if (typeof value['shell'] !== 'string') return '"shell" is missing';
  const { kernels, bitstreams, host } = value;
  if (!Array.isArray(kernels) || kernels.length === 0) return 'it lists no kernels';
  for (const kernel of kernels) {
    const problem = kernelProblem(kernel);
    if (problem !== undefined) return problem;
  }
  if (!Array.isArray(bitstreams) || bitstreams.length === 0) return 'it lists no bitstreams';
  const names = new Set(kernels.map((kernel) => (kernel as KernelSpec).name));
  for (const bitstream of bitstreams) {
    const problem = bitstreamProblem(bitstream, names);
    if (problem !== undefined) return problem;
  }
  if (!isObject(host) || (host['standard'] !== 'c++17' && host['standard'] !== 'c++20')) return '"host" is incomplete';
  for (const key of ['sources', 'includes'])
    if (!Array.isArray(host[key]) || !host[key].every(isInnerPath))
      return `"host.${key}" is no list of paths inside the project`;
  return estimateProblem(value['estimate']);
}

/**
 * The hardware section of the project.
 * @param platform what --platform says; must be the board that the project was exported for.
 * @throws InputError when the section is missing or damaged, or is for another board.
 */
export function boardHardware(project: Project, platform: string | undefined): HardwareSpec {
  if (platform !== undefined && platform !== 'u280' && platform !== 'v80')
    throw new InputError(`--platform is "${platform}", but must be u280 or v80.`);
  const value: unknown = (project.manifest as { readonly hardware?: unknown }).hardware;
  const problem = hardwareProblem(value);
  if (problem !== undefined)
    throw new InputError(
      `The hardware section of ${project.root}/manifest.json cannot be used: ${problem}; export the project again.`,
    );
  const hardware = value as HardwareSpec;
  if (platform !== undefined && platform !== hardware.board) {
    throw new InputError(
      `This project was exported for the ${boardTitle(hardware.board)}, but --platform says ${platform}; leave the option out, or choose ${boardTitle(platform)} in the composer and export again.`,
    );
  }
  return hardware;
}

/** Instance of a kernel in a bitstream. */
export function instanceName(board: Board, kernel: string): string {
  return board === 'u280' ? `${kernel}_1` : `${kernel}_0`;
}

/** What a bitstream is built for. */
export type Target = 'hw' | 'hw_emu' | 'sim' | 'emu';

export const TARGETS: Readonly<Record<Board, readonly Target[]>> = {
  u280: ['hw', 'hw_emu'],
  v80: ['hw', 'sim', 'emu'],
};

/** File of a built bitstream, relative to the project. */
export function bitstreamFile(board: Board, target: Target, bitstream: Pick<BitstreamSpec, 'name'>): string {
  return board === 'u280'
    ? `build/u280/${target}/${bitstream.name}.xclbin`
    : `build/v80/${bitstream.name}_${target}.vbin`;
}

/** Name of the step that leaves a finished bitstream. */
export function bitstreamStepId(board: Board, bitstream: string, target: Target): string {
  return board === 'u280' ? `package-${bitstream}-${target}` : linkStepId(board, bitstream, target);
}

/** Name of the step that links a bitstream. */
export function linkStepId(board: Board, bitstream: string, target: Target): string {
  return board === 'u280' ? `link-${bitstream}-${target}` : `link-${bitstream}_${target}`;
}
