import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { SAMPLES } from '../../templates/samples.ts';
import { previewOf } from './preview.ts';
import { estimateOf } from './report.ts';

const sample = (id: string): Design => SAMPLES.find((one) => one.id === id)?.design() as Design;

describe('figures of a design before it is made', () => {
  test.each(SAMPLES.map(({ id }) => id))('%s: they are those of the estimate', (id) => {
    const preview = previewOf(sample(id));
    const { time, resources, clocks } = estimateOf(analyze(sample(id)));
    expect(preview).toMatchObject({
      stages: ['prefill', 'decode'],
      timeToFirstToken: time.timeToFirstToken,
      tokensPerSecond: time.tokensPerSecond,
      light: resources.light,
      errors: [],
    });
    expect(preview.clocks.decode?.leading).toBe(clocks.decode.leading);
    expect(structuredClone(preview)).toEqual(preview);
  });

  test('a stage that is left empty has none, the other has its own', () => {
    const design = sample('moby-u280');
    const half = { ...design, stages: { ...design.stages, decode: { instances: [], streams: [] } } };
    const preview = previewOf(half);
    expect(preview).toMatchObject({ stages: ['prefill'], tokensPerSecond: undefined, timeToFirstToken: undefined });
    expect(preview.prefillSeconds).toBe(previewOf(design).prefillSeconds);
    expect(preview.errors).toEqual([]);
  });

  test('errors are said in sentences', () => {
    const design = sample('moby-u280');
    const long = { ...design, workload: { ...design.workload, prompt: design.limits.prompt + 1 } };
    expect(previewOf(long)).toMatchObject({ stages: [], light: undefined });
    expect(previewOf(long).errors[0]).toMatch(/prompt/);
  });
});
