import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Design, STAGE_NAMES, type StageGraph, type StageName } from '../src/core/design/types.ts';
import { readDesign } from '../src/core/design/schema.ts';
import { assignSlrs } from '../src/core/estimate/stage/floorplan.ts';
import { fifoCost, memoryCost } from '../src/core/estimate/parts/memories.ts';
import { bram18, uram } from '../src/core/ir/storage.ts';
import { BURST_WORDS } from '../src/core/estimate/parts/plumbing.ts';
import { powerEstimate, stagePower } from '../src/core/estimate/stage/power.ts';
import { compareShares } from '../src/core/estimate/design/published-resources.ts';
import { resourceTable, tableRows } from '../src/core/generate/resource-table.ts';
import { profile, stageResources } from '../src/core/estimate/stage/resources.ts';
import { designResources } from '../src/core/estimate/design/design-resources.ts';
import { programOf } from '../src/core/lower/program.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { platformOf, TARGETS } from '../src/core/targets/targets.ts';
import { RESOURCE_KINDS, sumCounts } from '../src/core/targets/types.ts';
import { composeDesign } from '../src/core/templates/compose.ts';
import { SAMPLES, sampleById } from '../src/core/templates/samples.ts';
import { ROOT } from './harness.ts';

const STAGES: readonly StageName[] = ['prefill', 'decode'];
const sample = (id: string): Design => {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};
const u280 = (): Design => sample('llama-3.2-1b-u280');

describe('memory geometry', () => {
  test('blocks', () => {
    expect([
      bram18(512, 36),
      bram18(512, 37),
      bram18(1024, 36),
      bram18(16384, 1),
      bram18(2048, 256),
      bram18(512, 36, true),
    ]).toEqual([1, 2, 2, 1, 29, 2]);
    expect([uram(4096, 72), uram(4097, 72), uram(1, 73)]).toEqual([1, 2, 2]);
    expect(memoryCost(64, 32)).toMatchObject({ storage: 'lutram', bram18: 0 });
    expect(memoryCost(8192, 256)).toMatchObject({ storage: 'uram', uram: 8 });
    expect(memoryCost(1024, 36)).toMatchObject({ storage: 'bram', bram18: 2 });
  });
  test('FIFOs', () => {
    expect(fifoCost(2, 32)).toMatchObject({ storage: 'srl', ff: 68 });
    expect(fifoCost(32, 32)).toMatchObject({ storage: 'srl', ff: 8 });
    expect(fifoCost(128, 32)).toMatchObject({ storage: 'lutram', ff: 120 });
    expect(fifoCost(512, 32)).toMatchObject({ storage: 'bram', bram18: 1 });
    for (let depth = 1; depth < 20000; depth = Math.ceil(depth * 1.7)) {
      const [here, twice] = [fifoCost(depth, 64), fifoCost(depth, 128)];
      for (const kind of RESOURCE_KINDS)
        if (here.storage === twice.storage) expect(twice[kind]).toBeGreaterThanOrEqual(here[kind]);
    }
  });
});

test('the burst length is the one that the generated kernels ask for', () => {
  expect(readFileSync(join(ROOT, 'src/core/generate/kernel.ts'), 'utf8')).toContain(
    `max_read_burst_length=${BURST_WORDS} `,
  );
});

test('user regions are sums of their SLRs and fit the device', () => {
  for (const target of TARGETS) {
    for (const platform of target.platforms) {
      expect(sumCounts(platform.slrs)).toEqual(platform.user);
      for (const kind of RESOURCE_KINDS) expect(platform.user[kind]).toBeLessThanOrEqual(target.die[kind]);
    }
  }
});

