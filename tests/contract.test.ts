/** Both sides of the catalogue refuse the same parameters: what an entry rejects does not compile, what it accepts does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design, ParamValue, StageName } from '../src/core/design/types.ts';
import { printDeclarations, printSource } from '../src/core/generate/kernel.ts';
import { programOf } from '../src/core/lower/program.ts';
import { recipeByName } from '../src/core/models/recipe.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { DesignAnalysis } from '../src/core/schedule/types.ts';
import { targetById } from '../src/core/targets/targets.ts';
import { composeDesign } from '../src/core/templates/compose.ts';
import { assets, command, WARNINGS } from './harness.ts';
import { Random, randomModel } from './random-design.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-contract-'));
  const { headers, csim } = assets();
  for (const [name, text] of Object.entries(headers)) write(`include/flexllm/${name}`, text);
  for (const [name, text] of Object.entries(csim)) write(`csim/${name}`, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function base(recipeName: string): Design {
  const recipe = recipeByName(recipeName);
  const target = targetById('u280');
  if (!recipe || !target) throw new Error('no recipe or target');
  const model = { ...randomModel(new Random(3)), heads: 8, kvHeads: 4, headDim: 16, hidden: 128, ffn: 256 };
  return composeDesign({
    name: 'contract',
    model,
    target,
    recipe,
    prefill: 'hybrid',
    decode: 'hybrid',
    limits: { prompt: 16, context: 32 },
  });
}

function withParam(design: Design, stage: StageName, module: string, param: string, value: ParamValue): Design {
  const graph = design.stages[stage];
  const instance = graph.instances.find((candidate) => candidate.module === module);
  if (!instance) throw new Error(`no ${module} in ${stage}`);
  const instances = graph.instances.map((candidate) =>
    candidate === instance ? { ...candidate, params: { ...candidate.params, [param]: value } } : candidate,
  );
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}

/** Lets g++ judge the kernel of a stage whether or not the entry finds it legal. */
async function compiles(analysis: DesignAnalysis, stage: StageName): Promise<{ ok: boolean; message: string }> {
  const program = programOf({ ...analysis.stages[stage], legal: true });
  write(`src/kernels.hpp`, printDeclarations([program]));
  write(`src/${stage}.cpp`, printSource(program));
  const result = await command(
    'g++',
    [
      '-std=c++17',
      ...WARNINGS,
      '-fsyntax-only',
      '-Iinclude',
      '-Isrc',
      '-Ihost',
      '-idirafter',
      'csim',
      `src/${stage}.cpp`,
    ],
    folder,
  );
  return { ok: result.code === 0, message: result.stderr };
}

const ILLEGAL: readonly [recipe: string, stage: StageName, module: string, param: string, value: ParamValue][] = [
  ['w8a8kv8', 'prefill', 'linear_prefill', 'wp', 7],
  ['w4a4kv8', 'prefill', 'linear_prefill', 'wp', 0],
  ['w8a8kv8', 'prefill', 'linear_prefill', 'ports', 3],
  ['w8a8kv8', 'prefill', 'linear_prefill', 'wp', 2048],
  ['fp32', 'prefill', 'linear_prefill', 'wp', 34],
  ['w8a8kv8', 'decode', 'linear_decode', 'wp', 5],
  ['w8a8kv8', 'decode', 'linear_decode', 'ports', 3],
  ['w8a8kv8', 'decode', 'linear_decode', 'wp', 60],
  ['w8a8kv8', 'prefill', 'attention_scores', 'parallel', 3],
  ['w8a8kv8', 'prefill', 'attention_values', 'parallel', 5],
  ['w8a8kv8', 'decode', 'attention_scores', 'parallel', 3],
  ['w8a8kv8', 'decode', 'attention_scores', 'parallel', 32],
  ['w8a8kv8', 'decode', 'attention_values', 'parallel', 1],
  ['fp32', 'decode', 'attention_values', 'parallel', 12],
];

describe.each(ILLEGAL)('%s, %s: %s with %s = %s', (recipe, stage, module, param, value) => {
  test('is refused by the entry, with the parameter named, and by the compiler, with what to change', {
    timeout: 60_000,
  }, async () => {
    const analysis = analyze(withParam(base(recipe), stage, module, param, value));
    expect(analysis.legal).toBe(false);
    // A width that no port can carry is reported at the number of ports.
    expect(analysis.problems.some((problem) => problem.param === param || problem.param === 'ports')).toBe(true);
    const result = await compiles(analysis, stage);
    expect(result.ok).toBe(false);
    expect(result.message).toMatch(/static assertion failed|static_assert|division by zero|not a constant/);
  });
});

describe('every value that an entry offers compiles', () => {
  test.each([
    ['prefill', 'linear_prefill', 'wp', [2, 6, 22, 64]],
    ['decode', 'linear_decode', 'wp', [2, 6, 14]],
    ['decode', 'linear_decode', 'bp', [1, 2, 8]],
    ['prefill', 'attention_scores', 'parallel', [2, 8, 64]],
    ['prefill', 'attention_values', 'parallel', [2, 4, 32, 64]],
    ['decode', 'attention_scores', 'parallel', [1, 2, 4, 8, 16]],
    ['decode', 'attention_values', 'parallel', [2, 4, 8, 16]],
    ['decode', 'sampler', 'candidates', [1, 5, 32]],
    ['decode', 'dequantize', 'pairs', [1, 2, 8]],
  ] as const)('%s %s %s', { timeout: 120_000 }, async (stage, module, param, values) => {
    for (const value of values) {
      const analysis = analyze(withParam(base('w8a8kv8'), stage, module, param, value));
      if (!analysis.legal) {
        // A value may be legal for the instance and not fit its neighbours; then the reason is at a stream, not at the parameter.
        expect(analysis.problems.filter((problem) => problem.param === param)).toEqual([]);
        continue;
      }
      const result = await compiles(analysis, stage);
      expect(result.message).toBe('');
    }
  });
});
