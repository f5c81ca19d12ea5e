/** The Hadamard rotation of widths that are no power of two: never dropped, folded into weights, exact in hardware. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Design, StageGraph, StageName } from '../src/core/design/types.ts';
import { fitToRecipe } from '../src/core/edit/recipe-edits.ts';
import { programOf } from '../src/core/lower/program.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { parseConfig } from '../src/core/models/hf-config.ts';
import type { LaneOrder } from '../src/core/models/manifest.ts';
import { type Recipe, recipeByName, rotationBlock, recipeOfFormats } from '../src/core/models/recipe.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import { machineOf } from '../src/core/estimate/stage/machine.ts';
import { timePass } from '../src/core/estimate/pass/pass-time.ts';
import { arrayStorage } from '../src/core/ir/storage.ts';
import { pairsOn } from '../src/core/modules/rotation.ts';
import type { InstanceContext, ModuleEntry, StreamType } from '../src/core/modules/types.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { instanceContext } from '../src/core/schedule/types.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { type Target, TARGETS } from '../src/core/targets/targets.ts';
import { type ComposeOptions, composeDesign } from '../src/core/templates/compose.ts';
import { TEMPLATE_STYLES } from '../src/core/templates/llama.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { done } from './edit-helpers.ts';
import { verdictOf, writeRuntime } from './entry-calls.ts';
import { compileByBoth, composerIn, exportDesign, newArguments, packImages, ROOT, simulate } from './harness.ts';
import { SMALL } from './whole-design.ts';

const ORDERS: readonly LaneOrder[] = ['blocked', 'interleaved'];
const named = (name: string): Recipe => recipeByName(name) as Recipe;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-rotation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, `tests/cases/configs/${name}.json`), 'utf8')) as Record<string, unknown>;

function modelOf(name: string): Architecture {
  const result = parseConfig(configOf(name), name);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.model;
}

const composed = (
  model: Architecture,
  recipe: Recipe,
  options: Partial<Pick<ComposeOptions, 'target' | 'prefill' | 'decode' | 'parallelism' | 'limits'>> = {},
): Design =>
  composeDesign({
    name: 'rotated',
    model,
    recipe,
    target: TARGETS[0] as Target,
    prefill: 'hybrid',
    decode: 'hybrid',
    ...options,
  });

/** The design with another structure of its rotations. */
function structured(design: Design, structure: string): Design {
  const convert = (graph: StageGraph): StageGraph => ({
    ...graph,
    instances: graph.instances.map((instance) =>
      instance.operations.some(({ role }) => role === 'down_rotation')
        ? { ...instance, params: { ...instance.params, structure } }
        : instance,
    ),
  });
  return { ...design, stages: { prefill: convert(design.stages.prefill), decode: convert(design.stages.decode) } };
}

const rotations = (design: Design): string[] =>
  [design.stages.prefill, design.stages.decode].flatMap(({ instances }) =>
    instances.flatMap(({ operations }) =>
      operations.map(({ role }) => role).filter((role) => role === 'down_rotation'),
    ),
  );