describe.each(SAMPLES.map((one) => one.id))('%s', (id) => {
  const analysis = analyze(sample(id));
  test.each(STAGES)('totals of %s are the sums of instances, FIFOs, ports and control, and of the SLRs', (stage) => {
    const resources = stageResources(analysis, stage);
    const { platform } = profile(analysis);
    expect([...resources.perInstance.keys()]).toEqual(
      analysis.stages[stage].instances.map(({ instance }) => instance.id),
    );
    for (const kind of RESOURCE_KINDS) {
      const sum = [...resources.perInstance.values(), resources.fifos, resources.ports, resources.control].reduce(
        (total, part) => total + part[kind],
        0,
      );
      expect(resources.total[kind]).toBeCloseTo(sum, 3);
      expect(resources.perSlr.reduce((total, part) => total + part[kind], 0)).toBeCloseTo(sum, 3);
    }
    expect(resources.perSlr).toHaveLength(platform.slrs.length);
    for (const slr of resources.slrOf.values()) expect(slr).toBeLessThan(platform.slrs.length);
    for (const part of [...resources.perInstance.values(), resources.fifos, resources.ports, resources.control]) {
      for (const kind of RESOURCE_KINDS)
        expect(part.breakdown.reduce((total, line) => total + line.count * line.each[kind], 0)).toBeCloseTo(
          part[kind],
          3,
        );
      for (const line of part.breakdown) expect(line.source.length, line.what).toBeGreaterThan(3);
    }
  });
  test.each(STAGES)(
    'a FIFO of %s belongs to the instance that reads it, also where it carries data backwards in program order',
    (stage) => {
      const { channels, processes, streams } = programOf(analysis.stages[stage]);
      const expected = new Map<string, number>();
      for (const channel of channels) {
        const inside = processes.find(({ actuals }) =>
          actuals.some((actual) => actual.kind === 'channel' && actual.channel === channel),
        )?.instance;
        const reader = streams.get(channel)?.to.owner.instance.id ?? inside ?? 'nobody';
        expected.set(reader, (expected.get(reader) ?? 0) + (channel.array ?? 1));
      }
      const counted = [...stageResources(analysis, stage).fifosOf].map(
        ([id, { breakdown }]) => [id, breakdown.reduce((sum, { count }) => sum + count, 0)] as const,
      );
      expect(new Map(counted.filter(([, count]) => count > 0))).toEqual(expected);
    },
  );
  test('two bitstreams take the larger, one takes the sum', () => {
    const two = designResources(analyze({ ...analysis.design, bitstreams: 2 }));
    const one = designResources(analyze({ ...analysis.design, bitstreams: 1 }));
    for (const kind of RESOURCE_KINDS) {
      expect(two.total[kind]).toBe(Math.max(two.prefill.total[kind], two.decode.total[kind]));
      expect(one.total[kind]).toBeCloseTo(one.prefill.total[kind] + one.decode.total[kind], 6);
    }
  });
});

