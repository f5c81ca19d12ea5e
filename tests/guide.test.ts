/** Carries out docs/add-a-module.md on a copy of the sources and uses the new module in a design. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { recipeByName } from '../src/core/models/recipe.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { command, compile, packImages, ROOT, simulate, WARNINGS, weightsOf } from './harness.ts';

const copy = join(ROOT, 'build/guide');

/** Fenced blocks of the guide with their attributes. */
function blocks(): { attributes: string; text: string }[] {
  const guide = readFileSync(join(ROOT, 'docs/add-a-module.md'), 'utf8');
  return [...guide.matchAll(/^```(?:ts|cpp) (.+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    attributes: match[1] as string,
    text: match[2] as string,
  }));
}

beforeAll(() => {
  rmSync(copy, { recursive: true, force: true });
  for (const folder of ['LICENSE', 'src/core', 'hls-runtime', 'tests'])
    cpSync(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      filter: (source) => !source.endsWith('.test.ts'),
    });
  for (const { attributes, text } of blocks()) {
    const file = /^file=(\S+)$/.exec(attributes)?.[1];
    if (file) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
      continue;
    }
    const add = /^add-to=(\S+) before="(.+)"$/.exec(attributes);
    if (!add) throw new Error(`the guide has a block that no step explains: ${attributes}`);
    const path = join(copy, add[1] as string);
    const before = readFileSync(path, 'utf8');
    expect(before.split(add[2] as string)).toHaveLength(2);
    writeFileSync(path, before.replace(add[2] as string, `${text}${add[2]}`));
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Puts an instance of the new module behind SiLU in both stages. */
function withClamp(design: Design): Design {
  const insert = (stage: 'prefill' | 'decode'): Design['stages']['prefill'] => {
    const graph = design.stages[stage];
    const stream = graph.streams.find((candidate) => candidate.from.operation === 'silu');
    if (!stream) throw new Error('no SiLU');
    const endpoint = { instance: 'clamp', operation: 'limit' };
    return {
      instances: [
        ...graph.instances,
        {
          id: 'clamp',
          module: 'clamp',
          params: { limit: 65536 },
          operations: [{ id: 'limit', role: 'limit' }],
          position: { x: 0, y: 0 },
        },
      ],
      streams: [
        ...graph.streams.filter((candidate) => candidate !== stream),
        { id: 'to-clamp', from: stream.from, to: { ...endpoint, port: 'in' } },
        { id: 'from-clamp', from: { ...endpoint, port: 'out' }, to: stream.to },
      ],
    };
  };
  return { ...design, stages: { prefill: insert('prefill'), decode: insert('decode') } };
}

test('the header passes its own test under both compilers', async () => {
  for (const compiler of ['g++', 'clang++']) {
    const built = await command(
      compiler,
      [
        '-std=c++17',
        ...WARNINGS,
        '-Ihls-runtime/include',
        '-idirafter',
        'hls-runtime/csim',
        'hls-runtime/tests/clamp_test.cpp',
        '-o',
        'clamp_test',
      ],
      copy,
    );
    expect(built.stderr).toBe('');
    expect((await command('./clamp_test', [], copy)).code).toBe(0);
  }
});

test('a design with the new module is legal, exports, and generates the tokens of the reference with the counted cycles of the entry', {
  timeout: 120_000,
}, async () => {
  const { composeDesign } = (await import(
    join(copy, 'src/core/templates/compose.ts')
  )) as typeof import('../src/core/templates/compose.ts');
  const { targetById } = (await import(
    join(copy, 'src/core/targets/targets.ts')
  )) as typeof import('../src/core/targets/targets.ts');
  const { modulesFor } = (await import(
    join(copy, 'src/core/modules/catalogue.ts')
  )) as typeof import('../src/core/modules/catalogue.ts');
  const { analyze } = (await import(
    join(copy, 'src/core/schedule/analyze.ts')
  )) as typeof import('../src/core/schedule/analyze.ts');
  const { programOf } = (await import(
    join(copy, 'src/core/lower/program.ts')
  )) as typeof import('../src/core/lower/program.ts');
  const { exportDesign } = (await import(join(copy, 'tests/harness.ts'))) as typeof import('./harness.ts');
  const { expectedCounts, measuredCounts } = (await import(
    join(copy, 'tests/counts.ts')
  )) as typeof import('./counts.ts');
  expect(modulesFor('prefill').map((entry) => entry.id)).toContain('clamp');
  const recipe = recipeByName('w8a8kv8');
  const target = targetById('u280');
  if (!recipe || !target) throw new Error('no recipe or target');
  const design = withClamp(
    composeDesign({
      name: 'guide',
      model: MOBY_LLAMA_1M,
      target,
      recipe,
      prefill: 'hybrid',
      decode: 'hybrid',
      limits: { prompt: 64, context: 128 },
    }),
  );
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const prompt = [1022, 34, 287, 89, 601];
  const calibration = await calibrate(weights, prompt);
  const project = join(copy, 'project');
  await packImages(project, exportDesign(design, project), weights, calibration);
  const result = await simulate(project, await compile(project), [prompt], { tokens: 10 });
  expect(result.ids[0]).toEqual(generate(await loadReference(weights, recipe, calibration), prompt, 10));
  const { stages } = analyze(design);
  const expected = expectedCounts(
    programOf(stages.prefill),
    programOf(stages.decode),
    [prompt.length],
    [result.ids[0]?.length ?? 0],
  );
  expect([...expected.keys()].filter((key) => key.includes('clamp_core'))).toHaveLength(2);
  expect(measuredCounts(result.counts)).toEqual(expected);
});
