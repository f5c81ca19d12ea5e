/**
 * The runner on real exports, with stand-ins for the vendor's tools: everything is printed, everything is built, and where the
 * model is small enough the text comes from the kernels themselves, through the real host program.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, FakeMachine, type Run, runProgram } from '../hls-runtime/runner/fake-world.ts';
import type { PackRecord } from '../hls-runtime/runner/pack.ts';
import type { Design } from '../src/core/design/types.ts';
import { kernelsOf } from '../src/core/generate/kernels.ts';
import { generate } from '../src/core/models/generation.ts';
import { parseHardwareReport } from '../src/core/models/hardware-report.ts';
import type { Manifest } from '../src/core/models/manifest.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { glue } from './card-glue.ts';
import { command, exportDesign, MOBY, ROOT, weightsOf } from './harness.ts';

const STANDINS = join(ROOT, 'hls-runtime/tests/standins');
const LIMIT = 300_000;
let base = '';
let machine: FakeMachine;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'composer-runner-'));
  mkdirSync(join(base, 'home'));
  await bundle('hls-runtime/runner/cli.ts', join(base, 'bundle'), 'run.mjs');
  machine = await FakeMachine.create(base);
  // The host programs compile against the stand-ins of XRT and VRT.
  for (const include of [join(base, 'xrt/include'), join(machine.tools, 'vrt/include/vrt')]) {
    mkdirSync(include, { recursive: true });
  }
  cpSync(join(STANDINS, 'xrt'), join(base, 'xrt/include/xrt'), { recursive: true });
  cpSync(join(STANDINS, 'vrt'), join(machine.tools, 'vrt/include/vrt'), { recursive: true });
  for (const include of [join(base, 'xrt/include'), join(machine.tools, 'vrt/include')]) {
    cpSync(join(STANDINS, 'card.hpp'), join(include, 'card.hpp'));
    cpSync(join(ROOT, 'hls-runtime/csim'), include, { recursive: true });
  }
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function designOf(sample: string): Design {
  const design = sampleById(sample)?.design();
  if (!design) throw new Error(`no sample ${sample}`);
  return design;
}

function exported(name: string, design: Design): { root: string; manifest: Manifest; run: (args: readonly string[]) => Promise<Run> } {
  const root = join(base, name);
  const manifest = exportDesign(design, root);
  cpSync(join(base, 'bundle/run.mjs'), join(root, 'run.mjs'));
  return { root, manifest, run: (args) => runProgram(process.execPath, [join(root, 'run.mjs'), ...args], base, machine.env()) };
}

/** Kernels and glue as the library that the host program links. */
async function library(root: string, design: Design, folder: string, name: string): Promise<void> {
  const kernels = kernelsOf(analyze(design));
  writeFileSync(join(root, 'glue.cpp'), glue(kernels));
  const sources = [...kernels.kernels.map((kernel) => `src/${kernel.name}.cpp`), 'glue.cpp'];
  mkdirSync(folder, { recursive: true });
  const objects = await Promise.all(
    sources.map(async (source, index) => {
      const object = join(folder, `${name}-${index}.o`);
      const result = await command('g++', ['-std=c++17', '-O1', '-pthread', '-ffp-contract=off', '-Wno-unknown-pragmas', '-Iinclude', '-Isrc', '-Icsim', `-I${STANDINS}`, '-c', source, '-o', object], root);
      if (result.code !== 0) throw new Error(result.stderr.slice(0, 2000));
      return object;
    }),
  );
  // As a list of objects, so that the registration of the kernels is linked although nothing calls it.
  rmSync(join(folder, `lib${name}.a`), { force: true });
  writeFileSync(join(folder, `lib${name}.so`), `INPUT(${objects.join(' ')})\n`);
}

const DRY = ['moby-u280', 'moby-spatial', 'llama-3.2-1b-u280', 'llama-3.2-1b-v80'] as const;

test.each(DRY)('%s: all --dry-run prints what would run, as a script for a shell', { timeout: LIMIT }, async (sample) => {
  const { manifest, run } = exported(`dry-${sample}`, designOf(sample));
  const { board, kernels, bitstreams } = manifest.hardware;
  const result = await run(['all', '--dry-run', '--platform', board]);
  expect(result.code, result.stderr).toBe(0);
  execFileSync('bash', ['-n'], { input: result.stdout });
  for (const kernel of kernels) expect(result.stdout).toContain(`# Synthesis of ${kernel.name}\n`);
  for (const bitstream of bitstreams) expect(result.stdout).toContain(board === 'u280' ? `--config ../../../../${bitstream.config} --kernel_frequency ${bitstream.clock} ` : `--target ${bitstream.name}_hw)`);
  expect(result.stdout).toContain(`build/${board}/host/host --bitstream ${bitstreams[0]?.name}=`);
});

