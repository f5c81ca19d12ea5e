/** Carries out docs/add-a-module.md on a copy of the sources: the real runner and the real contract tests find the new module. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { command, compile, packImages, ROOT, simulate } from './harness.ts';

const copy = join(ROOT, 'build/guide');
const COPIED = [
  'LICENSE',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.core.json',
  'vitest.config.ts',
  'src/core',
  'hls-runtime',
  'tests',
];
/** Tests that run on the copy. */
const TESTS = ['contract.test.ts', 'headers.test.ts'];

/** Fenced blocks of the guide with their attributes. */
function blocks(): { attributes: string; text: string }[] {
  const guide = readFileSync(join(ROOT, 'docs/add-a-module.md'), 'utf8');
  return [...guide.matchAll(/^```(?:ts|cpp) (.+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    attributes: match[1] as string,
    text: match[2] as string,
  }));
}

function change(file: string, from: string, to: string): void {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  expect(before.split(from), `${from} in ${file}`).toHaveLength(2);
  writeFileSync(path, before.replace(from, to));
}

beforeAll(() => {
  rmSync(copy, { recursive: true, force: true });
  for (const path of COPIED)
    cpSync(join(ROOT, path), join(copy, path), {
      recursive: true,
      filter: (source) => !source.endsWith('.test.ts') || TESTS.some((name) => source.endsWith(`/tests/${name}`)),
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
    change(add[1] as string, add[2] as string, `${text}${add[2]}`);
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const node = (...args: string[]) => command(process.execPath, args, copy);

interface Outcome {
  readonly passed: readonly string[];
  /** Names with the first words of what went wrong. */
  readonly failed: readonly string[];
}

/** Runs the tests of the copy whose names go on so behind the stage; `-t clamp` alone would take all of the clamp. */
async function testsOf(names: readonly string[]): Promise<Outcome> {
  const report = join(copy, 'build/contract.json');
  await node(
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    copy,
    ...TESTS.map((name) => `tests/${name}`),
    '-t',
    `: (${names.join('|')})|/clamp.hpp`,
    '--reporter=json',
    `--outputFile=${report}`,
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: readonly {
      assertionResults: readonly { fullName: string; status: string; failureMessages: readonly string[] }[];
    }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: results.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
    failed: results
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join(' ').slice(0, 3000)}`),
  };
}

