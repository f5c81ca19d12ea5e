import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { SAMPLES } from '../../templates/samples.ts';
import { workloadTime } from '../workload/timing.ts';
import { atLeadingClocks } from './clocks.ts';
import { operationLimit, stageLimit } from './limits.ts';

const sample = (id: string): Design => SAMPLES.find((one) => one.id === id)?.design() as Design;
const limit = (design: Design, stage: 'prefill' | 'decode') => {
  const lead = atLeadingClocks(analyze(design));
  const time = workloadTime(lead);
  if (!time) throw new Error('the design has errors');
  return { found: stageLimit(lead, stage, time[stage]), lead, time: time[stage] };
};
/** Why an operation of decode is no faster, as if nothing but its own work held it. */
const own = (design: Design, key: string): string => {
  const { lead, time } = limit(design, 'decode');
  const slot = time.passes.flatMap(({ slots }) => slots).find(({ operation }) => operation.key === key);
  if (!slot) throw new Error(`no ${key}`);
  return operationLimit(lead, lead.stages.decode, slot.operation, { ...slot, limit: 'compute' }, time.at);
};

describe('what limits a stage', () => {
  test('an engine that is narrower than its memory: what it takes in, from which parameters, and what its ports could deliver', () => {
    const text = limit(sample('llama-3.2-1b-u280'), 'decode').found?.text ?? '';
    expect(text).toMatch(
      /^Decode is limited by linear_all \(Linear engine\), which sets the pace in \d+ % of its time/,
    );
    expect(text).toContain('compute: it takes 1,024 weights a cycle (BP 16 × WP 64); its 16 ports on 16 banks could');
    const delivered = Number(/could deliver ([\d,]+)/.exec(text)?.[1]?.replace(',', ''));
    // 13.08 GB/s of each bank, two int4 weights in a byte, at 292 MHz.
    expect(delivered).toBeCloseTo((16 * 14.375e9 * 0.91 * 2) / 292e6, -1);
  });

  test('a module without a width of its own says which parameter of which instance sets it', () => {
    expect(own(sample('moby-u280'), 'softmax/softmax')).toMatch(
      /^compute: it works 3\.\d cycles on each 4 values; it has no parallelism of its own, .* set by BP 4 of linear_all$/,
    );
    expect(own(sample('llama-3.2-1b-u280'), 'softmax/softmax')).toContain('set by lanes 4 of lanes_q');
  });

  test('a port that is slower than its engine is named with its bank', () => {
    const design = sample('moby-u280');
    const banks = { 'decode.linear_all_w0': 'HBM[3]', 'decode.linear_all_w1': 'HBM[3]' };
    const wide = {
      ...design,
      banks,
      stages: {
        ...design.stages,
        decode: {
          ...design.stages.decode,
          instances: design.stages.decode.instances.map((instance) =>
            instance.id === 'linear_all' ? { ...instance, params: { ...instance.params, wp: 16, ports: 2 } } : instance,
          ),
        },
      },
    };
    const { found } = limit(wide, 'decode');
    expect(found?.kind).toBe('memory');
    expect(found?.text).toMatch(
      /memory: port linear_all_w0 takes words of 256 bits, [\d.]+ GB\/s at one a cycle; HBM\[3\] sustains 13\.1 GB\/s, shared with 1 other port/,
    );
  });

  test.each(SAMPLES.map(({ id }) => id))('%s has a sentence for each stage', (id) => {
    for (const stage of ['prefill', 'decode'] as const) {
      const { found } = limit(sample(id), stage);
      expect(found?.text).toMatch(/ is limited by .* The reason is (compute|memory): .+\.$/);
      expect(found?.share).toBeGreaterThan(0.3);
    }
  });
});
