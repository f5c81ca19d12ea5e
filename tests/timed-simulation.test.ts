/**
 * Generated kernels with their processes side by side and their FIFOs as deep as they say (timed/hls_stream.h): they end with
 * the tokens of the reference, in prefill in the modelled cycles; with any depths that the analysis allows, but not with fewer.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Design, STAGE_NAMES, type StageGraph, type StageName } from '../src/core/design/types.ts';
import { launchCount, launchRun } from '../src/core/estimate/pass/runs.ts';
import { timePass } from '../src/core/estimate/pass/pass-time.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { endsOf } from '../src/core/lower/streams.ts';
import { calibrate } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { type Recipe, recipeByName } from '../src/core/models/recipe.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../src/core/models/samples.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import type { WeightSource } from '../src/core/models/weights.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { ResolvedStream } from '../src/core/schedule/types.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { assets, type CommandResult, command, exportDesign, packImages, ROOT, weightsOf } from './harness.ts';
import { Random, randomDesign, randomModel } from './random-design.ts';
import { BASES, SMALL } from './whole-design.ts';

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

const sourceOf = (stage: StageName): string => `src/${stage}.cpp`;

const DEPTH = /^#pragma HLS stream variable=(\w+) depth=(\d+).*$/gm;

/** Makes every call of the region a process that works beside the others, and every depth a limit. */
function sideBySide(source: string, stage: StageName): string {
  const start = source.indexOf('#pragma HLS dataflow');
  const end = source.indexOf('\n}\n', start);
  const region = source
    .slice(start, end)
    .replace(/^ {2}(\w+)(\(.*\));$/gm, '  auto run_$1 = [&] { $1$2; };\n  region.run("$1", run_$1);')
    .replace(DEPTH, `  timed::depth("${stage}.$1", $1, $2);`);
  return `${source.slice(0, start)}  timed::Region region("${stage}");\n${region}\n  region.join(static_cast<int>(pass));${source.slice(end)}`;
}

/** Depths of the FIFOs by stage and name, as the project of a legal design has them. */
function depthsOf(design: Design): ReadonlyMap<string, number> {
  const files = generateProject(analyze(design), assets());
  return new Map(
    STAGE_NAMES.flatMap((stage) => {
      const { content } = files.find(({ path }) => path === sourceOf(stage)) ?? {};
      return [...String(content).matchAll(DEPTH)].map(
        ([, name, depth]) => [`${stage}.${name}`, Number(depth)] as const,
      );
    }),
  );
}

/** The project of a design as one program. */
class Timed {
  readonly design: Design;
  private readonly project: string;
  private readonly tokens: number;
  private wanted: readonly number[] = [];

  private constructor(name: string, design: Design, tokens: number) {
    this.design = design;
    this.project = join(folder, name);
    this.tokens = tokens;
  }

  static async of(
    name: string,
    design: Design,
    weights: WeightSource,
    prompt: readonly number[],
    tokens: number,
    optimization = '-O0',
  ): Promise<Timed> {
    const timed = new Timed(name, design, tokens);
    const { project } = timed;
    const calibration = await calibrate(weights, prompt);
    await packImages(project, exportDesign(design, project), weights, calibration);
    for (const stage of STAGE_NAMES) change(join(project, sourceOf(stage)), (text) => sideBySide(text, stage));
    // Instances with equal arguments share a function, and here they work at the same time.
    change(join(project, 'include/flexllm/types.hpp'), (text) =>
      text.replace('#define FLEXLLM_BUFFER static', '#define FLEXLLM_BUFFER'),
    );
    mkdirSync(join(project, 'build'), { recursive: true });
    const includes = [`-I${join(ROOT, 'tests/timed')}`, '-Iinclude', '-Isrc', '-Ihost', '-Icsim'];
    const flags = ['-std=c++17', optimization, '-ffp-contract=off', '-Wno-unknown-pragmas', ...includes];
    const sources = [...STAGE_NAMES.map(sourceOf), 'tb/testbench.cpp'];
    const objects = await Promise.all(
      sources.map(async (source, index) => {
        const object = `build/${index}.o`;
        const built = await command('g++', [...flags, '-c', source, '-o', object], project);
        expect(built.code, built.stderr.slice(0, 2000)).toBe(0);
        return object;
      }),
    );
    const linked = await command('g++', ['-pthread', ...objects, '-o', 'build/timed'], project);
    expect(linked.code, linked.stderr.slice(0, 2000)).toBe(0);
    writeFileSync(join(project, 'build/sequences.txt'), `${prompt.join(' ')}\n`);
    timed.wanted = generate(
      await loadReference(weights, design.recipe, calibration, design.window, design.hmt),
      prompt,
      tokens,
    );
    return timed;
  }

