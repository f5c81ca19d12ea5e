/** Every problem is one of a table: by its code, with the sentence that is defined there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Design, type Instance, type Problem, STAGE_NAMES, type StageGraph } from '../src/core/design/types.ts';
import type { Explanation } from '../src/core/diagnostics/diagnostic.ts';
import { mapBanks } from '../src/core/estimate/stage/banks.ts';
import { DIAGNOSTIC_PARTS } from '../src/core/generate/diagnostics-page.ts';
import { CATALOGUE } from '../src/core/modules/catalogue.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { TARGETS } from '../src/core/targets/targets.ts';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { ROOT } from './harness.ts';
import { Random } from './random-design.ts';

const ALL = DIAGNOSTIC_PARTS.flatMap(({ file, table }) =>
  Object.entries(table).map(([code, diagnostic]) => ({ code, file, diagnostic })),
);

describe('the tables', () => {
  test('no two diagnostics have the same code, and codes are words', () => {
    const codes = ALL.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(100);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(codes.filter((code) => !/^[a-z]+[a-z0-9]*(-[a-z0-9]+)*$/.test(code))).toEqual([]);
  });

  test.each(DIAGNOSTIC_PARTS.map(({ file, table, explanations }) => [file, table, explanations] as const))(
    '%s tells in whole sentences what, why and what to do',
    (_file, table, explanations) => {
      expect(Object.keys(explanations)).toEqual(Object.keys(table));
      for (const [code, { sentence }] of Object.entries(table)) {
        const { sample, why, remedy } = explanations[code] as Explanation;
        for (const text of [sentence(sample), why, remedy]) expect(text, code).toMatch(/^\S.{15,}\.$/);
        const said = new Set<string>();
        const get = (of: object, name: string): unknown => {
          said.add(name);
          return Reflect.get(of, name);
        };
        sentence(new Proxy(sample, { get: (of, name) => get(of, String(name)) }));
        expect([...said].sort(), `arguments that the sentence of ${code} says`).toEqual(Object.keys(sample).sort());
      }
    },
  );

  const sources = (path: string): string[] =>
    statSync(path).isDirectory()
      ? readdirSync(path).flatMap((name) => sources(join(path, name)))
      : path.endsWith('.ts') && !path.endsWith('.test.ts') && !/\/(diagnostics|explanations)\.ts$/.test(path)
        ? [readFileSync(path, 'utf8')]
        : [];

  test.each(DIAGNOSTIC_PARTS.map(({ file, table }) => [file, table] as const))(
    'every code of %s is found somewhere in its folder',
    (file, table) => {
      const used = sources(dirname(join(ROOT, file))).flatMap((text) =>
        [...text.matchAll(/\bfound\(([^,{]*),/g)].flatMap(([, first]) =>
          [...(first as string).matchAll(/'([a-z0-9-]+)'/g)].map(([, code]) => code as string),
        ),
      );
      expect(Object.keys(table).filter((code) => !used.includes(code))).toEqual([]);
    },
  );
});

/** What a random number damages. */
type Damage = (design: Design, random: Random) => Design;

const inStage =
  (damage: (graph: StageGraph, random: Random) => Partial<StageGraph>): Damage =>
  (design, random) => {
    const stage = random.pick(STAGE_NAMES);
    const graph = design.stages[stage];
    if (graph.instances.length === 0 || graph.streams.length === 0) return design;
    return { ...design, stages: { ...design.stages, [stage]: { ...graph, ...damage(graph, random) } } };
  };

const inInstance = (damage: (instance: Instance, random: Random) => Instance): Damage =>
  inStage((graph, random) => {
    const which = random.int(0, graph.instances.length - 1);
    return {
      instances: graph.instances.map((instance, index) => (index === which ? damage(instance, random) : instance)),
    };
  });

const without = <Item>(items: readonly Item[], which: number): Item[] => items.filter((_, index) => index !== which);

const SIZES = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64];

