/** Exports, packs, compiles and runs designs for tests and benchmarks, straight from the sources. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, readSync, fstatSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateProject, type ProjectAssets } from '../src/core/generate/project.ts';
import type { Design } from '../src/core/design/types.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import type { Calibration } from '../src/core/models/calibrate.ts';
import { renderImage } from '../src/core/models/images.ts';
import type { Manifest } from '../src/core/models/manifest.ts';
import type { Recipe } from '../src/core/models/recipe.ts';
import { openSafetensors } from '../src/core/models/safetensors.ts';
import { quantizedTensors } from '../src/core/models/tensors.ts';
import { openWeights, type WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const MOBY = join(ROOT, 'public/models/moby-llama-1m');

const texts = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(ROOT, folder)).map((file) => [file, readFileSync(join(ROOT, folder, file), 'utf8')]),
  );

/** What the generator copies, without a model and with a runner only where one is built. */
export function assets(runner = ''): ProjectAssets {
  return {
    headers: texts('hls-runtime/include/flexllm'),
    csim: texts('hls-runtime/csim'),
    host: texts('hls-runtime/host'),
    license: readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    runner,
    model: [],
  };
}

/** Weights of a safetensors file on disk. */
export async function weightsOf(model: Architecture, file = join(MOBY, 'model.safetensors')): Promise<WeightSource> {
  const handle = openSync(file, 'r');
  const store = await openSafetensors({
    size: fstatSync(handle).size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      const got = readSync(handle, bytes, 0, length, offset);
      return bytes.subarray(0, got);
    },
  });
  return openWeights(model, store);
}

/** Writes the project of a legal design; throws with its problems otherwise. */
export function exportDesign(design: Design, folder: string): Manifest {
  const analysis = analyze(design);
  if (!analysis.legal) throw new Error(analysis.problems.map((problem) => problem.message).join('\n'));
  for (const file of generateProject(analysis, assets())) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content);
  }
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** Renders the memory images of a project. */
export async function packImages(
  folder: string,
  manifest: Manifest,
  weights: WeightSource,
  calibration: Calibration | null,
): Promise<void> {
  const tensors = quantizedTensors(weights, manifest.recipe, calibration);
  mkdirSync(join(folder, 'build/images'), { recursive: true });
  for (const image of manifest.images) {
    const chunks: Uint8Array[] = [];
    await renderImage(image, tensors, (chunk) => {
      chunks.push(chunk.slice());
    });
    writeFileSync(join(folder, `build/images/${image.name}.bin`), Buffer.concat(chunks));
  }
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What vitest sets for its workers would reach a vitest that a test starts. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));

/** Runs a program without a shell. */
export function command(program: string, args: readonly string[], cwd: string): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** The terminal program as users run it, in a folder. */
export const composerIn = (folder: string, ...args: string[]): Promise<CommandResult> =>
  command(process.execPath, [join(ROOT, 'build/cli/composer.mjs'), ...args], folder);

/** Arguments that make a design with one style in both stages. */
export const newArguments = (model: string, target: string, recipe: string, style: string, out: string): string[] => [
  'new',
  ...Object.entries({ model, target, recipe, prefill: style, decode: style, out }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]),
];

export const SOURCES = ['src/prefill.cpp', 'src/decode.cpp', 'tb/testbench.cpp'] as const;
/** Include folders of C-simulation as the manifest names them. */
const INCLUDES = ['-Iinclude', '-Isrc', '-Ihost'] as const;
export const WARNINGS = ['-Wall', '-Wextra', '-Werror', '-Wno-unknown-pragmas'] as const;
/** For short simulations, where making code takes longer than running it: half the time of -O1, and -O1's warnings. */
export const QUICK = ['-Og'] as const;

/**
 * Both compilers on a project whose simulation is short: g++ checks it, and clang++, which is the faster one without
 * optimization, makes the test bench. @param widths defines for both
 */
export async function compileByBoth(folder: string, widths: readonly string[] = []): Promise<string> {
  await checkSyntax(folder, 'g++', widths);
  return compile(folder, 'clang++', ['-O0', ...widths]);
}

