/** Headline figures are at clocks that can be expected. */
import { describe, expect, test } from 'vitest';
import { hardwarePrint } from '../../design/built-clocks.ts';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { readable } from '../../schedule/readable.ts';
import { targetById } from '../../targets/targets.ts';
import { SAMPLES, sampleById } from '../../templates/samples.ts';
import { explain } from '../design/explain.ts';
import { estimateOf, estimateReport } from '../design/report.ts';
import { workloadTime } from '../workload/timing.ts';
import { banksOf } from './banks.ts';
import { CLOCK_CURVES } from './clock-curves.ts';
import { expectedClock } from './floorplan.ts';
import { atLeadingClocks, rangeText, stageClocks } from './clocks.ts';

function sample(id: string): Design {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
}
const at = (design: Design, prefill: number, decode: number) => analyze({ ...design, clocks: { prefill, decode } });

describe('clocks', () => {
  test.each(SAMPLES.map(({ id }) => id).filter((id) => !id.endsWith('v80')))(
    'figures of %s, whose clocks can be expected, are at its own clocks',
    (id) => {
      const analysis = analyze(sample(id));
      expect(atLeadingClocks(analysis)).toBe(analysis);
      const report = estimateReport(analysis);
      expect(report.leadingClocks).toEqual(report.clocks);
      expect(report.atEnteredClocks).toBeNull();
    },
  );

  test('the speed at 400 MHz is that of the highest clock that can be expected, and nothing else moves', () => {
    const { decode } = stageClocks(at(sample('llama-3.2-1b-u280'), 304, 400));
    expect(decode).toMatchObject({ entered: 400, leading: decode.high, above: true });
    expect(decode.high).toBeLessThan(400);
    const [asked, expected] = [decode.entered, decode.high].map((clock) => at(sample('llama-3.2-1b-u280'), 304, clock));
    if (!asked || !expected) throw new Error('no analysis');
    const [fast, slow] = [estimateReport(asked), estimateReport(expected)];
    expect(fast.decode).toEqual(slow.decode);
    expect(fast.timeToFirstToken).toBe(slow.timeToFirstToken);
    expect(fast.energy).toEqual(slow.energy);
    expect(fast.resources).toEqual(slow.resources);
    expect(fast.clocks.decode).toBe(400);
    expect(fast.atEnteredClocks?.tokensPerSecond).toBe(workloadTime(asked)?.tokensPerSecond);
    expect(fast.atEnteredClocks?.tokensPerSecond).toBeGreaterThan(fast.decode.tokensPerSecond);
  });

  test('stages of one bitstream share its SLRs, so its clock is that of both together', () => {
    const design = sample('moby-spatial');
    const [one, two] = [
      stageClocks(analyze({ ...design, bitstreams: 1 })),
      stageClocks(analyze({ ...design, bitstreams: 2 })),
    ];
    expect(one.decode.high).toBeLessThan(two.decode.high);
    expect(one.decode).toMatchObject({ above: true, leading: one.decode.high });
  });

  test('ports stay in the banks of the design that is exported', () => {
    const analysis = at(sample('llama-3.2-1b-v80'), 900, 900);
    expect(banksOf(atLeadingClocks(analysis))).toBe(banksOf(analysis));
  });

  test('a figure explains the clock that it is at, and names the one entered', () => {
    const analysis = at(sample('llama-3.2-1b-u280'), 304, 400);
    const { values } = explain(analysis, 'decode.seconds') ?? { values: [] };
    const { decode } = stageClocks(analysis);
    expect(values).toContainEqual({ name: 'clock', value: `${decode.leading} MHz` });
    expect(values).toContainEqual({ name: 'clock entered', value: `400 MHz; expected are ${rangeText(decode)}` });
    expect(values).toContainEqual({
      name: 'seconds',
      value: estimateOf(analysis).time.decode.seconds.toPrecision(4),
    });
  });

  test('a design with errors has no other clocks', () => {
    const design = sample('moby-u280');
    const broken = analyze({
      ...design,
      stages: { ...design.stages, decode: { ...design.stages.decode, streams: [] } },
    });
    expect(broken.legal).toBe(false);
    expect(atLeadingClocks(broken)).toBe(broken);
  });
});

/** Clocks over the fill of the fullest SLR, in steps of a thousandth. */
function curve(target: string): { fill: number; low: number; high: number }[] {
  const card = targetById(target);
  if (!card) throw new Error(`no target ${target}`);
  const [first] = card.platforms;
  if (!first) throw new Error('no platform');
  const platform = { ...first, clock: [0, 500, 1000] as const };
  return Array.from({ length: 1101 }, (_, at) => {
    const used = platform.slrs.map((slr) => ({ ...slr, lut: (slr.lut * at) / 1000 }));
    return { fill: at / 1000, ...expectedClock(card, platform, used, []) };
  });
}

