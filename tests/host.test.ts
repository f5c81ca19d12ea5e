/** The host programs of both boards against strict stand-ins of XRT and VRT, whose kernels are the C-simulated ones: ids in, ids out. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { applyEdit } from '../src/core/edit/edit.ts';
import { setSegments } from '../src/core/edit/settings.ts';
import { kernelsOf } from '../src/core/generate/kernels.ts';
import { type Calibration, calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import type { Manifest } from '../src/core/models/manifest.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { glue } from './card-glue.ts';
import { command, exportDesign, packImages, QUICK, ROOT, WARNINGS, weightsOf } from './harness.ts';
import { heldoutTokens } from './moby.ts';

const LENGTHS = [1, 17, 31, 100];
const TOKENS = 11;
/** Prompts are longer than a launch. */
const SEGMENTS = { segment: 30, summary: 12, recall: 5, memories: 2 };
const STANDINS = join(ROOT, 'hls-runtime/tests/standins');

let folder = '';
let weights: WeightSource;
let calibration: Calibration;
let text: readonly number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-host-'));
  weights = await weightsOf(MOBY_LLAMA_1M);
  text = await heldoutTokens(2000);
  calibration = await calibrate(weights, text.slice(0, 256));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the stand-ins load as a bitstream: the arguments of its kernels as the project's linker configuration connects them. */
function bitstream(project: string, manifest: Manifest, name: string): string {
  const { hardware } = manifest;
  const spec = hardware.bitstreams.find((candidate) => candidate.name === name);
  if (!spec) throw new Error(`no bitstream ${name}`);
  const ports = new Map(
    [...readFileSync(join(project, spec.config), 'utf8').matchAll(/^sp=(\S+?):(\S+)$/gm)].map(([, port, bank]) => [
      port as string,
      bank as string,
    ]),
  );
  const instances = [...readFileSync(join(project, spec.config), 'utf8').matchAll(/^nk=(\w+):1:(\w+)$/gm)].map(
    ([, kernel, instance]) => [kernel as string, instance as string] as const,
  );
  const lines = instances.flatMap(([kernel, instance]) =>
    (hardware.kernels.find((candidate) => candidate.name === kernel)?.arguments ?? []).map((argument) => {
      const head = `argument ${instance} ${argument.index} ${argument.name}`;
      if (argument.kind === 'memory') return `${head} memory ${ports.get(`${instance}.m_axi_${argument.bundle}`)}`;
      return argument.kind === 'scalar' ? `${head} scalar ${argument.type}` : `${head} stream`;
    }),
  );
  return `board ${hardware.board}\n${lines.join('\n')}\n`;
}

/** Objects by what they are made from: the kernels of a design are the same for both boards. */
const objects = new Map<string, Promise<string>>();

function object(project: string, source: string, arguments_: readonly string[]): Promise<string> {
  const headers = (source.startsWith('host/') ? ['host/plan.hpp', 'host/board.hpp'] : ['src/kernels.hpp']).map((path) =>
    readFileSync(join(project, path), 'utf8'),
  );
  const key = createHash('sha256')
    .update(JSON.stringify([readFileSync(join(project, source), 'utf8'), headers, arguments_]))
    .digest('hex');
  const known = objects.get(key);
  if (known) return known;
  const output = join(folder, `${key}.o`);
  const made = command('g++', [...arguments_, '-c', source, '-o', output], project).then((result) => {
    if (result.code !== 0) throw new Error(`${source}:\n${result.stderr.slice(0, 3000)}`);
    return output;
  });
  objects.set(key, made);
  return made;
}

async function build(project: string, design: Design): Promise<string> {
  const manifest = exportDesign(design, project);
  await packImages(project, manifest, weights, calibration);
  writeFileSync(join(project, 'build/glue.cpp'), glue(kernelsOf(analyze(design))));
  mkdirSync(join(project, 'build/host'), { recursive: true });
  const sources = [
    ...manifest.hardware.kernels.map((kernel) => `src/${kernel.name}.cpp`),
    'build/glue.cpp',
    ...manifest.hardware.host.sources,
  ];
  const flags = [
    ...QUICK,
    '-pthread',
    '-ffp-contract=off',
    ...WARNINGS,
    '-Iinclude',
    '-Isrc',
    '-Icsim',
    ...manifest.hardware.host.includes.map((path) => `-I${path}`),
    `-I${STANDINS}`,
  ];
  const made = await Promise.all(
    sources.map((source) =>
      object(project, source, [
        `-std=${manifest.hardware.host.sources.includes(source) ? manifest.hardware.host.standard : 'c++17'}`,
        ...flags,
      ]),
    ),
  );
  const linked = await command('g++', ['-pthread', ...made, '-o', 'build/host/host'], project);
  if (linked.code !== 0) throw new Error(linked.stderr.slice(0, 3000));
  for (const { name } of manifest.hardware.bitstreams)
    writeFileSync(join(project, `build/${name}.bin`), bitstream(project, manifest, name));
  return 'build/host/host';
}

