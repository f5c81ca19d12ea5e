/** Analyses reuse what an edit leaves as it is; whatever the edits, the figures are those of a document that nothing is known of. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Design, type Instance, STAGE_NAMES, type StageGraph, type StageName } from '../src/core/design/types.ts';
import { estimateReport } from '../src/core/estimate/design/report.ts';
import { stageResources } from '../src/core/estimate/stage/resources.ts';
import { rooflines } from '../src/core/estimate/stage/roofline.ts';
import { curveLengths, decodeCurve, prefillCurve } from '../src/core/estimate/workload/workload.ts';
import { countProcesses, programOf } from '../src/core/lower/program.ts';
import { moduleById } from '../src/core/modules/catalogue.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { designContext } from '../src/core/schedule/context.ts';
import { TARGETS } from '../src/core/targets/targets.ts';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { Random, randomDesign, randomModel, randomRecipe } from './random-design.ts';
import { stressed } from './stress.ts';

const SEQUENCES = 10;
const EDITS = 30;

/** Everything that is derived from a document and shown, as plain data. */
function figures(design: Design): unknown {
  const analysis = analyze(design);
  const stages = STAGE_NAMES.map((name) => {
    const stage = analysis.stages[name];
    return {
      legal: stage.legal,
      instances: stage.instances.map(({ instance }) => instance.id),
      operations: stage.operations.map(({ key, pass, section, inputs, outputs }) => ({
        key,
        pass,
        section,
        inputs,
        outputs,
      })),
      streams: stage.streams.map(({ stream, type, kind, depth }) => ({ id: stream.id, type, kind, depth })),
    };
  });
  if (!analysis.legal) return { problems: analysis.problems, stages };
  return {
    problems: analysis.problems,
    stages,
    counts: STAGE_NAMES.map((name) =>
      countProcesses(programOf(analysis.stages[name]), { layer: 0, blocks: 2, length: 11, position: 10 }),
    ),
    report: estimateReport(analysis),
    resources: STAGE_NAMES.map((name) => stageResources(analysis, name)),
    rooflines: rooflines(analysis),
    prefill: prefillCurve(analysis, curveLengths(design.limits.prompt, 5)),
    decode: decodeCurve(analysis, curveLengths(design.limits.context, 5)),
  };
}

/** The document with another graph of a stage. */
const withGraph = (design: Design, stage: StageName, graph: Partial<StageGraph>): Design => ({
  ...design,
  stages: { ...design.stages, [stage]: { ...design.stages[stage], ...graph } },
});

const replaced = (design: Design, stage: StageName, instance: Instance, by: readonly Instance[]): Design =>
  withGraph(design, stage, {
    instances: design.stages[stage].instances.flatMap((other) => (other === instance ? by : [other])),
  });

/** One edit as the editor makes it: all objects off the way to the change are the same. It may make the design illegal. */
function edited(random: Random, design: Design): Design {
  const stage = random.pick(STAGE_NAMES);
  const graph = design.stages[stage];
  const instance = random.pick(graph.instances);
  const operation = random.pick(instance.operations);
  switch (random.int(0, 9)) {
    case 0:
      return {
        ...design,
        workload: { ...design.workload, prompt: random.int(1, design.limits.prompt), generate: random.int(1, 4) },
      };
    case 1:
      return { ...design, tokenParallelism: random.pick([1, 2, 3, 4, 8]) };
    case 2: {
      const target = random.pick(TARGETS);
      const { platform: _platform, ...rest } = design;
      return { ...rest, target: target.id, clocks: { ...design.clocks, [stage]: random.int(100, 300) } };
    }
    case 3: {
      // An adapter that changes nothing, or lanes, in a stream.
      const stream = random.pick(graph.streams);
      const id = `pad_${random.int(0, 1e9)}`;
      const pad: Instance = {
        id,
        module: 'lane_adapter',
        params: { lanes: random.pick([1, 2, 4]), order: random.pick(['blocked', 'interleaved']) },
        operations: [{ id: 'adapt', role: 'adapt' }],
        position: { x: 0, y: 0 },
      };
      const parts = [
        { ...stream, to: { instance: id, operation: 'adapt', port: 'in' } },
        { id: `${id}_out`, from: { instance: id, operation: 'adapt', port: 'out' }, to: stream.to },
      ];
      return withGraph(design, stage, {
        instances: [...graph.instances, pad],
        streams: graph.streams.flatMap((other) => (other === stream ? parts : [other])),
      });
    }
    case 4: {
      // The operation goes to another instance of the module.
      const others = graph.instances.filter(
        (other) =>
          other !== instance &&
          other.module === instance.module &&
          !other.operations.some(({ id }) => id === operation.id),
      );
      if (others.length === 0) return design;
      const to = random.pick(others);
      const rest = instance.operations.filter((other) => other !== operation);
      const moved = replaced(design, stage, instance, rest.length > 0 ? [{ ...instance, operations: rest }] : []);
      const there = replaced(moved, stage, to, [{ ...to, operations: [...to.operations, operation] }]);
      const end = <T extends { instance: string; operation: string }>(endpoint: T): T =>
        endpoint.instance === instance.id && endpoint.operation === operation.id
          ? { ...endpoint, instance: to.id }
          : endpoint;
      const touches = ({ from, to: into }: StageGraph['streams'][number]): boolean =>
        end(from) !== from || end(into) !== into;
      return withGraph(there, stage, {
        streams: graph.streams.map((stream) =>
          touches(stream) ? { ...stream, from: end(stream.from), to: end(stream.to) } : stream,
        ),
      });
    }
    case 5:
      return random.next() < 0.3
        ? replaced(design, stage, instance, [])
        : withGraph(design, stage, {
            streams: graph.streams.map((stream, index) =>
              index === 0 ? { ...stream, depth: random.int(2, 40) } : stream,
            ),
          });
    default: {
      const params = moduleById(instance.module)?.params ?? [];
      if (params.length === 0) return design;
      const param = random.pick(params);
      try {
        const roles = instance.operations.map(({ role }) => role);
        const values = param.choices(designContext(design, stage), instance.params, roles);
        return values.length > 0
          ? replaced(design, stage, instance, [
              { ...instance, params: { ...instance.params, [param.id]: random.pick(values) } },
            ])
          : design;
      } catch {
        return design;
      }
    }
  }
}