describe('the curve of the clocks that can be expected', () => {
  test.each(Object.keys(CLOCK_CURVES))('%s: it never rises, and no small change moves it far', (target) => {
    const points = curve(target);
    points.slice(1).forEach(({ low, high }, at) => {
      const before = points[at] as (typeof points)[number];
      expect(high).toBeLessThanOrEqual(before.high);
      expect(low).toBeLessThanOrEqual(before.low);
      // A thousandth of the LUT moves neither end by more than two MHz.
      expect(before.high - high).toBeLessThanOrEqual(2);
      expect(before.low - low).toBeLessThanOrEqual(2);
      expect(low).toBeLessThanOrEqual(high);
    });
  });

  test.each(Object.entries(CLOCK_CURVES))(
    '%s: it goes through its points, each of which has a source',
    (target, ends) => {
      const points = curve(target);
      for (const end of ['high', 'low'] as const)
        for (const { fill, clock, source } of ends[end]) {
          expect(points.find((point) => point.fill === fill)?.[end]).toBeCloseTo(clock, -0.5);
          expect(source.length).toBeGreaterThan(10);
        }
    },
  );

  test('the published design is within the clocks that were published of it, and a little more logic costs a little', () => {
    const clocks = stageClocks(at(sample('llama-3.2-1b-u280'), 304, 292));
    expect(clocks.prefill).toMatchObject({ above: false, leading: 304 });
    expect(clocks.decode).toMatchObject({ above: false, leading: 292 });
    const [now, more] = [0.698, 0.712].map((fill) => curve('u280').find((point) => point.fill === fill)?.high ?? 0);
    expect((now as number) / (more as number)).toBeLessThan(1.03);
  });

  test('wires beyond what is advised lower it little by little', () => {
    const card = targetById('u280');
    const [platform] = card?.platforms ?? [];
    if (!card || !platform) throw new Error('no card');
    const high = (wires: number): number =>
      expectedClock(
        card,
        platform,
        platform.slrs.map((slr) => ({ ...slr, lut: 0 })),
        [{ below: 0, wires, available: 20_000, advised: 10_000 }],
      ).high;
    expect(high(10_000)).toBe(305);
    expect(high(10_200)).toBeGreaterThanOrEqual(304);
    expect(high(20_000)).toBe(Math.round(305 * 0.95));
  });
});

describe('one bitstream', () => {
  const one = (prefill: number, decode: number) =>
    analyze({ ...sample('moby-u280'), bitstreams: 1, clocks: { prefill, decode } });

  test('has one clock, the lower of both stages', () => {
    const clocks = stageClocks(one(200, 150));
    expect(clocks.prefill).toMatchObject({ entered: 200, leading: 150, held: 'decode', above: false });
    expect(clocks.decode).toMatchObject({ entered: 150, leading: 150, held: undefined });
    const [apart, equal] = [estimateReport(one(200, 150)), estimateReport(one(150, 150))];
    expect(apart.prefill.seconds).toBe(equal.prefill.seconds);
    expect(apart.atEnteredClocks).toBeNull();
    const { values } = explain(one(200, 150), 'clock.prefill') ?? { values: [] };
    expect(values).toContainEqual({ name: 'clock of decode, the lower one', value: '150 MHz' });
  });

  test('is not held by a stage with nothing in it', () => {
    const design = { ...sample('moby-u280'), bitstreams: 1 as const, clocks: { prefill: 200, decode: 100 } };
    const { analysis } = readable(
      analyze({ ...design, stages: { ...design.stages, decode: { instances: [], streams: [] } } }),
      {},
    );
    if (!analysis) throw new Error('prefill has no figures');
    expect(stageClocks(analysis).prefill).toMatchObject({ leading: 200, held: undefined });
  });
});

describe('a measured clock', () => {
  const design = sample('llama-3.2-1b-v80');
  const built = {
    ...design,
    clocks: { ...design.clocks, decode: 290 },
    builtClocks: [{ stage: 'decode' as const, clock: 290, of: hardwarePrint(design, 'decode') }],
  };

  test('is not bounded by what others have reached', () => {
    expect(stageClocks(analyze({ ...built, builtClocks: [] })).decode.above).toBe(true);
    expect(stageClocks(analyze(built)).decode).toMatchObject({ leading: 290, above: false, measured: 290 });
    expect(estimateReport(analyze(built)).leadingClocks.decode).toBe(290);
    // What was not measured is above it again.
    expect(stageClocks(analyze({ ...built, clocks: { ...built.clocks, decode: 320 } })).decode).toMatchObject({
      above: true,
      leading: 290,
    });
  });

  test('holds for the hardware that was built, not for another', () => {
    const [first, ...rest] = built.stages.decode.instances;
    if (!first) throw new Error('no instance');
    const moved = { ...first, position: { x: 1, y: 2 } };
    const decode = (instances: Design['stages']['decode']['instances']): Design => ({
      ...built,
      stages: { ...built.stages, decode: { ...built.stages.decode, instances } },
    });
    expect(stageClocks(analyze(decode([moved, ...rest]))).decode.measured).toBe(290);
    expect(stageClocks(analyze({ ...built, split: 'slr' })).decode.measured).toBeUndefined();
    expect(stageClocks(analyze(decode([{ ...first, slr: 1 }, ...rest]))).decode.measured).toBeUndefined();
  });
});