describe.each([
  ['ffn-5632', '5632 channels in 11 blocks of 512'],
  ['ffn-1536', '1536 channels in 3 blocks of 512'],
])('%s', (name, said) => {
  test('templates of all styles and orders are legal on every board, and rotate', () => {
    const model = modelOf(name);
    for (const target of TARGETS)
      for (const style of TEMPLATE_STYLES)
        for (const order of [undefined, ...ORDERS]) {
          const design = composed(model, named('w4a4kv8'), {
            target,
            prefill: style,
            decode: style,
            ...(order ? { parallelism: { order } } : {}),
          });
          const { legal, problems } = analyze(design);
          expect(legal, problems.map(({ message }) => message).join('\n')).toBe(true);
          expect(recipeOfFormats(design.recipe)).toEqual(named('w4a4kv8'));
          expect(rotations(design)).toHaveLength(2);
        }
  });

  test('new keeps the rotation and says what it mixes, and so does the README of the export', async () => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'config.json'), JSON.stringify(configOf(name)));
    for (const { id } of TARGETS) {
      const made = await composerIn(folder, ...newArguments(name, id, 'w4a4kv8', 'hybrid', `${name}.json`));
      expect(made.stderr).toBe('');
      expect(made.stdout).toContain(`mixes the ${said}.`);
      const design = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Design;
      expect(design.recipe).toEqual(named('w4a4kv8'));
      expect(rotations(design)).toHaveLength(2);
      expect((await composerIn(folder, 'check', `${name}.json`)).code).toBe(0);
    }
    expect((await composerIn(folder, 'export', `${name}.json`, '--out', `${name}-project`)).stderr).toBe('');
    expect(readFileSync(join(folder, `${name}-project/README.md`), 'utf8')).toContain(`mixes the ${said}.`);
  });

  test('a design without the rotation is fitted to a recipe with it, and keeps its parameters', () => {
    const plain = composed(modelOf(name), named('w4a8kv8'));
    const graph = plain.stages.decode;
    const design: Design = {
      ...plain,
      stages: {
        ...plain.stages,
        decode: {
          ...graph,
          instances: graph.instances.map((instance) =>
            instance.id === 'linear_all'
              ? { ...instance, params: { ...instance.params, multipliers: 'lut' } }
              : instance,
          ),
        },
      },
    };
    expect(rotations(design)).toEqual([]);
    const fitted = done(design, fitToRecipe(design, named('w4a4kv8')));
    expect(analyze(fitted).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(rotations(fitted)).toHaveLength(2);
    expect(fitted.stages.decode.instances.find(({ id }) => id === 'linear_all')?.params).toEqual(
      design.stages.decode.instances.find(({ id }) => id === 'linear_all')?.params,
    );
    const back = done(fitted, fitToRecipe(fitted, named('w4a8kv8')));
    expect(analyze(back).legal).toBe(true);
    expect(rotations(back)).toEqual([]);
  });
});

test('an odd width is refused with what to do, and nothing is written', async () => {
  mkdirSync(join(folder, 'odd'));
  writeFileSync(join(folder, 'odd/config.json'), JSON.stringify({ ...configOf('ffn-5632'), intermediate_size: 5461 }));
  const made = await composerIn(folder, ...newArguments('odd', 'u280', 'w4a4kv8', 'hybrid', 'odd.json'));
  expect(made.code).toBe(2);
  expect(made.stderr).toContain('feed-forward width of 5461 is odd; switch it off, or choose a recipe without it.');
  expect(() => readFileSync(join(folder, 'odd.json'))).toThrow();
  expect((await composerIn(folder, ...newArguments('odd', 'u280', 'w4a8kv8', 'hybrid', 'odd.json'))).stderr).toBe('');
});

describe('lanes on which channels can be paired', () => {
  const WIDTHS = [2, 6, 8, 12, 24, 44, 48, 64, 88, 96];
  const cases = WIDTHS.flatMap((channels) =>
    Array.from({ length: 100 }, (_, index) => index + 1).flatMap((lanes) =>
      ORDERS.map((order) => ({ channels, lanes, order })),
    ),
  );

  /** Whether at every distance within a block all pairs lie in one vector, or all in one lane. */
  function byDefinition({ channels, lanes, order }: (typeof cases)[number]): boolean {
    const steps = Math.ceil(channels / lanes);
    const place = (channel: number): readonly [lane: number, step: number] =>
      order === 'blocked'
        ? [Math.floor(channel / steps), channel % steps]
        : [channel % lanes, Math.floor(channel / lanes)];
    for (let distance = 1; distance < rotationBlock(channels); distance *= 2) {
      const pairs = Array.from({ length: channels }, (_, channel) => channel)
        .filter((channel) => (channel & distance) === 0)
        .map((channel) => [place(channel), place(channel + distance)] as const);
      const sameLane = pairs.every(([a, b]) => a[0] === b[0]);
      // Whole vectors are paired: at one distance of steps.
      const apart = new Set(pairs.map(([a, b]) => b[1] - a[1]));
      const sameStep = pairs.every(([a, b]) => a[1] === b[1]);
      const lanesApart = new Set(pairs.map(([a, b]) => b[0] - a[0]));
      if (!(sameLane && apart.size === 1) && !(sameStep && lanesApart.size === 1)) return false;
    }
    return true;
  }

  test('are those of the definition; where lanes are left over, no others', () => {
    for (const one of cases) {
      const legal = pairsOn(one, one.channels);
      const computable = byDefinition(one);
      if (one.channels % one.lanes === 0) expect(legal, JSON.stringify(one)).toBe(computable);
      else if (legal) expect(computable, JSON.stringify(one)).toBe(true);
    }
  });

  test('a power of two of them always, in interleaved order', () => {
    for (const { channels, lanes } of cases)
      if (rotationBlock(lanes) === lanes) expect(pairsOn({ lanes, order: 'interleaved' }, channels)).toBe(true);
  });

  test('are the same for the header', async () => {
    writeRuntime(folder);
    const lines = cases.map(({ channels, lanes, order }) => {
      const steps = Math.ceil(channels / lanes);
      const [run, across] = order === 'blocked' ? [steps, lanes] : [lanes, steps];
      const same = pairsOn({ lanes, order }, channels);
      return `static_assert(flexllm::hadamard_pairs(flexllm::hadamard_block(${channels}), ${run}, ${across}) == ${same}, "");`;
    });
    const source = `#include "flexllm/hadamard.hpp"\n${lines.join('\n')}\n`;
    for (const compiler of ['g++', 'clang++']) expect(await verdictOf(compiler, folder, 'pairs.cpp', source)).toBe('');
  });
});

