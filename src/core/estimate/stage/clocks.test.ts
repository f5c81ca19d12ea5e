/** Headline figures are at clocks that can be expected. */
import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { SAMPLES, sampleById } from '../../templates/samples.ts';
import { explain } from '../design/explain.ts';
import { estimateOf, estimateReport } from '../design/report.ts';
import { workloadTime } from '../workload/timing.ts';
import { banksOf } from './banks.ts';
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