test.each(['llama-3.2-1b-u280', 'llama-3.2-1b-v80'] as const)('%s: kernels, configurations and host program pass the strict stand-ins', { timeout: LIMIT }, async (sample) => {
  const { root, manifest, run } = exported(`build-${sample}`, designOf(sample));
  const { board, bitstreams } = manifest.hardware;
  const built = await run(['build']);
  expect(built.code, built.stderr).toBe(0);
  const report = await run(['report']);
  expect(report.code, report.stderr).toBe(0);
  const parsed = parseHardwareReport(readFileSync(join(root, 'build/report.json'), 'utf8'));
  expect(parsed.kernels.map((kernel) => kernel.bitstream)).toEqual(manifest.hardware.kernels.map((kernel) => bitstreams.find((entry) => entry.kernels.includes(kernel.name))?.name));
  expect(parsed.kernels.every((kernel) => kernel.synthesised !== null && kernel.implemented !== null)).toBe(true);
  // Every instance of the design is found among the synthesised modules.
  expect(parsed.instances.filter((entry) => entry.synthesised === null)).toEqual([]);
  expect(parsed.instances.length).toBeGreaterThan(10);
  if (board === 'v80') expect(parsed.instances.filter((entry) => entry.implemented === null)).toEqual([]);
});

test.each(['u280', 'v80'] as const)('%s: a design split over SLRs passes the strict stand-ins, streams and all', { timeout: LIMIT }, async (target) => {
  const design = designOf('moby-u280');
  const spread = (graph: Design['stages']['prefill']): Design['stages']['prefill'] => ({ ...graph, instances: graph.instances.map((instance, index) => ({ ...instance, slr: index % 3 })) });
  const split: Design = { ...design, target, split: 'slr', stages: { prefill: spread(design.stages.prefill), decode: spread(design.stages.decode) } };
  const { manifest, run } = exported(`split-${target}`, split);
  expect(manifest.hardware.kernels.length).toBeGreaterThan(2);
  const built = await run(['build']);
  expect(built.code, built.stderr).toBe(0);
  if (target === 'u280') expect((await run(['cosim'])).stderr).toContain('is a part of a split stage and cannot run alone');
});

test.each([
  ['u280', 'moby-u280'],
  ['u280', 'moby-spatial'],
  ['v80', 'moby-u280'],
] as const)('%s, %s: all ends with the text of the reference', { timeout: LIMIT }, async (target, sample) => {
  const design: Design = { ...designOf(sample), target };
  const { root, run } = exported(`all-${target}-${sample}`, design);
  await (target === 'u280' ? library(root, design, join(base, 'xrt/lib'), 'xrt_coreutil') : library(root, design, join(machine.tools, 'vrt/lib'), 'vrt'));
  const result = await run(['all', '--skip-csim', '--model', MOBY, '--prompt', 'Call me Ishmael.', '--tokens', '6', '--json']);
  expect(result.code, result.stderr).toBe(0);
  const { run: measured } = JSON.parse(result.stdout) as { run: { promptIds: number[]; ids: number[]; timeToFirstToken: number; watts: { decode: number | null } } };
  const record = JSON.parse(readFileSync(join(root, 'build/pack.json'), 'utf8')) as PackRecord;
  const reference = await loadReference(await weightsOf(MOBY_LLAMA_1M), design.recipe, record.calibration);
  expect(measured.ids).toEqual(generate(reference, measured.promptIds, 6));
  expect(measured.timeToFirstToken).toBeGreaterThan(0);
  const report = parseHardwareReport(readFileSync(join(root, 'build/report.json'), 'utf8'));
  expect(report.performance.measured?.generated).toBe(6);
  const again = await run(['all', '--skip-csim', '--prompt', 'Call me Ishmael.', '--tokens', '6']);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr.split('\n').filter((line) => /^\[\d/.test(line)).every((line) => line.endsWith('unchanged, skipped.'))).toBe(true);
});