describe('pipelined over its stages', () => {
  const design = structured(sampleById('llama-3.2-1b-u280')?.design() as Design, 'pipelined');
  const own = structured(design, 'own');
  const rotationOf = (of: Design, stage: StageName): InstanceContext & { readonly entry: ModuleEntry } => {
    const analysis = analyze(of).stages[stage];
    const resolved = analysis.instances.find(({ operations }) =>
      operations.some(({ operation }) => operation.role === 'down_rotation'),
    );
    if (!resolved) throw new Error('no rotation');
    return { ...instanceContext(analysis, resolved), entry: resolved.entry };
  };
  /** Counted cycles of the slowest process, and the pass as it is modelled, where the rotation works. */
  const timeOf = (of: Design, stage: StageName) => {
    const analysis = analyze(of);
    const machine = machineOf(analysis, stage);
    const run = { layer: 0, blocks: stage === 'prefill' ? 16 : 1, length: 128, position: 127 };
    for (const pass of analysis.stages[stage].passes) {
      const time = timePass(analysis.stages[stage], pass, run, machine);
      const slot = time.slots.find(({ operation }) => operation.operation.role === 'down_rotation');
      if (slot) return { counted: slot.cycles, pass: time.cycles };
    }
    throw new Error('no rotation');
  };

  test('8,192 channels take a vector per cycle, and one of them waits for the others of the block', () => {
    // 16 lanes, 512 vectors; the stage at the largest distance counts half of a block more.
    expect(timeOf(own, 'decode').counted).toBe(2 * 512 + 13 * 256);
    expect(timeOf(design, 'decode').counted).toBe(512 + 256);
    expect(timeOf(own, 'prefill').counted).toBe(16 * (2 * 8192 + 13 * 4096));
    expect(timeOf(design, 'prefill').counted).toBe(16 * 8192 + 4096);
    // Behind the last product of the pass there are 511 vectors, where there were 3,840, and at most 300 cycles of latency.
    expect(timeOf(own, 'decode').pass - timeOf(design, 'decode').pass).toBeGreaterThan(13 * 256 - 300);
    expect(timeOf(own, 'prefill').pass - timeOf(design, 'prefill').pass).toBeGreaterThan(13 * 4096 - 300);
  });

  test.each(['prefill', 'decode'] as const)(
    '%s: an adder per lane and stage, delay lines where they are counted',
    (stage) => {
      const { entry, ...context } = rotationOf(design, stage);
      const { processes, wires } = entry.structure(context);
      const hardware = entry.hardware(context);
      const lanes = stage === 'prefill' ? 8 : 16;
      expect(hardware.find((part) => part.kind === 'fp32' && part.operator === 'add')).toMatchObject({
        count: 13 * lanes,
      });
      expect(wires).toHaveLength(processes.length - 1);
      const counted = hardware.flatMap((part) => (part.kind === 'buffer' ? [part] : []));
      const bound = processes.flatMap(({ call }) =>
        call.templateArguments.flatMap((argument) =>
          typeof argument === 'object' && argument.kind === 'storage' ? [argument.storage] : [],
        ),
      );
      expect(bound).toEqual(counted.map(({ words, bits, dual }) => arrayStorage(words, bits, dual)));
      expect(new Set(bound)).toEqual(new Set(stage === 'prefill' ? ['lutram', 'bram', 'uram'] : ['lutram', 'bram']));
    },
  );

  test('the stages of all lanes come in the order of their distances, and a loop has a bounded number of adders', () => {
    for (const order of ORDERS)
      for (const lanes of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const { entry, ...context } = rotationOf(design, 'decode');
        const operations = context.operations.map((operation) => ({
          ...operation,
          inputs: { in: { ...(operation.inputs['in'] as StreamType), lanes, order } },
        }));
        const steps = 8192 / lanes;
        const apart = entry.structure({ ...context, operations }).processes.flatMap(({ call }) => {
          const [n, count, distance, stages] = call.templateArguments as number[];
          expect([n, count]).toEqual([lanes, steps]);
          if (call.function !== 'hadamard_across') return [(distance as number) * (order === 'blocked' ? 1 : lanes)];
          expect(lanes * (stages as number)).toBeLessThanOrEqual(128);
          return Array.from(
            { length: stages as number },
            (_, stage) => (distance as number) * 2 ** stage * (order === 'blocked' ? steps : 1),
          );
        });
        expect(apart).toEqual(Array.from({ length: 13 }, (_, stage) => 2 ** stage));
      }
  });
});