function runHost(project: string, manifest: Manifest, extra: readonly string[] = []) {
  const { hardware } = manifest;
  writeFileSync(
    join(project, 'build/sequences.txt'),
    `${LENGTHS.map((length) => text.slice(0, length).join(' ')).join('\n')}\n`,
  );
  const device = hardware.board === 'v80' ? ['--device', '0000:03:00'] : [];
  return command(
    'build/host/host',
    [
      ...hardware.bitstreams.flatMap(({ name }) => ['--bitstream', `${name}=build/${name}.bin`]),
      '--images',
      'build/images',
      '--sequences',
      'build/sequences.txt',
      '--tokens',
      String(TOKENS),
      ...device,
      ...extra,
    ],
    project,
  );
}

function sequences(stdout: string): number[][] {
  const result: number[][] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('sequence ')) result.push([]);
    if (line.startsWith('token ')) result.at(-1)?.push(Number(line.slice(6)));
  }
  return result;
}

/**
 * A sample on a board. When it is to be split, its instances lie in three SLRs, and it prefills in chunks and through a window;
 * with two bitstreams in segments.
 */
function variant(sample: string, target: string, bitstreams: 1 | 2, parts: 'whole' | 'split'): Design {
  const design = sampleById(sample)?.design();
  if (!design) throw new Error('no sample');
  const spread = (graph: Design['stages']['prefill']): Design['stages']['prefill'] => ({
    ...graph,
    instances: graph.instances.map((instance, index) => ({ ...instance, slr: index % 3 })),
  });
  const stages =
    parts === 'whole'
      ? design.stages
      : { prefill: spread(design.stages.prefill), decode: spread(design.stages.decode) };
  const chunk = 2 * design.tokenParallelism;
  const split = { ...design, target, bitstreams, stages };
  if (parts === 'whole') return split;
  const parted = { ...split, split: 'slr' as const };
  if (bitstreams === 1) return { ...parted, limits: { ...design.limits, chunk }, window: { sinks: 16, recent: 30 } };
  // The modules of the memory lie in one SLR, what they work on in others.
  const segmented = applyEdit(parted, setSegments(SEGMENTS)).design;
  return { ...segmented, limits: { ...design.limits, prompt: 40 }, workload: { ...design.workload, prompt: 30 } };
}

const CASES = (['u280', 'v80'] as const).flatMap((target) =>
  ([1, 2] as const).flatMap((bitstreams) =>
    (['whole', 'split'] as const).map(
      (parts) => [target, bitstreams, parts, bitstreams === 1 ? 'moby-u280' : 'moby-spatial'] as const,
    ),
  ),
);

test.each(CASES)(
  '%s, %i bitstream(s), %s kernels: the ids of the reference',
  { timeout: 300_000 },
  async (target, bitstreams, parts, sample) => {
    const design = variant(sample, target, bitstreams, parts);
    const project = join(folder, `${target}-${bitstreams}-${parts}`);
    await build(project, design);
    const manifest = JSON.parse(readFileSync(join(project, 'manifest.json'), 'utf8')) as Manifest;
    expect(manifest.hardware.bitstreams).toHaveLength(bitstreams);
    if (parts === 'split') expect(manifest.hardware.kernels.length).toBeGreaterThan(2);
    // The files for SLASH stand alone: no project header is found, only the vendor's.
    for (const kernel of target === 'v80' ? manifest.hardware.kernels : []) {
      const alone = await command(
        'g++',
        ['-std=c++17', ...WARNINGS, '-fsyntax-only', '-idirafter', 'csim', kernel.source],
        project,
      );
      expect(alone.stderr).toBe('');
    }
    const result = await runHost(project, manifest, ['--chunk', '4']);
    expect(result.stderr).toBe('');
    const reference = await loadReference(weights, design.recipe, calibration, design.window, design.hmt);
    expect(sequences(result.stdout)).toEqual(
      LENGTHS.map((length) => generate(reference, text.slice(0, length), TOKENS)),
    );
    expect(result.stdout).toMatch(/^device .+$/m);
    for (const phase of ['load', 'prefill', 'handover', 'decode'])
      expect(result.stdout).toMatch(new RegExp(`^time ${phase} \\d+\\.\\d+$`, 'm'));
    if (target === 'u280') expect(result.stdout).toMatch(/^power decode 41\.25$/m);
    expect(result.stdout.trimEnd().endsWith('done')).toBe(true);
  },
);

test('the host says what is wrong and what to do', { timeout: 120_000 }, async () => {
  const project = join(folder, 'u280-2-whole');
  const manifest = JSON.parse(readFileSync(join(project, 'manifest.json'), 'utf8')) as Manifest;
  const refused = async (extra: readonly string[], words: RegExp): Promise<void> => {
    const result = await runHost(project, manifest, extra);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(words);
    expect(result.stdout).not.toContain('token');
  };
  await refused(['--tokens', 'many'], /--tokens is "many", but must be a whole number from 1 to/);
  await refused(['--tokens', '500'], /prompt and generated tokens exceed the context limit of 512/);
  await refused(['--device', '3'], /No such device with index '3'/);
  await refused(['--bitstream', 'prefill=build/none.bin'], /no such file build\/none\.bin/);
  await refused(['--images', 'nowhere'], /cannot open nowhere\/.+; run: node run\.mjs pack/);
  await refused(['--wings', '2'], /unknown option --wings/);
});