const DAMAGES: readonly Damage[] = [
  inStage(({ instances }, random) => ({ instances: without(instances, random.int(0, instances.length - 1)) })),
  inStage(({ streams }, random) => ({ streams: without(streams, random.int(0, streams.length - 1)) })),
  inStage(({ instances }, random) => ({ instances: [...instances, random.pick(instances)] })),
  inStage(({ instances }, random) => ({ instances: [...instances, { ...random.pick(instances), id: 'extra' }] })),
  inStage(({ streams }, random) => {
    const stream = { ...random.pick(streams), id: 'extra' };
    const end = random.int(0, 1) === 0 ? { to: random.pick(streams).to } : { from: random.pick(streams).from };
    return { streams: [...streams, { ...stream, ...end }] };
  }),
  inStage(({ streams }, random) => {
    // Two streams exchange their ends.
    const [a, b] = [random.int(0, streams.length - 1), random.int(0, streams.length - 1)];
    const other: Record<number, number> = { [a]: b, [b]: a };
    return {
      streams: streams.map((stream, index) => ({ ...stream, to: (streams[other[index] ?? index] ?? stream).to })),
    };
  }),
  inInstance((instance, random) => ({ ...instance, module: random.pick([...CATALOGUE, { id: 'nothing' }]).id })),
  inInstance((instance, random) => {
    const params = CATALOGUE.find(({ id }) => id === instance.module)?.params ?? [];
    const id = params.length > 0 ? random.pick(params).id : 'nothing';
    return {
      ...instance,
      params: { ...instance.params, [id]: random.int(0, 3) === 0 ? 'interleaved' : random.pick(SIZES) },
    };
  }),
  inInstance((instance, random) => {
    const roles = CATALOGUE.flatMap((entry) =>
      STAGE_NAMES.flatMap((stage) => entry.roles({ stage, recipe: SAMPLES[0]?.design().recipe as never })),
    );
    return {
      ...instance,
      operations: instance.operations.map((operation, index) =>
        index === 0 ? { ...operation, role: random.pick(roles).role } : operation,
      ),
    };
  }),
  inInstance((instance) => ({ ...instance, operations: [...instance.operations, ...instance.operations] })),
  inInstance((instance) => ({ ...instance, operations: [] })),
  inInstance((instance, random) => ({ ...instance, slr: random.int(0, 5) })),
  (design, random) => ({ ...design, tokenParallelism: random.pick(SIZES), cachePorts: random.pick(SIZES) }),
  (design, random) => ({ ...design, limits: { prompt: 16 << random.int(0, 13), context: 16 << random.int(0, 13) } }),
  (design, random) => ({
    ...design,
    workload: { prompt: 16 << random.int(0, 11), generate: 16 << random.int(0, 11), batch: 1 },
  }),
  (design, random) => ({
    ...design,
    model: {
      ...design.model,
      heads: random.pick(SIZES),
      kvHeads: random.pick(SIZES),
      headDim: 1 + random.int(0, 127),
      ffn: 16 + random.int(0, 8999),
    },
  }),
  (design, random) => ({
    ...design,
    recipe: {
      ...design.recipe,
      qkvo: { ...design.recipe.qkvo, weights: random.pick(['fp32', 'int8', 'int4'] as const) },
      ffn: random.pick([design.recipe.ffn, { weights: 'fp32', activations: 'fp32' } as const]),
      attention: random.pick(['fp32', 'int8'] as const),
      normalise: random.pick(['probabilities', 'result'] as const),
      downHadamard: random.int(0, 1) === 0,
    },
  }),
  (design, random) => ({
    ...design,
    target: random.pick(TARGETS).id,
    platform: random.pick(TARGETS.flatMap(({ platforms }) => platforms)).id,
  }),
  (design, random) => ({
    ...design,
    banks: Object.fromEntries(
      ['prefill.nothing', 'decode.linear_all_w0', 'decode.embedding_table', 'prefill.k_cache_cache0'].map((port) => [
        port,
        `HBM[${random.int(0, 39)}]`,
      ]),
    ),
  }),
];

const DIAGNOSTICS = new Map(ALL.map(({ code, diagnostic }) => [code, diagnostic]));

/** Says how a problem differs from its definition. */
function expectDefined(problem: Problem): void {
  const diagnostic = DIAGNOSTICS.get(problem.code);
  expect(diagnostic, `${problem.code} is in no table`).toBeDefined();
  const sentence = diagnostic?.sentence(problem.args);
  // A module knows nothing of the instance that it refuses; the analysis puts its name before the sentence.
  const names = [problem.instance, `${problem.instance}/${problem.operation}`].map((name) => `'${name}': ${sentence}`);
  expect([sentence, ...names]).toContain(problem.message);
  expect(problem.severity).toBe(diagnostic?.severity);
  expect(problem.message).not.toMatch(/undefined|NaN|\[object/);
  expect(JSON.parse(JSON.stringify(problem.args))).toEqual(problem.args);
}

test('whatever is damaged in a design, its problems are those of the tables', () => {
  const samples = SAMPLES.map((sample) => sample.design());
  const met = new Set<string>();
  fc.assert(
    fc.property(fc.nat(samples.length - 1), fc.integer(), (which, seed) => {
      const random = new Random(seed);
      let damaged = samples[which] as Design;
      for (let left = random.int(1, 3); left > 0; left -= 1) damaged = random.pick(DAMAGES)(damaged, random);
      const analysis = analyze(damaged);
      const problems = [...analysis.problems, ...(analysis.legal ? mapBanks(analysis).problems : [])];
      expect(analysis.legal).toBe(!analysis.problems.some(({ severity }) => severity === 'error'));
      for (const problem of problems) {
        met.add(problem.code);
        expectDefined(problem);
      }
    }),
    { numRuns: 500 },
  );
  expect(met.size).toBeGreaterThan(30);
}, 240_000);