test('the entry fits the types of the core', async () => {
  const { code, stdout } = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.core.json');
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

test('the runner of the C++ tests finds the new test, which passes under both compilers', async () => {
  const { code, stdout } = await node('hls-runtime/tests/run.mjs', '--only', 'clamp');
  expect(stdout.match(/^ok {3}\S+ clamp\.test\.cpp \((csim|synthesis)\)/gm)).toHaveLength(4);
  expect(code).toBe(0);
});

/** Modules that break the contract in one way each, and one that does the same as an engine that every design needs. */
const OTHERS = `
import { plus } from '../ir/expression.ts';
import { clamp } from './clamp.ts';
import { linearPrefill } from './linear-prefill.ts';
import type { ModuleEntry, ParamSpec } from './types.ts';

const limit = clamp.params[0] as ParamSpec;

export const others: readonly ModuleEntry[] = [
  {
    ...clamp,
    id: 'miscounted',
    structure: (instance) => {
      const structure = clamp.structure(instance);
      const processes = structure.processes.map((process) => ({
        ...process,
        cycles: (operation: Parameters<typeof process.cycles>[0]) => plus(process.cycles(operation), 1),
      }));
      return { ...structure, processes };
    },
  },
  { ...clamp, id: 'too_generous', params: [{ ...limit, choices: (...args) => [0, ...limit.choices(...args)] }] },
  { ...clamp, id: 'too_strict', params: [{ ...limit, restrictions: {} }] },
  { ...clamp, id: 'without_place', roles: () => [{ role: 'limit', label: 'Limit', inputs: { in: 'final_in' } }] },
  { ...linearPrefill, id: 'other_engine', title: 'Other engine' },
];
`;

describe('the contract tests', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    writeFileSync(join(copy, 'src/core/modules/others.ts'), OTHERS);
    const catalogue = 'src/core/modules/catalogue.ts';
    change(catalogue, 'import { clamp }', "import { others } from './others.ts';\nimport { clamp }");
    change(catalogue, '  clamp,', '  ...others,\n  clamp,');
    outcome = await testsOf([
      'clamp',
      'miscounted its values, in whole designs',
      'too_generous every value that it offers compiles',
      'too_strict what it does not offer does not compile',
      'without_place a whole design',
      'other_engine (a whole design|its values, in whole designs)',
    ]);
  }, 600_000);
  const failures = (module: string): string[] => outcome.failed.filter((name) => name.includes(`: ${module} `));

  test('cover the new module in both stages without another line, and it keeps the contract', () => {
    expect(failures('clamp')).toEqual([]);
    for (const stage of ['prefill', 'decode']) {
      const passed = outcome.passed.filter((name) => name.startsWith(`${stage}: clamp `));
      expect(passed.length).toBeGreaterThanOrEqual(6);
      expect(passed.some((name) => name.includes('in whole designs'))).toBe(true);
    }
    expect(outcome.passed.filter((name) => name.includes('/clamp.hpp '))).toHaveLength(3);
  });

  test('fail when the entry counts one cycle too many', () => {
    expect(failures('miscounted')).toHaveLength(2);
    for (const failure of failures('miscounted'))
      expect(failure).toMatch(/its values, in whole designs: .* counts \d+ cycles, the entry says \d+/s);
  });

  test('fail when the entry offers a value that the header refuses', () => {
    const compiling = failures('too_generous').filter((failure) =>
      failure.includes('every value that it offers compiles'),
    );
    expect(compiling).toHaveLength(2);
    for (const failure of compiling) expect(failure).toContain('LIMIT must be positive');
  });

  test('fail when the header takes a value that the entry withholds without a reason', () => {
    expect(failures('too_strict')).toHaveLength(2);
    for (const failure of failures('too_strict'))
      expect(failure).toMatch(/does not compile.*let the header refuse it/s);
  });

  test('say what an entry would have to say when no design has a place for its module', () => {
    expect(failures('without_place')[0]).toMatch(
      /^prefill: without_place a whole design has a place for it.*Give it the roles, inputs and outputs/s,
    );
  });

  test('put a module in the place of another that has its roles, required ones too', () => {
    expect(failures('other_engine')).toEqual([]);
    expect(outcome.passed).toContain(
      'prefill: other_engine its values, in whole designs: tokens of the reference, cycles of the entry',
    );
  });
});

test('a design with the new module generates the tokens of the reference where it limits nothing', async () => {
  const from = <Module>(path: string) => import(join(copy, path)) as Promise<Module>;
  const { BASES, placesIn, SMALL, withValue } = await from<typeof import('./whole-design.ts')>('tests/whole-design.ts');
  const { moduleById } = await from<typeof import('../src/core/modules/catalogue.ts')>('src/core/modules/catalogue.ts');
  const { exportDesign } = await from<typeof import('./harness.ts')>('tests/harness.ts');
  const clamp = moduleById('clamp');
  const base = BASES.find(({ recipe }) => recipe.attention === 'int8');
  if (!clamp || !base) throw new Error('no clamp or no base');
  const [place] = placesIn(base, 'decode', clamp);
  if (!place) throw new Error('no place');
  const outcome = withValue(place, 'limit', 65536);
  if (!('design' in outcome)) throw new Error(outcome.refused.join(' '));
  const weights = syntheticWeights(SMALL, 1);
  const prompt = [0, 34, 28, 39, 11];
  const calibration = await calibrate(weights, prompt);
  const project = join(copy, 'project');
  await packImages(project, exportDesign(outcome.design, project), weights, calibration);
  const result = await simulate(project, await compile(project, 'clang++', ['-O0']), [prompt], { tokens: 8 });
  expect(result.ids[0]).toEqual(generate(await loadReference(weights, base.recipe, calibration), prompt, 8));
});
