/**
 * The generated prefill kernel with its processes side by side and its FIFOs as deep as it says (timed/hls_stream.h): it ends, so
 * depths suffice, with the tokens of the reference, and takes the modelled cycles.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { timePass } from '../src/core/estimate/pass/pass-time.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { command, exportDesign, packImages, ROOT, weightsOf } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-timed-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function change(path: string, with_: (text: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = with_(before);
  expect(after, path).not.toBe(before);
  writeFileSync(path, after);
}

/** Makes every call of the region a thread, and every depth a limit. */
function sideBySide(source: string): string {
  const start = source.indexOf('#pragma HLS dataflow');
  const end = source.indexOf('\n}\n', start);
  const region = source
    .slice(start, end)
    .replace(/^ {2}(\w+\(.*\));$/gm, '  region.run([&] { $1; });')
    .replace(/#pragma HLS stream variable=(\w+) depth=(\d+).*/g, '  timed::depth($1, $2);');
  return `${source.slice(0, start)}  timed::Region region;\n${region}\n  region.join(static_cast<int>(pass));${source.slice(end)}`;
}

const NEIGHBOURS: Readonly<Record<string, string>> = { softmax: 'rows', quantize: 'tokens', rms_norm: 'tokens' };

test.each([
  ['serial', false],
  ['overlapped', true],
])('moby-u280, %s', { timeout: 600_000 }, async (name, overlapped) => {
  const sample = sampleById('moby-u280')?.design();
  if (!sample) throw new Error('no sample');
  const { prefill } = sample.stages;
  const instances = prefill.instances.map((instance) => {
    const overlap = overlapped ? NEIGHBOURS[instance.module] : undefined;
    return overlap === undefined ? instance : { ...instance, params: { ...instance.params, overlap } };
  });
  const design: Design = { ...sample, stages: { ...sample.stages, prefill: { ...prefill, instances } } };
  const { context, passes } = analyze(design).stages.prefill;

  const weights = await weightsOf(MOBY_LLAMA_1M);
  const prompt = Array.from({ length: 33 }, (_, at) => (at * 37) % 1000);
  const calibration = await calibrate(weights, prompt);
  const project = join(folder, name);
  await packImages(project, exportDesign(design, project), weights, calibration);
  change(join(project, 'src/prefill.cpp'), sideBySide);
  change(join(project, 'include/flexllm/cycles.hpp'), (text) =>
    text.replace(
      '#define FLEXLLM_CYCLE(ii) (*flexllm_cycle_counter += (ii))',
      '#include <hls_stream.h>\n#define FLEXLLM_CYCLE(ii) (*flexllm_cycle_counter += (ii), timed::cycle += (ii))',
    ),
  );
  // Instances with equal arguments share a function, and here they work at the same time.
  change(join(project, 'include/flexllm/types.hpp'), (text) =>
    text.replace('#define FLEXLLM_BUFFER static', '#define FLEXLLM_BUFFER static thread_local'),
  );
  mkdirSync(join(project, 'build'), { recursive: true });
  const includes = [`-I${join(ROOT, 'tests/timed')}`, '-Iinclude', '-Isrc', '-Ihost', '-Icsim'];
  const sources = ['src/prefill.cpp', 'src/decode.cpp', 'tb/testbench.cpp'];
  const built = await command(
    'g++',
    [
      '-std=c++17',
      '-pthread',
      '-O1',
      '-ffp-contract=off',
      '-Wno-unknown-pragmas',
      ...includes,
      ...sources,
      '-o',
      'build/timed',
    ],
    project,
  );
  expect(built.code, built.stderr.slice(0, 2000)).toBe(0);
  writeFileSync(join(project, 'build/sequences.txt'), `${prompt.join(' ')}\n`);
  // Where a FIFO is too shallow it waits for ever.
  const run = ['./build/timed', '--images', 'build/images', '--sequences', 'build/sequences.txt', '--tokens', '2'];
  const { code, stdout, stderr } = await command('timeout', ['200', ...run], project);
  expect(code, 'it ends').toBe(0);

  const ids = [...stdout.matchAll(/^token (\d+)/gm)].map(([, id]) => Number(id));
  const reference = await loadReference(weights, design.recipe, calibration);
  expect(ids).toEqual(generate(reference, prompt, 2));

  const taken = [...stderr.matchAll(/^pass (\d+) (\d+)$/gm)].map(([, pass, cycles]) => [Number(pass), Number(cycles)]);
  expect(taken.length).toBe(1 + design.model.layers * 2);
  const blocks = Math.ceil((prompt.length - 1) / context.tp);
  for (const [at, cycles] of taken) {
    const pass = passes[at as number];
    if (!pass) throw new Error('no pass');
    const modelled = timePass(analyze(design).stages.prefill, pass, {
      layer: 0,
      blocks,
      length: blocks * context.tp,
      position: 0,
    }).cycles;
    expect((cycles as number) / modelled, `pass ${at}: ${cycles} of ${modelled}`).toBeGreaterThan(0.98);
    expect((cycles as number) / modelled, `pass ${at}: ${cycles} of ${modelled}`).toBeLessThan(1.02);
  }
});