  /** Runs it with its own depths or others. */
  run(depths: ReadonlyMap<string, number> = new Map()): Promise<CommandResult> {
    const list = join(this.project, 'build/depths.txt');
    writeFileSync(list, [...depths].map(([name, depth]) => `${name} ${depth}\n`).join(''));
    return command(
      'env',
      [
        `TIMED_DEPTHS=${list}`,
        ...['./build/timed', '--images', 'build/images', '--sequences', 'build/sequences.txt'],
        ...['--tokens', String(this.tokens)],
      ],
      this.project,
    );
  }

  /** Runs it to its end, which has the tokens of the reference; cycles of its passes in the order in which they ran. */
  async ends(depths?: ReadonlyMap<string, number>) {
    const { code, stdout, stderr } = await this.run(depths);
    expect(
      code,
      stderr
        .split('\n')
        .filter((line) => !line.startsWith('pass'))
        .join('\n')
        .slice(0, 3000),
    ).toBe(0);
    expect([...stdout.matchAll(/^token (\d+)/gm)].map(([, id]) => Number(id))).toEqual(this.wanted);
    return [...stderr.matchAll(/^pass (\w+) (\d+) (\d+)$/gm)].map(([, stage, pass, cycles]) => ({
      stage,
      pass: Number(pass),
      cycles: Number(cycles),
    }));
  }
}

/** FIFOs within a pass, by stage. */
const fifos = (design: Design) =>
  STAGE_NAMES.flatMap((stage) =>
    analyze(design)
      .stages[stage].streams.filter(({ kind }) => kind === 'fifo')
      .map((stream) => ({ stage, stream })),
  );

/** The design with depths that a user sets, by stage and stream. */
function withDepths(design: Design, depthOf: (stream: ResolvedStream, stage: StageName) => number | undefined): Design {
  const chosen = new Map(
    fifos(design).map(({ stage, stream }) => [`${stage} ${stream.stream.id}`, depthOf(stream, stage)]),
  );
  const graph = (stage: StageName): StageGraph => ({
    ...design.stages[stage],
    streams: design.stages[stage].streams.map((stream) => {
      const depth = chosen.get(`${stage} ${stream.id}`);
      return depth === undefined ? stream : { ...stream, depth };
    }),
  });
  return { ...design, stages: { prefill: graph('prefill'), decode: graph('decode') } };
}

/** Depths of which none may be smaller; and random ones, from there to twice as much. */
async function endsWithAnyLegalDepths(timed: Timed, random: Random, draws: number): Promise<void> {
  const legal = (design: Design): Design => {
    const { problems } = analyze(design);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    return design;
  };
  await timed.ends(depthsOf(legal(withDepths(timed.design, ({ least }) => least))));
  for (let draw = 0; draw < draws; draw += 1)
    await timed.ends(
      depthsOf(
        legal(
          withDepths(timed.design, ({ least }) => (random.next() < 0.5 ? least : random.int(least, 2 * least + 4))),
        ),
      ),
    );
}

/** With a FIFO of a stage one value too shallow the analysis refuses the design; the first of those that block is returned. */
async function blocks(timed: Timed, stage: StageName): Promise<string | undefined> {
  const own = depthsOf(timed.design);
  for (const { stream } of fifos(timed.design).filter((one) => one.stage === stage && one.stream.least > 1)) {
    const shallow = withDepths(timed.design, (other) =>
      other.stream === stream.stream ? stream.least - 1 : undefined,
    );
    expect(analyze(shallow).problems).toContainEqual(
      expect.objectContaining({ code: 'fifo-too-shallow', stage, stream: stream.stream.id }),
    );
    const name = `${stage}.${endsOf(stream, analyze(timed.design).stages[stage].context).producer.name}`;
    expect(own.has(name), name).toBe(true);
    const { code, stderr } = await timed.run(new Map([...own, [name, stream.least - 1]]));
    if (code === 0) continue;
    expect(code, stderr.slice(0, 2000)).toBe(3);
    expect(stderr).toMatch(new RegExp(`^blocked \\w+ room ${name}$`, 'm'));
    expect(stderr).toMatch(new RegExp(`^deadlock ${stage} \\d+$`, 'm'));
    return name;
  }
  return undefined;
}

const NEIGHBOURS: Readonly<Record<string, string>> = { softmax: 'rows', quantize: 'tokens', rms_norm: 'tokens' };

/** The design with barriers that overlap rows or blocks. */
function overlapping(design: Design): Design {
  const { prefill } = design.stages;
  const instances = prefill.instances.map((instance) => {
    const overlap = NEIGHBOURS[instance.module];
    return overlap === undefined ? instance : { ...instance, params: { ...instance.params, overlap } };
  });
  return { ...design, stages: { ...design.stages, prefill: { ...prefill, instances } } };
}