describe('folded into the weights, it', () => {
  const ids = Array.from({ length: 24 }, (_, index) => (index * 17) % SMALL.vocab);
  const logitsOf = async (ffn: number, recipe: Recipe): Promise<number[][]> => {
    const session = (await loadReference(syntheticWeights({ ...SMALL, ffn }, 5), recipe, null)).session();
    return ids.map((id) => [...session.step(id)]);
  };

  test.each([24, 48, 44, 64])('leaves the result of fp32 as it is but for rounding: %i channels', async (ffn) => {
    const plain = await logitsOf(ffn, named('fp32'));
    const rotated = await logitsOf(ffn, { ...named('fp32'), name: 'rotated', downHadamard: true });
    expect(rotated).not.toEqual(plain);
    const most = Math.max(...plain.flat().map(Math.abs));
    plain.forEach((logits, step) => {
      logits.forEach((value, id) => {
        expect(Math.abs((rotated[step]?.[id] as number) - value) / most).toBeLessThan(1e-5);
      });
    });
  });

  // Blocks of 8, 16, 4 and 64 channels: lanes that divide a block or are several, vectors that are filled up, an adapter,
  // stages at distances of many vectors.
  test.each(
    (
      [
        { ffn: 24, bp: 4, order: 'blocked', style: 'spatial', adapter: true },
        { ffn: 24, bp: 16, order: 'blocked', style: 'hybrid', adapter: false },
        { ffn: 48, bp: 8, order: 'interleaved', style: 'temporal', adapter: false },
        { ffn: 12, bp: 8, order: 'interleaved', style: 'spatial', adapter: false },
        { ffn: 64, bp: 2, order: 'blocked', style: 'hybrid', adapter: false },
        { ffn: 64, bp: 2, order: 'interleaved', style: 'hybrid', adapter: false },
      ] as const
    ).flatMap((one) => [{ ...one, structure: 'own' } as const, { ...one, structure: 'pipelined' } as const]),
  )(
    'gives the tokens of the reference in C-simulation, in the cycles of the formulas: $ffn channels, $bp lanes, $order, $style, $structure',
    { timeout: 300_000 },
    async ({ ffn, bp, order, style, adapter, structure }) => {
      const model = { ...SMALL, ffn };
      const before = composed(model, named('w4a4kv8'), {
        prefill: style,
        decode: style,
        parallelism: { headLanes: 2, keyParallel: 4, valueParallel: 4, bp, wpDecode: 4, lanes: 4, order },
        limits: { prompt: 16, context: 32 },
      });
      const design = structured(before, structure);
      expect(design.stages.decode.instances.some(({ id }) => id === 'lanes_rotation')).toBe(adapter);
      const weights = syntheticWeights(model, ffn);
      const calibration = await calibrate(weights, ids);
      const project = join(folder, `csim-${ffn}-${bp}-${order}-${structure}`);
      await packImages(project, exportDesign(design, project), weights, calibration);
      const binary = await compileByBoth(project);
      const prompts = [1, 2, 7, 13].map((length) => ids.slice(0, length));
      const result = await simulate(project, binary, prompts, { tokens: 12 });
      const reference = await loadReference(weights, design.recipe, calibration);
      expect(result.ids).toEqual(prompts.map((prompt) => generate(reference, prompt, 12)));
      const { stages } = analyze(design);
      expect(measuredCounts(result.counts)).toEqual(
        expectedCounts(
          programOf(stages.prefill),
          programOf(stages.decode),
          prompts.map(({ length }) => length),
          result.ids.map(({ length }) => length),
        ),
      );
      const unrotated = await loadReference(weights, { ...design.recipe, downHadamard: false }, calibration);
      expect(prompts.map((prompt) => generate(unrotated, prompt, 12))).not.toEqual(result.ids);
    },
  );
});