/** Lets a compiler check all sources with warnings as errors, templates instantiated, without making code. */
export async function checkSyntax(folder: string, compiler: string, widths: readonly string[] = []): Promise<void> {
  for (const source of SOURCES) {
    const result = await command(
      compiler,
      ['-std=c++17', ...WARNINGS, ...widths, '-fsyntax-only', ...INCLUDES, '-idirafter', 'csim', source],
      folder,
    );
    if (result.code !== 0) throw new Error(`${compiler} ${source} in ${folder}:\n${result.stderr.slice(0, 3000)}`);
  }
}

/** Compiles a project as its manifest says, by default with the runner's optimization; throws with the compiler's words. */
export async function compile(
  folder: string,
  compiler = 'g++',
  flags: readonly string[] = ['-O2', '-march=native'],
): Promise<string> {
  const binary = `build/testbench-${compiler}`;
  mkdirSync(join(folder, 'build'), { recursive: true });
  const { csim } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const common = [
    '-std=c++17',
    '-pthread',
    '-ffp-contract=off',
    ...WARNINGS,
    ...flags,
    ...csim.includes.map((path) => `-I${path}`),
    ...csim.fallbackIncludes.flatMap((path) => ['-idirafter', path]),
  ];
  const objects = await Promise.all(
    csim.sources.map(async (source, index) => {
      const object = `build/${compiler}-${index}.o`;
      const result = await command(compiler, [...common, '-c', source, '-o', object], folder);
      if (result.code !== 0) throw new Error(`${compiler} ${source} in ${folder}:\n${result.stderr.slice(0, 3000)}`);
      return object;
    }),
  );
  const linked = await command(
    compiler,
    ['-pthread', ...flags.filter((flag) => flag.startsWith('-fsanitize')), ...objects, '-o', binary],
    folder,
  );
  if (linked.code !== 0) throw new Error(linked.stderr);
  return binary;
}

export interface CsimResult {
  /** Generated ids per sequence. */
  readonly ids: readonly (readonly number[])[];
  readonly nll: readonly (readonly number[])[];
  readonly counts: readonly {
    readonly stage: string;
    readonly process: string;
    readonly pass: number;
    readonly cycles: number;
  }[];
  /** Logits of every decode step, when dumped. */
  readonly logits: Float32Array;
}

/** Runs the test bench on sequences of ids. */
export async function simulate(
  folder: string,
  binary: string,
  sequences: readonly (readonly number[])[],
  options: {
    tokens?: number;
    score?: boolean;
    promptLength?: number;
    logits?: boolean;
    extra?: readonly string[];
  } = {},
): Promise<CsimResult> {
  writeFileSync(join(folder, 'build/sequences.txt'), `${sequences.map((ids) => ids.join(' ')).join('\n')}\n`);
  const args = [
    '--images',
    'build/images',
    '--sequences',
    'build/sequences.txt',
    '--tokens',
    String(options.tokens ?? 16),
    ...(options.extra ?? []),
  ];
  if (options.score) args.push('--score', '--prompt-length', String(options.promptLength ?? 1));
  if (options.logits) args.push('--dump-logits', 'build/logits.bin');
  const result = await command(`./${binary}`, args, folder);
  if (result.code !== 0) throw new Error(`testbench in ${folder}: ${result.stderr}`);
  const ids: number[][] = [];
  const nll: number[][] = [];
  const counts: CsimResult['counts'][number][] = [];
  for (const line of result.stdout.split('\n')) {
    const [kind, a, b, c, d] = line.split(' ');
    if (kind === 'sequence') {
      ids.push([]);
      nll.push([]);
    } else if (kind === 'token') ids.at(-1)?.push(Number(a));
    else if (kind === 'nll') nll.at(-1)?.push(Number(a));
    else if (kind === 'count') counts.push({ stage: a ?? '', process: b ?? '', pass: Number(c), cycles: Number(d) });
  }
  if (!result.stdout.endsWith('done\n')) throw new Error('the test bench did not finish');
  const bytes = options.logits ? readFileSync(join(folder, 'build/logits.bin')) : Buffer.alloc(0);
  return {
    ids,
    nll,
    counts,
    logits: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  };
}

/** A recipe with another name and some classes changed. */
export function vary(recipe: Recipe, changes: Partial<Recipe>): Recipe {
  return { ...recipe, ...changes };
}