/** The design with launches of four blocks, of which the last sees sinks, recent tokens and none in between. */
const throughWindow = (design: Design): Design => ({
  ...design,
  limits: { ...design.limits, chunk: 4 * design.tokenParallelism },
  window: { sinks: 16, recent: 6 },
});

describe.each([
  ['serial', (design: Design) => design],
  ['overlapped, in chunks through a window', (design: Design) => throughWindow(overlapping(design))],
] as const)('moby-u280, %s', (name, form) => {
  let timed: Timed;
  const prompt = Array.from({ length: 33 }, (_, at) => (at * 37) % 1000);
  beforeAll(async () => {
    const sample = sampleById('moby-u280')?.design();
    if (!sample) throw new Error('no sample');
    timed = await Timed.of(name, form(sample), await weightsOf(MOBY_LLAMA_1M), prompt, 2, '-Og');
  });

  test('ends, prefill in the modelled cycles', async () => {
    const stage = analyze(timed.design).stages.prefill;
    const perLaunch = 1 + timed.design.model.layers * 2;
    const taken = (await timed.ends()).filter(({ stage }) => stage === 'prefill');
    expect(taken.length).toBe(launchCount(stage, prompt.length) * perLaunch);
    for (const [index, { pass: at, cycles }] of taken.entries()) {
      const pass = stage.passes[at];
      if (!pass) throw new Error('no pass');
      const run = launchRun(stage, prompt.length, Math.floor(index / perLaunch));
      const modelled = timePass(stage, pass, run).cycles;
      expect(cycles / modelled, `pass ${at}: ${cycles} of ${modelled}`).toBeGreaterThan(0.98);
      expect(cycles / modelled, `pass ${at}: ${cycles} of ${modelled}`).toBeLessThan(1.02);
    }
  });

  test('ends with the least depths and with random ones', () => endsWithAnyLegalDepths(timed, new Random(5), 2));
});

describe('a design of small sizes, an instance for each operation', () => {
  let timed: Timed;
  beforeAll(async () => {
    const base = BASES.find(({ recipe }) => recipe.name === 'w8a8kv8');
    if (!base) throw new Error('no base');
    const prompt = Array.from({ length: 9 }, (_, at) => (at * 37) % SMALL.vocab);
    timed = await Timed.of('small', base, syntheticWeights(SMALL, 1), prompt, 3);
  });

  test('ends with the least depths and with random ones', () => endsWithAnyLegalDepths(timed, new Random(6), 6));

  test.each(STAGE_NAMES)('%s blocks with one value less', async (stage) => {
    expect(await blocks(timed, stage)).toBeDefined();
  });
});

test('weights with indices and scales of groups: ends with the least depths and with random ones', async () => {
  const base = BASES.find(({ recipe }) => recipe.name === 'w2a8kv8-2:4');
  if (!base) throw new Error('no base');
  const prompt = Array.from({ length: 9 }, (_, at) => (at * 37) % SMALL.vocab);
  const timed = await Timed.of('sparse', base, syntheticWeights(SMALL, 1), prompt, 3);
  await timed.ends();
  return endsWithAnyLegalDepths(timed, new Random(7), 2);
});

/** Random designs with what paths of several lengths are made of. */
const WANTED: readonly (readonly [string, (design: Design) => boolean])[] = [
  [
    'a pipelined rotation',
    ({ stages }) => stages.prefill.instances.some(({ params }) => params['structure'] === 'pipelined'),
  ],
  [
    'slices and blocks of columns',
    ({ stages }) =>
      stages.decode.instances.some(({ params }) => 'slices' in params) &&
      stages.prefill.instances.some(({ params }) => 'columns' in params),
  ],
];

/** More of them, whatever they have. */
const MORE = Array.from(
  { length: Number(process.env['TIMED'] ?? 0) },
  (_, index) => [`number ${index + 1}`, () => true, index + 1] as const,
);

test.each([...WANTED.map(([name, has]) => [`with ${name}`, has, 1] as const), ...MORE])(
  'random design %s: ends with the least depths and with random ones',
  async (name, has, first) => {
    for (let seed = first; ; seed += 1) {
      const random = new Random(seed);
      const model = randomModel(random);
      const design = randomDesign(random, model, recipeByName('w4a4kv8') as Recipe, `random-${seed}`);
      if (!has(design)) continue;
      const prompt = Array.from({ length: 17 }, (_, at) => (at * 37) % model.vocab);
      const timed = await Timed.of(name.replaceAll(' ', '-'), design, syntheticWeights(model, seed), prompt, 3);
      await timed.ends();
      return endsWithAnyLegalDepths(timed, random, 4);
    }
  },
);