describe('monotone in parallelism', () => {
  const p = {
    tp: 8,
    wpAttention: 24,
    wpFfn: 96,
    keyParallel: 16,
    valueParallel: 16,
    bp: 16,
    wpDecode: 32,
    lanes: 8,
    headLanes: 4,
    decodeKeyParallel: 32,
    decodeValueParallel: 32,
  };
  const make = (change: Partial<typeof p>) => {
    const base = u280();
    const target = TARGETS.find((one) => one.id === 'u280');
    if (!target) throw new Error('no u280');
    return analyze(
      composeDesign({
        name: 'x',
        model: base.model,
        target,
        recipe: base.recipe,
        prefill: 'hybrid',
        decode: 'hybrid',
        limits: base.limits,
        parallelism: { ...p, ...change },
      }),
    );
  };
  const cases: readonly (readonly [keyof typeof p, number, StageName])[] = [
    ['tp', 16, 'prefill'],
    ['wpAttention', 48, 'prefill'],
    ['wpFfn', 128, 'prefill'],
    ['keyParallel', 32, 'prefill'],
    ['valueParallel', 32, 'prefill'],
    ['bp', 32, 'decode'],
    ['wpDecode', 64, 'decode'],
    ['decodeKeyParallel', 64, 'decode'],
  ];
  test.each(cases)('%s = %d', (name, value, stage) => {
    const before = make({});
    const after = make({ [name]: value });
    expect(before.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    expect(after.legal).toBe(true);
    const [a, b] = [stageResources(before, stage).total, stageResources(after, stage).total];
    for (const kind of ['lut', 'ff', 'dsp'] as const) expect(b[kind]).toBeGreaterThanOrEqual(a[kind]);
    // A memory that changes its shape may move between BRAM and URAM: the storage in BRAM18 must not shrink, but for what the shape wastes.
    expect(b.bram18 + 16 * b.uram).toBeGreaterThanOrEqual(0.99 * (a.bram18 + 16 * a.uram));
  });
});

describe('multipliers of the engines of prefill', () => {
  const MACS = 8 * (24 + 24 + 3 * 96);
  const design = u280();
  const with_ = (multipliers: string) =>
    analyze({
      ...design,
      stages: {
        ...design.stages,
        prefill: {
          ...design.stages.prefill,
          instances: design.stages.prefill.instances.map((one) =>
            one.module === 'linear_prefill' ? { ...one, params: { ...one.params, multipliers } } : one,
          ),
        },
      },
    });
  const usual = stageResources(analyze(design), 'prefill').total;
  test('in logic they take LUTs in place of DSPs', () => {
    const analysis = with_('lut');
    expect(analysis.legal).toBe(true);
    const lut = stageResources(analysis, 'prefill').total;
    expect(usual.dsp - lut.dsp).toBe(MACS / 2);
    expect(lut.lut).toBeGreaterThan(usual.lut);
  });
  test('four INT4 products per DSP take half of the DSPs; other recipes are refused', () => {
    const analysis = with_('dsp4');
    expect(analysis.legal).toBe(true);
    expect(usual.dsp - stageResources(analysis, 'prefill').total.dsp).toBe(MACS / 4);
    const int8 = { ...design, recipe: { ...design.recipe, qkvo: { ...design.recipe.qkvo, weights: 'int8' as const } } };
    expect(
      analyze({ ...analysis.design, recipe: int8.recipe })
        .problems.map((problem) => problem.message)
        .join(),
    ).toContain("Multipliers of 'linear_kq' cannot be dsp4; legal near it: dsp, lut");
  });
});

test('a stage split over SLRs takes more control, and what joins its kernels; sums still agree', () => {
  const design = u280();
  const spread = (graph: StageGraph): StageGraph => ({
    ...graph,
    instances: graph.instances.map((instance, index) => ({ ...instance, slr: index % 3 })),
  });
  const stages = { prefill: spread(design.stages.prefill), decode: spread(design.stages.decode) };
  const [one, several] = [analyze({ ...design, stages }), analyze({ ...design, stages, split: 'slr' })];
  for (const stage of STAGE_NAMES) {
    const [whole, split] = [stageResources(one, stage), stageResources(several, stage)];
    expect(split.slrOf).toEqual(whole.slrOf);
    for (const kind of ['lut', 'ff'] as const) expect(split.control[kind]).toBeGreaterThan(1.5 * whole.control[kind]);
    for (const kind of RESOURCE_KINDS)
      expect(split.perSlr.reduce((sum, slr) => sum + slr[kind], 0)).toBeCloseTo(split.total[kind], 3);
    expect(split.total.lut - whole.total.lut).toBeCloseTo(split.control.lut - whole.control.lut, 3);
    expect(split.control.breakdown.some(({ what }) => what.startsWith('FIFO 2 x'))).toBe(true);
  }
});

describe('floorplan', () => {
  test('a user override is kept, an SLR that does not exist is refused', () => {
    const design = u280();
    const place = (slr: number): Design => ({
      ...design,
      stages: {
        ...design.stages,
        prefill: {
          ...design.stages.prefill,
          instances: design.stages.prefill.instances.map((one) => (one.id === 'softmax' ? { ...one, slr } : one)),
        },
      },
    });
    for (const slr of [0, 1, 2]) {
      const document = readDesign(JSON.parse(JSON.stringify(place(slr))));
      expect(document.ok).toBe(true);
      expect(stageResources(analyze(place(slr)), 'prefill').slrOf.get('softmax')).toBe(slr);
    }
    expect(
      analyze(place(3))
        .problems.map((problem) => problem.message)
        .join(),
    ).toContain('SLR0 to SLR2');
    expect(analyze({ ...design, platform: 'die' }).legal).toBe(false);
  });
  test('units that belong together stay together as long as they fit', () => {
    const target = TARGETS.find((one) => one.id === 'u280');
    if (!target) throw new Error('no u280');
    const unit = (id: string, lut: number) => ({
      id,
      resources: { lut, ff: lut, dsp: 0, bram18: 0, uram: 0 },
      fixed: undefined,
      anchors: [],
    });
    const nets = [
      { from: 'a', to: 'b', wires: 1000, what: 'ab' },
      { from: 'c', to: 'd', wires: 1000, what: 'cd' },
    ];
    const slrs = assignSlrs(
      [unit('a', 120e3), unit('b', 90e3), unit('c', 120e3), unit('d', 90e3)],
      nets,
      platformOf(target),
      target.fillLimits,
    );
    expect(slrs.get('a')).toBe(slrs.get('b'));
    expect(slrs.get('c')).toBe(slrs.get('d'));
    expect(slrs.get('a')).not.toBe(slrs.get('c'));
  });
});

describe('against the published designs', () => {
  test('every share is met, or the table says why not; at most a third is not', () => {
    let missed = 0;
    for (const { row, target, used } of tableRows()) {
      for (const one of compareShares(row, target, used)) {
        if (!one.met) {
          missed += 1;
          expect(one.reason, `${row.id} ${one.kind}: ${one.published} against ${one.estimated}`).toBeTruthy();
        }
      }
    }
    expect(missed).toBeLessThanOrEqual(7);
  });
  test('docs/resources.md has the table of today (npm run docs writes it)', () => {
    expect(readFileSync(join(ROOT, 'docs/resources.md'), 'utf8')).toContain(resourceTable());
  });
});

describe('power', () => {
  test('parts add up, more activity takes more, and the measured range of the U280 is met', () => {
    const analysis = analyze(u280());
    const idle = stagePower(analysis, 'decode', { busy: 0, hbmBytesPerSecond: 0 });
    const busy = stagePower(analysis, 'decode', { busy: 0.6, hbmBytesPerSecond: 100e9 });
    expect(busy.total).toBeCloseTo(
      busy.parts.reduce((sum, part) => sum + part.watts, 0),
      9,
    );
    expect(busy.total).toBeGreaterThan(idle.total);
    // Log of the card in the FlexLLM repository: bursts of 41 to 60 W.
    expect(busy.total).toBeGreaterThan(41);
    expect(busy.total).toBeLessThan(70);
    expect(busy.withinLimit).toBe(true);
    const { target } = profile(analysis);
    expect(
      powerEstimate(target, {
        used: { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 },
        clock: 300,
        busy: 1,
        hbmBytesPerSecond: 0,
      }).total,
    ).toBe(target.power.idle);
  });
});
