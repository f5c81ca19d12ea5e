/** Steps that change a figure: in its own direction and unit, and what a click on one of them does. */
import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { applyEdit, isRefused } from '../../edit/edit.ts';
import { takeStep } from '../../edit/step.ts';
import { analyze } from '../../schedule/analyze.ts';
import { sampleById } from '../../templates/samples.ts';
import { levers } from './levers.ts';
import { changeText, gainOf, type Measure, outcomeOf } from './measures.ts';

function sample(id: string): Design {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
}

describe('levers', () => {
  const MEASURES: readonly Measure[] = [
    'decode.tokensPerSecond',
    'prefill.seconds',
    'timeToFirstToken',
    'decode.watts',
    'tokensPerJoule',
    'resources.lut',
  ];
  test.each(MEASURES)('%s: gains first and apart from harm; each step does what it says', (measure) => {
    const design = sample('moby-u280');
    const analysis = analyze(design);
    const before = outcomeOf(analysis, measure)?.value ?? 0;
    const { better, worse } = levers(analysis, measure);
    expect(better.length).toBeGreaterThan(0);
    expect(worse.length).toBeGreaterThan(0);
    const gains = better.map(({ gain }) => gain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(better.every(({ gain, breaks }) => gain > 0 && !breaks)).toBe(true);
    expect(worse.every(({ gain, breaks }) => gain < 0 || breaks)).toBe(true);
    for (const lever of [...better, ...worse]) {
      const edit = takeStep(design, lever);
      if (isRefused(edit)) throw new Error(edit.refused);
      const after = outcomeOf(analyze(applyEdit(design, edit).design), measure)?.value ?? Number.NaN;
      expect(gainOf(measure, before, after), lever.label).toBeCloseTo(lever.gain, 12);
      expect(lever.change).toBe(changeText(measure, before, after));
    }
  });

  test('parameters that have to follow are part of the step', () => {
    const { worse } = levers(analyze(sample('llama-3.2-1b-u280')), 'decode.tokensPerSecond', {
      stage: 'decode',
      instance: 'linear_all',
      most: 20,
    });
    const follows = worse.find(({ params }) => Object.keys(params).length > 1);
    expect(follows?.params[follows.param]).toBe(follows?.to);
  });

  test('a step that makes a region fuller costs clock, and says so', () => {
    const { better } = levers(analyze(sample('llama-3.2-1b-v80')), 'prefill.seconds', { stage: 'prefill', most: 40 });
    const more = better.find(({ param }) => param === 'tokenParallelism');
    expect(more).toMatchObject({ from: 16, to: 32, breaks: false });
    expect(more?.also).toMatch(/prefill at \d+ instead of 250 MHz/);
  });

  test('a clock below what can be expected is a lever, one above it is none', () => {
    const design = sample('llama-3.2-1b-u280');
    const clock = (decode: number) =>
      levers(analyze({ ...design, clocks: { ...design.clocks, decode } }), 'decode.tokensPerSecond', {
        stage: 'decode',
      }).better.find(({ param }) => param === 'clocks.decode');
    expect(clock(250)).toMatchObject({ from: 250, to: 305, instance: undefined });
    expect(clock(400)).toBeUndefined();
  });

  test('changes are said in the unit of the figure', () => {
    expect(changeText('decode.tokensPerSecond', 146, 158)).toBe('+12 tokens/s');
    expect(changeText('prefill.seconds', 1.62, 1.5)).toBe('−120 ms');
    expect(changeText('timeToFirstToken', 5, 2.8)).toBe('−2.2 s');
    expect(changeText('resources.lut', 1000, 12_768)).toBe('+11,768 LUT');
    expect(changeText('decode.watts', 50, 48.75)).toBe('−1.3 W');
    expect(gainOf('prefill.seconds', 2, 1)).toBe(1);
    expect(gainOf('decode.tokensPerSecond', 2, 1)).toBe(-1);
  });
});
