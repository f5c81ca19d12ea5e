import { describe, expect, test } from 'vitest';
import type { Design, StageName } from '../design/types.ts';
import { SAMPLES } from '../templates/samples.ts';
import { atLeadingClocks } from '../estimate/stage/clocks.ts';
import { workloadTime } from '../estimate/workload/timing.ts';
import { designResources } from '../estimate/design/design-resources.ts';
import { analyze } from './analyze.ts';
import { isSound, readable } from './readable.ts';

const sample = (id = 'moby-u280'): Design => SAMPLES.find((one) => one.id === id)?.design() as Design;

/** The design without one instance of a stage. */
const without = (design: Design, stage: StageName, id: string): Design => ({
  ...design,
  stages: {
    ...design.stages,
    [stage]: {
      instances: design.stages[stage].instances.filter((instance) => instance.id !== id),
      streams: design.stages[stage].streams.filter(({ from, to }) => from.instance !== id && to.instance !== id),
    },
  },
});

const timeOf = (design: Design) => workloadTime(atLeadingClocks(analyze(design)));
const read = (design: Design, before: Parameters<typeof readable>[1] = {}) => {
  const { analysis, ...rest } = readable(analyze(design), before);
  return { ...rest, analysis, time: analysis && workloadTime(atLeadingClocks(analysis)) };
};

describe('figures of a design with errors', () => {
  const whole = sample();
  const broken = without(whole, 'decode', 'softmax');
  const before = { prefill: analyze(whole), decode: analyze(whole) };

  test('a design without errors is read as it is', () => {
    const analysis = analyze(whole);
    expect(readable(analysis, {}).analysis).toBe(analysis);
  });

  test('an error in decode leaves prefill as it is, and decode what it was', () => {
    const { standing, time } = read(broken, before);
    expect(standing).toEqual({ prefill: 'present', decode: 'before' });
    expect(time?.prefill.seconds).toBe(timeOf(whole)?.prefill.seconds);
    expect(time?.tokensPerSecond).toBe(timeOf(whole)?.tokensPerSecond);
  });

  test('prefill follows edits while decode stands still, at the clock it had', () => {
    const faster = { ...broken, clocks: { prefill: 150, decode: 100 } };
    const { time } = read(faster, before);
    expect(time?.prefill.seconds).toBeCloseTo(
      timeOf({ ...whole, clocks: { prefill: 150, decode: whole.clocks.decode } })?.prefill.seconds as number,
      9,
    );
    expect(time?.tokensPerSecond).toBe(timeOf(whole)?.tokensPerSecond);
  });

  test('opened with errors: the sound stage alone has figures', () => {
    const { standing, missing, analysis, time } = read(broken);
    expect(standing).toEqual({ prefill: 'present', decode: 'none' });
    expect(missing).toEqual({ decode: 'never' });
    expect(time?.prefill.cycles).toBe(timeOf(whole)?.prefill.cycles);
    expect(designResources(analysis as never).decode.total.lut).toBeLessThan(
      designResources(analyze(whole)).decode.total.lut / 10,
    );
  });

  test('an error of the whole design concerns both stages', () => {
    const long = { ...whole, workload: { ...whole.workload, prompt: whole.limits.prompt + 1 } };
    expect(isSound(analyze(long), 'prefill')).toBe(false);
    expect(read(long, before).standing).toEqual({ prefill: 'before', decode: 'before' });
    expect(read(long, before).time?.timeToFirstToken).toBe(timeOf(whole)?.timeToFirstToken);
    expect(read(long).analysis).toBeUndefined();
  });

  test('figures of another card do not stand beside those of this one; an empty stage has none', () => {
    const other = { ...broken, target: 'v80' as const };
    expect(read(other, before).missing).toEqual({ decode: 'other' });
    const empty = { ...whole, stages: { ...whole.stages, decode: { instances: [], streams: [] } } };
    expect(read(empty, before).missing).toEqual({ decode: 'empty' });
  });

  test('an SLR that the card does not have is an error of the stage that names it', () => {
    const [first, ...rest] = whole.stages.prefill.instances;
    const far = {
      ...whole,
      stages: {
        ...whole.stages,
        prefill: { ...whole.stages.prefill, instances: [{ ...(first as NonNullable<typeof first>), slr: 7 }, ...rest] },
      },
    };
    expect(read(far, before).standing).toEqual({ prefill: 'before', decode: 'present' });
  });
});
