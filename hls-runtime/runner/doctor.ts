import { access, statfs } from 'node:fs/promises';
import { cpus, freemem, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { imageBytes } from '../../src/core/models/images.ts';
import { CXX_FLAGS, findCompiler } from './compile.ts';
import { messageOf } from './errors.ts';
import { checkConfig, hasWeights, openModel } from './model-files.ts';
import { readPackRecord } from './pack.ts';
import { runProcess } from './process.ts';
import type { Project } from './project.ts';
import { loadTokenizer } from './tokenizer.ts';

export type CheckStatus = 'ok' | 'missing' | 'wrong';

export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** What to type or do when it is not ok. */
  readonly fix?: string;
  /** Not needed for the C-simulation: does not count as a failure. */
  readonly optional?: true;
}

const INSTALL_CXX =
  platform() === 'darwin' ? 'xcode-select --install' : 'sudo apt-get install g++   (Fedora: sudo dnf install gcc-c++)';
const PROBE =
  '#include <array>\n#include <optional>\nint main() { if constexpr (sizeof(std::optional<int>) > 0) return 0; return 1; }\n';

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function nodeCheck(): Check {
  const version = process.versions.node;
  const good = Number(version.split('.')[0]) >= 20;
  return good
    ? { name: 'Node.js', status: 'ok', detail: version }
    : {
        name: 'Node.js',
        status: 'wrong',
        detail: `${version}, but 20 or newer is needed`,
        fix: 'install Node.js 20 or newer from https://nodejs.org',
      };
}

async function compilerChecks(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const program of ['g++', 'clang++']) {
    const compiler = await findCompiler(program);
    if (compiler === undefined) continue;
    const probe = await runProcess(program, [...CXX_FLAGS, '-x', 'c++', '-fsyntax-only', '-'], { input: PROBE });
    checks.push(
      probe.code === 0
        ? { name: `C++ compiler ${program}`, status: 'ok', detail: `${compiler.version}, compiles C++17` }
        : {
            name: `C++ compiler ${program}`,
            status: 'wrong',
            detail: `${compiler.version} does not compile C++17: ${probe.stderr.split('\n')[0]}`,
            fix: INSTALL_CXX,
          },
    );
  }
  if (checks.length === 0)
    return [{ name: 'C++ compiler', status: 'missing', detail: 'neither g++ nor clang++ was found', fix: INSTALL_CXX }];
  // One that works is enough.
  return checks.some((check) => check.status === 'ok')
    ? checks.map((check) => (check.status === 'ok' ? check : { ...check, optional: true as const }))
    : checks;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function fileCheck(project: Project): Promise<Check> {
  const { csim } = project.manifest;
  const missing: string[] = [];
  for (const path of [...csim.sources, ...csim.includes, ...csim.fallbackIncludes]) {
    if (!(await exists(join(project.root, path)))) missing.push(path);
  }
  return missing.length === 0
    ? {
        name: 'Project files',
        status: 'ok',
        detail: `${csim.sources.length} sources, design "${project.manifest.design}"`,
      }
    : {
        name: 'Project files',
        status: 'missing',
        detail: missing.slice(0, 5).join(', ') + (missing.length > 5 ? ` and ${missing.length - 5} more` : ''),
        fix: 'export the project again and unpack all of it',
      };
}

async function modelChecks(project: Project, dir: string): Promise<Check[]> {
  const { model } = project.manifest;
  const fix = `put config.json, tokenizer.json and the .safetensors of ${model.name} into ${join(project.root, 'model')}, or: node run.mjs pack --model DIR`;
  if (!(await hasWeights(dir))) return [{ name: 'Model', status: 'missing', detail: `no weights in ${dir}`, fix }];
  try {
    await checkConfig(dir, model);
    await loadTokenizer(dir, model.bos);
    const { notes, close } = await openModel(dir, model);
    await close();
    return [{ name: 'Model', status: 'ok', detail: [`${model.name} in ${dir}`, ...notes].join('; ') }];
  } catch (error) {
    return [{ name: 'Model', status: 'wrong', detail: messageOf(error), fix }];
  }
}

async function spaceChecks(project: Project): Promise<Check[]> {
  const images = project.manifest.images.reduce((sum, spec) => sum + imageBytes(spec), 0);
  const memory = images + project.manifest.buffers.reduce((sum, buffer) => sum + buffer.bytes, 0);
  const disk = await statfs(project.root);
  const free = disk.bavail * disk.bsize;
  // On Linux much of what is not "free" can be given back; process.availableMemory tells (Node 22).
  const available =
    'availableMemory' in process ? (process as unknown as { availableMemory(): number }).availableMemory() : freemem();
  const check = (name: string, have: number, need: number, fix: string): Check => {
    const detail = `${gigabytes(have)} free, ${gigabytes(need)} needed`;
    return have >= need ? { name, status: 'ok', detail } : { name, status: 'wrong', detail, fix };
  };
  return [
    check('Disk', free, images, `free at least ${gigabytes(images)} on the disk of ${project.root}`),
    check('Memory', available, memory * 1.1, 'close other programs, or use a machine with more memory'),
  ];
}

/** Everything that C-simulation depends on. */
export async function doctor(project: Project, model: string | undefined): Promise<Check[]> {
  const record = await readPackRecord(project.root);
  const dir = resolve(project.root, model === undefined ? (record?.modelDir ?? 'model') : resolve(model));
  return [
    nodeCheck(),
    ...(await compilerChecks()),
    await fileCheck(project),
    ...(await modelChecks(project, dir)),
    ...(await spaceChecks(project)),
    { name: 'Processors', status: 'ok', detail: `${cpus().length}` },
  ];
}

/** True when nothing that is needed is missing or wrong. */
export function healthy(checks: readonly Check[]): boolean {
  return checks.every((check) => check.status === 'ok' || check.optional === true);
}

export function formatChecks(checks: readonly Check[]): string {
  return checks
    .map(
      (check) =>
        `${check.status.padEnd(8)}${check.name}: ${check.detail}${check.fix === undefined ? '' : `\n        -> ${check.fix}`}\n`,
    )
    .join('');
}