/** Every digit of some data; also of what JSON leaves out. */
const text = (data: unknown): string =>
  JSON.stringify(data, (_key, value: unknown) =>
    value instanceof Map
      ? [...value]
      : value === undefined
        ? 'undefined'
        : typeof value === 'number' && !Number.isFinite(value)
          ? String(value)
          : value,
  );

/** Edits a document step by step, compares after each, and counts the legal ones. */
function walk(random: Random, start: Design, edits: number): number {
  let design = start;
  let legal = 0;
  const before: Design[] = [start];
  for (let edit = 0; edit < edits; edit += 1) {
    const next = edited(random, design);
    expect(text(figures(next))).toBe(text(figures(structuredClone(next))));
    const fine = analyze(next).legal;
    if (fine) legal += 1;
    // Now and then an illegal document is edited further; else the edit is undone. Undo also returns to older documents.
    if (fine || random.next() < 0.2) design = next;
    if (random.next() < 0.2) design = random.pick(before);
    if (fine) before.push(next);
  }
  return legal;
}

describe('figures after edits equal those of a copy of the document that shares nothing', () => {
  for (let seed = 1; seed <= SEQUENCES; seed += 1) {
    test(`random design ${seed}`, { timeout: 120_000 }, () => {
      const random = new Random(7000 + seed);
      const model = randomModel(random);
      expect(walk(random, randomDesign(random, model, randomRecipe(random), `edited-${seed}`), EDITS)).toBeGreaterThan(
        EDITS / 10,
      );
    });
  }

  for (const sample of SAMPLES) {
    test(`sample ${sample.id}`, { timeout: 120_000 }, () => {
      walk(new Random(42), sample.design(), 8);
    });
  }

  test('analyses before the last are not kept', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let design = stressed(SAMPLES.find(({ id }) => id === 'llama-3.2-1b-u280')?.design() as Design, 500);
    const edit = (): void => {
      const { instances } = design.stages.decode;
      const engine = instances.find(({ params }) => params['wp'] !== undefined) as Instance;
      design = replaced(design, 'decode', engine, [
        { ...engine, params: { ...engine.params, wp: engine.params['wp'] === 64 ? 32 : 64 } },
      ]);
      const analysis = analyze(design);
      expect(analysis.legal).toBe(true);
      estimateReport(analysis);
    };
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    for (let warm = 0; warm < 4; warm += 1) edit();
    const before = used();
    for (let more = 0; more < 40; more += 1) edit();
    // One analysis of this design takes more than a megabyte.
    expect(used() - before).toBeLessThan(10e6);
  });

  test('an edit of one stage leaves the analysis of the other as it is', () => {
    const design = SAMPLES[0]?.design() as Design;
    const first = analyze(design);
    const instance = design.stages.decode.instances[0] as Instance;
    const second = analyze(replaced(design, 'decode', instance, [{ ...instance, position: { x: 1, y: 2 } }]));
    expect(second.stages.prefill).toBe(first.stages.prefill);
    expect(second.stages.decode).not.toBe(first.stages.decode);
  });
});
