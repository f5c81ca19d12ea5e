import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { temporaryName, trackFile, writeTextAtomically } from './cleanup.ts';
import { InputError, StepError } from './errors.ts';
import { ProgramMissing, runProcess } from './process.ts';
import { createProgress } from './progress.ts';
import type { Project } from './project.ts';
import { FileHashes } from './steps/hashes.ts';

export const CXX_FLAGS = [
  '-std=c++17',
  '-O2',
  '-march=native',
  '-ffp-contract=off',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wno-unknown-pragmas',
] as const;
const SANITIZE_FLAGS = [
  '-g',
  '-fno-omit-frame-pointer',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
] as const;

export interface Compiler {
  readonly program: string;
  /** First line of its --version. */
  readonly version: string;
}

export interface CompileResult {
  readonly testbench: string;
  readonly compiler: Compiler;
  readonly compiled: number;
  readonly seconds: number;
}

/** The asked-for compiler, or the first of g++ and clang++ that answers. */
export async function findCompiler(wanted?: string): Promise<Compiler | undefined> {
  for (const program of wanted === undefined ? ['g++', 'clang++'] : [wanted]) {
    try {
      const result = await runProcess(program, ['--version']);
      if (result.code === 0) return { program, version: result.stdout.split('\n')[0] ?? '' };
    } catch (error) {
      if (!(error instanceof ProgramMissing)) throw error;
    }
  }
  return undefined;
}

/** What an object file was made from. */
interface ObjectRecord {
  readonly flags: string;
  /** Files of the project and the hashes of their contents. */
  readonly inputs: readonly (readonly [string, string])[];
}

/** Paths of the project in a make rule as written by -MD: absolute paths (the system's headers) are left out. */
export function dependencies(rule: string): string[] {
  const list = rule.slice(rule.indexOf(': ') + 2).replace(/\\\r?\n/g, ' ');
  const paths = (list.match(/(?:\\.|[^\s\\])+/g) ?? []).map((path) => path.replace(/\\(.)/g, '$1'));
  return [...new Set(paths.filter((path) => !isAbsolute(path)))];
}

async function hashOf(hashes: FileHashes, path: string): Promise<string> {
  return (await hashes.of(path))?.sha256 ?? 'missing';
}

async function isCurrent(recordPath: string, object: string, flags: string, hashes: FileHashes): Promise<boolean> {
  try {
    const record = JSON.parse(await readFile(recordPath, 'utf8')) as ObjectRecord;
    if (record.flags !== flags || record.inputs.length === 0) return false;
    await readFile(object);
    for (const [path, hash] of record.inputs) if ((await hashOf(hashes, path)) !== hash) return false;
    return true;
  } catch {
    return false;
  }
}

/** Runs the compiler to a temporary file that takes the name `output` only on success. */
async function produce(
  project: Project,
  program: string,
  args: readonly string[],
  output: string,
  what: string,
): Promise<void> {
  const temporary = temporaryName(output);
  const release = trackFile(temporary);
  try {
    const result = await runProcess(program, [...args, '-o', temporary], { cwd: project.root });
    if (result.code !== 0) {
      throw new StepError(
        `${program} could not ${what}; the project's sources or the compiler's version are at fault, see its output below.`,
        result.stderr,
      );
    }
    await rename(temporary, output);
  } finally {
    await rm(temporary, { force: true });
    release();
  }
}

async function compileSource(
  project: Project,
  compiler: Compiler,
  flags: readonly string[],
  dir: string,
  source: string,
  hashes: FileHashes,
): Promise<boolean> {
  const base = join(dir, source.replaceAll('/', '__'));
  const identity = JSON.stringify([compiler, flags]);
  if (await isCurrent(`${base}.json`, `${base}.o`, identity, hashes)) return false;
  const depFile = `${base}.d`;
  await produce(
    project,
    compiler.program,
    [...flags, '-MD', '-MF', depFile, '-MT', 'object', '-c', source],
    `${base}.o`,
    `compile ${source}`,
  );
  const inputs: (readonly [string, string])[] = [];
  for (const path of dependencies(await readFile(depFile, 'utf8'))) inputs.push([path, await hashOf(hashes, path)]);
  await writeTextAtomically(`${base}.json`, JSON.stringify({ flags: identity, inputs } satisfies ObjectRecord));
  return true;
}

/** Links the test bench unless the one that is there was made from these very objects. */
async function link(project: Project, compiler: Compiler, flags: readonly string[], dir: string): Promise<string> {
  const bases = project.manifest.csim.sources.map((source) => join(dir, source.replaceAll('/', '__')));
  const testbench = join(dir, 'testbench');
  const recordPath = `${testbench}.json`;
  const records = await Promise.all(bases.map((base) => readFile(`${base}.json`, 'utf8')));
  const identity = createHash('sha256')
    .update(JSON.stringify([compiler, flags, bases, records]))
    .digest('hex');
  const before = await readFile(recordPath, 'utf8').catch(() => '');
  const present = await access(testbench).then(
    () => true,
    () => false,
  );
  if (before === identity && present) return testbench;
  await rm(recordPath, { force: true });
  await produce(
    project,
    compiler.program,
    [...flags, ...bases.map((base) => `${base}.o`)],
    testbench,
    'link the test bench',
  );
  await writeTextAtomically(recordPath, identity);
  return testbench;
}

/**
 * Compiles the C-simulation and links build/csim/testbench. Objects are compiled in parallel, and only those whose
 * sources, headers, flags or compiler changed.
 */
export async function compile(
  project: Project,
  options: { readonly cxx?: string | undefined; readonly sanitize?: boolean | undefined },
): Promise<CompileResult> {
  const started = Date.now();
  const compiler = await findCompiler(options.cxx);
  if (compiler === undefined) {
    if (options.cxx !== undefined)
      throw new InputError(`The compiler "${options.cxx}" was not found; name another one with --cxx or install it.`);
    throw new StepError(
      'Neither g++ nor clang++ was found; install one of them, for example with "apt-get install g++".',
    );
  }
  const { csim } = project.manifest;
  const dir = join(project.root, 'build', options.sanitize === true ? 'csim-sanitize' : 'csim');
  await mkdir(dir, { recursive: true });
  const flags = [
    ...CXX_FLAGS,
    ...(options.sanitize === true ? SANITIZE_FLAGS : []),
    ...csim.includes.map((path) => `-I${path}`),
    ...csim.fallbackIncludes.flatMap((path) => ['-idirafter', path]),
  ];
  const hashes = new FileHashes(project.root);
  const progress = createProgress('Compiling');
  const waiting = [...csim.sources];
  let finished = 0;
  let compiled = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined && !failed; source = waiting.shift()) {
      try {
        if (await compileSource(project, compiler, flags, dir, source, hashes)) compiled++;
      } catch (error) {
        failed = true;
        throw error;
      }
      progress.update(++finished, csim.sources.length, source);
    }
  };
  const ticker = setInterval(() => progress.update(finished, csim.sources.length), 500);
  try {
    const workers = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
    for (const result of workers) if (result.status === 'rejected') throw result.reason;
    const testbench = await link(project, compiler, options.sanitize === true ? SANITIZE_FLAGS : [], dir);
    await hashes.save();
    return { testbench, compiler, compiled, seconds: (Date.now() - started) / 1000 };
  } finally {
    clearInterval(ticker);
    progress.end();
  }
}
